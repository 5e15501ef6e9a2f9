import { Database, type Read } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { VerifyRepository, type Violation } from './verify.repository';

/** Asks the database whether everything that must be true is. */
@Injectable()
export class VerifyService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(VerifyRepository) private readonly checks: VerifyRepository,
  ) {}

  /** Everything found wrong, by check and id; empty is good. */
  run(): Promise<Violation[]> {
    return this.database.read((read) => this.runOn(read), { statementTimeout: 0 });
  }

  /** The same inside a transaction that is open already. */
  runOn(read: Pick<Read, 'query'>): Promise<Violation[]> {
    return this.checks.run(read, this.clock.today());
  }
}
