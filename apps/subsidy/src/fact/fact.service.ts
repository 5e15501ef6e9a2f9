import { REGISTRATION_FEED, type RegistrationFeed } from '@app/contracts';
import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { WorklistService } from '../worklist/worklist.service';
import { PersonMergeService } from '../beneficiary/person-merge.service';
import { FactRepository } from './fact.repository';
import { VitalRepository } from './vital.repository';

const PAGE = 5_000;
/** From this many changed persons on, statistics are taken anew at once instead of when autovacuum comes by. */
const BULK = 5_000;
/** Persons whose relatives are derived in one transaction. */
const PART = 20_000;

/** Changes are held back while an older transaction is open in the register; look again in a moment. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

export interface PullProgress {
  readonly pulled: number;
  readonly changed: number;
}

/** Keeps this app's own picture of the register's persons, so that a county is decided without asking anybody. */
@Injectable()
export class FactService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRATION_FEED) private readonly feed: RegistrationFeed,
    private readonly facts: FactRepository,
    private readonly vital: VitalRepository,
    private readonly beneficiaries: BeneficiaryService,
    private readonly merges: PersonMergeService,
    private readonly worklist: WorklistService,
  ) {}

  /** Pulls every change up to now, page by page, each page and its cursor in one transaction; then derives relatives. */
  async pull(onProgress: (progress: PullProgress) => void = () => undefined): Promise<PullProgress> {
    const progress = { pulled: 0, changed: 0 };
    for (let caughtUp = false; !caughtUp;) {
      const position = await this.database.read((read) => this.facts.position(read));
      const page = await this.feed.page(position, PAGE);
      caughtUp = page.caughtUp;
      if (page.persons.length === 0 && !caughtUp) await pause();
      failpoint('facts.page');
      await this.database.write(
        async (tx) => {
          await this.facts.lockFeed(tx);
          if ((await this.facts.position(tx)) !== position) return; // Another puller took this page.
          if (page.persons.length > 0) progress.changed += await this.facts.takeIn(tx, page.persons);
          await this.facts.savePosition(tx, page.next);
        },
        { statementTimeout: 0 },
      );
      progress.pulled += page.persons.length;
      onProgress(progress);
    }
    failpoint('facts.derive');
    await this.derive();
    return progress;
  }

  /**
   * Relatives, findings, beneficiaries and what waits for a person follow the persons: relatives part by part, so that a worker that dies loses
   * little, and the rest together with the last part.
   */
  private async derive(): Promise<void> {
    for (let left = 1, part = 0; left > 0; part++) {
      left = await this.database.write((tx) => this.derivePart(tx, part === 0), { statementTimeout: 0 });
      failpoint('facts.derived');
    }
  }

  private async derivePart(tx: Tx, isFirst: boolean): Promise<number> {
    await this.facts.lockFeed(tx);
    const dirty = await this.facts.countDirty(tx);
    if (dirty === 0) return 0;
    if (isFirst && dirty >= BULK) await this.facts.analyze(tx);
    const left = await this.facts.deriveRelatives(tx, PART);
    if (left > 0) return left;
    await this.facts.copyFindings(tx);
    const at = this.clock.now();
    await this.merges.follow(tx, at);
    await this.beneficiaries.linkToRegister(tx);
    await this.vital.releaseReversed(tx, at);
    await this.vital.holdForDeaths(tx, at);
    await this.vital.clear(tx);
    await this.worklist.recheck(tx, 'register', at);
    return 0;
  }

  /** Copies findings into the facts of the persons whose blind indexes `keys` selects, within the importer's transaction. */
  copyFindings(tx: Tx, keys: string): Promise<void> {
    return this.facts.copyFindings(tx, keys);
  }
}
