import { Database } from '@app/database';
import { CLOCK, type Clock, type DivisionCode, divisionLevel } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { Inject, Injectable } from '@nestjs/common';
import { accountOf } from '../ledger/ledger.rules';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './funding.errors';
import { FundingRepository } from './funding.repository';
import { LEVELS, type Release, type Released } from './funding.types';

/** Money that levels of government make available: without it nothing can be paid. */
@Injectable()
export class FundingService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(FundingRepository) private readonly indicators: FundingRepository,
  ) {}

  /** Records a release and puts the money into the county's budget. The same document again changes nothing. */
  release(release: Release): Promise<{ id: string; isNew: boolean }> {
    if (release.amountFen <= 0n) throw refuse.notAnAmount();
    if (divisionLevel(release.county) !== 'county') throw refuse.notACounty(release.county);
    return this.database.write(async (tx) => {
      const at = this.clock.now();
      const id = await this.indicators.insert(tx, release, at);
      if (!id) {
        const recorded = await this.indicators.find(tx, release);
        if (recorded.amountFen !== release.amountFen || recorded.releasedOn !== release.releasedOn) {
          throw refuse.documentReused(release, recorded.amountFen);
        }
        return { id: recorded.id, isNew: false };
      }
      const source = accountOf.source(release.level);
      const budget = accountOf.budget(release.programme, release.county, release.year, release.level);
      await this.ledger.open(tx, [source, budget]);
      await this.ledger.post(tx, [
        {
          id: transferId('release', id),
          debit: source.code,
          credit: budget.code,
          fen: release.amountFen,
          code: 'release',
          ref: id,
          at,
        },
      ]);
      return { id, isNew: true };
    });
  }

  /** What each level has released for a county's programme and year; levels without a release are there with zero. */
  released(programme: string, county: DivisionCode, year: number): Promise<Released[]> {
    return this.database.read(async (read) => {
      const totals = new Map(
        (await this.indicators.totals(read, programme, county, year)).map((row) => [row.level, row.fen]),
      );
      const codes = LEVELS.map((level) => accountOf.budget(programme, county, year, level).code);
      const balances = new Map(
        (await this.ledger.balances(read, codes)).map((balance) => [balance.code, balance.available]),
      );
      return LEVELS.map((level, i) => ({
        level,
        releasedFen: totals.get(level) ?? 0n,
        availableFen: balances.get(codes[i]!) ?? 0n,
      }));
    });
  }
}
