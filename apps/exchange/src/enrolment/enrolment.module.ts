import { Module } from '@nestjs/common';
import { EnrolmentProcessor } from './enrolment.processor';

/** Enrolled elsewhere. */
@Module({ providers: [EnrolmentProcessor], exports: [EnrolmentProcessor] })
export class EnrolmentModule {}
