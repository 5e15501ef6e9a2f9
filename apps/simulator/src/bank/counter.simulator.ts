import * as fs from 'node:fs';
import * as path from 'node:path';
import type { BankReason } from '@app/bankfile';
import type { Clock } from '@app/kernel';
import { FAILING_ENDINGS } from '../county/account.rules';
import { BankSimulator } from './bank.simulator';

/** Files that were fetched: out of the way, not gone. */
const FETCHED = '.fetched';

/** The bank's counter: fetches what lies in `to/` of a folder and delivers its answers to `from/`; its book lies beside them. */
export class BankCounter {
  private constructor(
    private readonly folder: string,
    private readonly bank: BankSimulator,
  ) {}

  /** `failures` is the share of payments that fail by chance; planted accounts fail always. */
  static async open(options: { folder: string; failures: number; clock: Clock }): Promise<BankCounter> {
    const { folder, failures, clock } = options;
    const bank = await BankSimulator.open({
      folder: path.join(folder, 'book'),
      clock,
      behaviour: { rejected: { ACCOUNT_CLOSED: failures / 2, NAME_MISMATCH: failures / 4 }, returned: failures / 4 },
      failAccounts: new Map(Object.entries(FAILING_ENDINGS).map(([reason, ending]) => [ending, reason as BankReason])),
    });
    for (const name of ['to', 'from']) fs.mkdirSync(path.join(folder, name), { recursive: true });
    return new BankCounter(folder, bank);
  }

  /** Answers every file that waits. Killed in between it answers again, in the same words. */
  async serve(): Promise<void> {
    const waiting = path.join(this.folder, 'to');
    const names = fs.readdirSync(waiting).filter((name) => !name.startsWith('.'));
    for (const name of names.sort()) {
      await this.bank.receive(path.join(waiting, name), path.join(this.folder, 'from'));
      fs.mkdirSync(path.join(waiting, FETCHED), { recursive: true });
      fs.renameSync(path.join(waiting, name), path.join(waiting, FETCHED, name));
    }
  }
}
