import type { Database, Tx } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { HAS_HUKOU } from '../determination/determination.rules';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { WorklistRepository } from './worklist.repository';
import type { ReviewCaseView } from './worklist.types';

/** Questions that facts from outside can settle without a person: the claim is simply checked again. */
const SETTLED_BY = {
  account: { reasons: ['ACCOUNT_MISSING', 'ACCOUNT_OF_OTHER_HOLDER'], when: 'c.payee_account_id is not null' },
  register: {
    reasons: ['CHILD_NOT_REGISTERED'],
    when: `exists (select from person_fact f where f.person_id = b.person_id and ${HAS_HUKOU})`,
  },
} as const;

/** Looking at the questions that wait for a person. */
@Injectable()
export class WorklistService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly worklist: WorklistRepository,
  ) {}

  list(
    filter: { prefix: string; reason?: string },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ReviewCaseView[]> {
    return this.database.read((read) => this.worklist.list(read, filter, after, limit));
  }

  count(filter: { prefix: string; reason?: string }): Promise<number> {
    return this.database.read((read) => this.worklist.count(read, filter));
  }

  byReason(prefix: string): Promise<{ reason: string; count: number }[]> {
    return this.database.read((read) => this.worklist.byReason(read, prefix));
  }

  byIds(ids: readonly string[]): Promise<ReviewCaseView[]> {
    return this.database.read((read) => this.worklist.byIds(read, ids));
  }

  openOfClaims(claimIds: readonly string[]): Promise<ReviewCaseView[]> {
    return this.database.read((read) => this.worklist.openOfClaims(read, claimIds));
  }

  /** After accounts or register facts arrived: held claims that waited for nothing else are checked again. */
  recheck(tx: Tx, arrived: keyof typeof SETTLED_BY, at: Date): Promise<number> {
    return this.worklist.recheck(tx, SETTLED_BY[arrived], at);
  }
}
