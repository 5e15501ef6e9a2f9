import { Module } from '@nestjs/common';
import { HouseholdRegistryModule } from '../household-registry/household-registry.module';
import { NominationModule } from '../nomination/nomination.module';
import { ParameterModule } from '../parameter/parameter.module';
import { SetAsideModule } from '../set-aside/set-aside.module';
import { ComparisonProcessor } from './comparison.processor';
import { ComparisonRepository } from './comparison.repository';
import { ComparisonResolver } from './comparison.resolver';
import { ComparisonService } from './comparison.service';
import { FollowingService } from './following.service';

/** Having the household registry compare many persons at once. */
@Module({
  imports: [HouseholdRegistryModule, ParameterModule, NominationModule, SetAsideModule],
  providers: [ComparisonRepository, ComparisonService, FollowingService, ComparisonResolver, ComparisonProcessor],
  exports: [ComparisonService, FollowingService, ComparisonProcessor],
})
export class ComparisonModule {}
