import { type Database } from '@app/database';
import { CLOCK, type Clock, type Day, addDays } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { ResidentService } from '../resident/resident.service';
import type { ResidentRow } from '../resident/resident.types';
import { writtenUnder } from './place.rules';
import { refuse } from './residence.errors';
import { ResidenceRepository } from './residence.repository';
import { livedInFrom } from './residence.rules';
import type { AnswerSpan, PeriodRow } from './residence.types';

/** Longest period of one question: what happened over a lifetime is no question about a place. */
const YEARS_MAX = 10;

export interface ResidentFound {
  readonly resident: ResidentRow;
  readonly spans: readonly AnswerSpan[];
}

/** Who lived in a division then, and where one resident lives and lived. */
@Injectable()
export class ResidenceViewService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly residents: ResidentService,
    private readonly residences: ResidenceRepository,
  ) {}

  /** Everybody who lived, possibly lived or is looked into as living in a subtree on a day, by id. */
  on(prefix: string, on: Day | null, after: string | undefined, limit: number): Promise<ResidentFound[]> {
    const from = on ?? this.clock.today();
    return this.within(prefix, { from, until: addDays(from, 1) }, after, limit);
  }

  /** The same on any day of a period, with the parts of it in which the answer differs. */
  between(
    prefix: string,
    { from, until }: { readonly from: Day; readonly until: Day },
    after: string | undefined,
    limit: number,
  ): Promise<ResidentFound[]> {
    if (until <= from) throw refuse.periodBackwards(from, until);
    if (Number(until.slice(0, 4)) - Number(from.slice(0, 4)) > YEARS_MAX) throw refuse.periodTooLong(YEARS_MAX);
    return this.within(prefix, { from, until }, after, limit);
  }

  private within(
    prefix: string,
    span: { readonly from: Day; readonly until: Day },
    after: string | undefined,
    limit: number,
  ): Promise<ResidentFound[]> {
    return this.database.read((read) =>
      // Who lived in a division that went up in the asked one belongs to it, under whatever code that was.
      read.across('divisions that followed others are asked as they were called then', async () => {
        const successions = await this.residences.successions(read);
        const prefixes = writtenUnder(prefix, successions);
        const found: { id: string; spans: AnswerSpan[] }[] = [];
        for (let last = after ?? null; found.length < limit;) {
          const ids = await this.residences.candidates(read, prefixes, span, last, limit);
          const periods = await this.residences.periods(read, ids);
          for (const id of ids) {
            const own = periods.filter(({ residentId }) => residentId === id);
            const spans = livedInFrom(own, prefix, span, successions);
            if (spans.length > 0 && found.length < limit) found.push({ id, spans });
          }
          if (ids.length < limit) break;
          last = ids.at(-1)!;
        }
        const rows = await this.residents.within(
          read,
          found.map(({ id }) => id),
        );
        return found.flatMap(({ id, spans }) => {
          const resident = rows.find((row) => row.id === id);
          return resident ? [{ resident, spans }] : [];
        });
      }),
    );
  }

  /** Where these lived, by first day; with what is no longer held to be so only where that is asked for. */
  periodsOf(residentIds: readonly string[], withEnded: boolean): Promise<PeriodRow[]> {
    return this.database.read(async (read) => {
      const rows = await this.residences.periods(read, residentIds, { withEnded });
      return read.disclose('residence', rows, ({ residentId }) => residentId);
    });
  }
}
