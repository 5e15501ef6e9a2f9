import { Module } from '@nestjs/common';
import { VerifyRepository } from './verify.repository';
import { VerifyService } from './verify.service';

/** The invariants of money and claims, checked against the tables as they are. */
@Module({ providers: [VerifyRepository, VerifyService], exports: [VerifyService] })
export class VerifyModule {}
