import { Database } from '@app/database';
import { type Balance, Ledger } from '@app/ledger';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { LedgerRepository } from './ledger.repository';

/** What the accounts hold, for looking at. Money is moved by the slices that have a reason to. */
@Injectable()
export class LedgerService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(LedgerRepository) private readonly accounts: LedgerRepository,
  ) {}

  balances(filter: { prefix: string; divisionPrefix: string; after: string; first: number }): Promise<Balance[]> {
    return this.database.read(async (read) => this.ledger.balances(read, await this.accounts.codes(read, filter)));
  }
}
