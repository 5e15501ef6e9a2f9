import { Module } from '@nestjs/common';
import { ParameterRepository } from './parameter.repository';
import { ParameterService } from './parameter.service';

/** What was agreed with other agencies, by day and region. */
@Module({ providers: [ParameterRepository, ParameterService], exports: [ParameterService] })
export class ParameterModule {}
