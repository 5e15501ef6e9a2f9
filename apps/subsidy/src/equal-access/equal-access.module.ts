import { Module } from '@nestjs/common';
import { EqualAccessProcessor } from './equal-access.processor';
import { EqualAccessRepository } from './equal-access.repository';
import { EqualAccessResolver } from './equal-access.resolver';
import { EqualAccessService } from './equal-access.service';

/** How programmes treat newcomers beside locals: figures by county and quarter, frozen and published. */
@Module({
  providers: [EqualAccessRepository, EqualAccessService, EqualAccessProcessor, EqualAccessResolver],
  exports: [EqualAccessService, EqualAccessProcessor],
})
export class EqualAccessModule {}
