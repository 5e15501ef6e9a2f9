import { Module } from '@nestjs/common';
import { LineRepository } from './line.repository';
import { LineService } from './line.service';
import { LINE_SETTINGS, LINE_SETTINGS_DEFAULT } from './line.types';

/** The guarded line to the household registry, whichever way that is spoken to. */
@Module({
  providers: [LineRepository, LineService, { provide: LINE_SETTINGS, useValue: LINE_SETTINGS_DEFAULT }],
  exports: [LineService],
})
export class HouseholdRegistryModule {}
