import { type Access, accessesTo } from '@app/audit';
import type { Database } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { PersonRepository } from './person.repository';
import type { PersonFilter, PersonView } from './person.types';

const ACCESSES_MAX = 100;

/** Reading the register, a set at a time. */
@Injectable()
export class PersonService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    private readonly persons: PersonRepository,
  ) {}

  byIds(ids: readonly string[]): Promise<PersonView[]> {
    return this.database.read((read) => this.persons.find(read, ids));
  }

  list(filter: PersonFilter, after: readonly string[] | undefined, limit: number): Promise<PersonView[]> {
    return this.database.read((read) => this.persons.list(read, filter, after, limit));
  }

  count(filter: PersonFilter): Promise<number> {
    return this.database.read((read) => this.persons.count(read, filter));
  }

  /** Everybody a citizen may see: themselves and their minor children. */
  ofFamily(): Promise<PersonView[]> {
    return this.database.read((read) => this.persons.all(read));
  }

  membersOf(householdIds: readonly string[]): Promise<PersonView[]> {
    return this.database.read((read) => this.persons.listMembers(read, householdIds));
  }

  childrenOf(parentIds: readonly string[]): Promise<(PersonView & { parentId: string })[]> {
    return this.database.read((read) => this.persons.listChildren(read, parentIds));
  }

  /** Who looked at each of these, of those that the asker may see. */
  accesses(ids: readonly string[]): Promise<(Access & { subject: string })[]> {
    return this.database.read(async (read) => {
      const visible = await this.persons.visible(read, ids);
      const why = 'whoever may see something may know who looked at it, from wherever that was';
      return read.across(why, () => accessesTo(read, 'person', visible, ACCESSES_MAX));
    });
  }
}
