import { Module } from '@nestjs/common';
import { PersonModule } from '../person/person.module';
import { HouseholdRepository } from './household.repository';
import { HouseholdResolver } from './household.resolver';
import { HouseholdService } from './household.service';

/** Households: read here, written by imports. */
@Module({
  imports: [PersonModule],
  providers: [HouseholdRepository, HouseholdService, HouseholdResolver],
  exports: [HouseholdService, HouseholdResolver],
})
export class HouseholdModule {}
