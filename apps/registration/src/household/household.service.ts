import type { Database } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { HouseholdRepository } from './household.repository';
import type { HouseholdFilter, HouseholdView } from './household.types';

/** Reading households, a set at a time. */
@Injectable()
export class HouseholdService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    private readonly households: HouseholdRepository,
  ) {}

  byIds(ids: readonly string[]): Promise<HouseholdView[]> {
    return this.database.read((read) => this.households.find(read, ids));
  }

  list(filter: HouseholdFilter, after: readonly string[] | undefined, limit: number): Promise<HouseholdView[]> {
    return this.database.read((read) => this.households.list(read, filter, after, limit));
  }

  count(filter: HouseholdFilter): Promise<number> {
    return this.database.read((read) => this.households.count(read, filter));
  }
}
