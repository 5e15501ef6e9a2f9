import type { Database } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { WorklistRepository } from './worklist.repository';
import type { ReviewCaseView } from './worklist.types';

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
}
