import { Module } from '@nestjs/common';
import { ParameterRepository } from './parameter.repository';
import { ParameterResolver } from './parameter.resolver';
import { ParameterService } from './parameter.service';

/** Deadlines, thresholds and days of keeping, by day and region. */
@Module({ providers: [ParameterRepository, ParameterService, ParameterResolver], exports: [ParameterService] })
export class ParameterModule {}
