import type { Database } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { DuplicateRepository } from './duplicate.repository';
import { DuplicateSearchRepository } from './duplicate-search.repository';
import type { RunSummary } from './duplicate.types';

/** Looks for double records, whole register or what changed, in one transaction of set-based statements. */
@Injectable()
export class DuplicateSearchService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly pairs: DuplicateRepository,
    private readonly search: DuplicateSearchRepository,
  ) {}

  /** Among the persons changed since the last run; among all when there was none, or when asked to. */
  run(options: { isWhole?: boolean } = {}): Promise<RunSummary> {
    return this.database.write(
      async (tx) => {
        await this.search.lock(tx);
        const startedAt = this.clock.now();
        const since = options.isWhole ? null : await this.pairs.lastHorizon(tx);
        const isWhole = since === null;
        const until = await this.search.horizon(tx);
        await this.search.followMerges(tx, startedAt);
        const persons = await this.search.probe(tx, since);
        const compared = await this.search.pair(tx, isWhole);
        const found = await this.search.keep(tx, startedAt);
        const gone = await this.search.close(tx, isWhole, startedAt);
        const summary = { isWhole, persons, compared, found, gone };
        await this.pairs.noteRun(tx, until, summary, startedAt, this.clock.now());
        failpoint('registration.duplicate.run');
        return summary;
      },
      { statementTimeout: 0 },
    );
  }
}
