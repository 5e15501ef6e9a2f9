import { Module } from '@nestjs/common';
import { ComparisonModule } from '../comparison/comparison.module';
import { ParameterModule } from '../parameter/parameter.module';
import { RegistryEventModule } from '../registry-event/registry-event.module';
import { CallbackProcessor } from './callback.processor';
import { CallbackRepository } from './callback.repository';
import { CallbackService } from './callback.service';

/** What the household registry sends by itself: results of batches, changes. */
@Module({
  imports: [ParameterModule, ComparisonModule, RegistryEventModule],
  providers: [CallbackRepository, CallbackService, CallbackProcessor],
  exports: [CallbackService, CallbackProcessor],
})
export class CallbackModule {}
