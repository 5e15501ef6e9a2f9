import { type Access, accessesTo } from '@app/audit';
import type { Database } from '@app/database';
import type { DivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { ClaimRepository } from './claim.repository';
import type { ChildrenFigures, ClaimEventView, ClaimFilter, ClaimView } from './claim.types';

const ACCESSES_MAX = 100;

/** Looking at claims. */
@Injectable()
export class ClaimService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly claims: ClaimRepository,
  ) {}

  list(filter: ClaimFilter, after: readonly string[] | undefined, limit: number): Promise<ClaimView[]> {
    return this.database.read((read) => this.claims.list(read, filter, after, limit));
  }

  count(filter: ClaimFilter): Promise<number> {
    return this.database.read((read) => this.claims.count(read, filter));
  }

  byIds(ids: readonly string[]): Promise<ClaimView[]> {
    return this.database.read((read) => this.claims.byIds(read, ids));
  }

  /** All claims that a citizen may see: their own and those for their children. */
  ofFamily(): Promise<ClaimView[]> {
    return this.database.read((read) => this.claims.all(read));
  }

  events(claimIds: readonly string[]): Promise<ClaimEventView[]> {
    return this.database.read((read) => this.claims.events(read, claimIds));
  }

  tally(programme: string, prefix: string): Promise<{ state: string; count: number; amountFen: bigint }[]> {
    return this.database.read((read) => this.claims.tally(read, programme, prefix));
  }

  /** The counties that have claims for a programme. */
  counties(programme: string): Promise<DivisionCode[]> {
    return this.database.read((read) => this.claims.counties(read, programme));
  }

  /** Children of a programme by what became of their claims. */
  children(programme: string): Promise<ChildrenFigures> {
    return this.database.read((read) => this.claims.children(read, programme));
  }

  /** Who looked at each of these, of those that the asker may see. */
  accesses(ids: readonly string[]): Promise<(Access & { subject: string })[]> {
    return this.database.read(async (read) => {
      const visible = await this.claims.visible(read, ids);
      const why = 'whoever may see something may know who looked at it, from wherever that was';
      return read.across(why, () => accessesTo(read, 'claim', visible, ACCESSES_MAX));
    });
  }
}
