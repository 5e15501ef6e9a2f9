import type { Database } from '@app/database';
import { dayInChina } from '@app/kernel';
import { type Balance, Ledger } from '@app/ledger';
import { csvLine } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './ledger.errors';
import { LedgerRepository } from './ledger.repository';
import type { AccountLine, StatementFilter } from './ledger.types';

const EXPORT_ROWS = 1_000;
const BALANCE_HEAD = ['account', 'kind', 'received_fen', 'given_fen', 'available_fen'];
const LINE_HEAD = ['day', 'at', 'why', 'other_account', 'in_fen', 'out_fen', 'balance_fen', 'about', 'transfer'];

type Cell = string | bigint;

/** A part of a file, and after what the next one begins; null on the last. */
export interface CsvPart {
  readonly csv: string;
  readonly after: readonly string[] | null;
}

/** What the accounts hold and how that came about, for looking at. Money is moved by the slices that have a reason to. */
@Injectable()
export class LedgerService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(Ledger) private readonly ledger: Ledger,
    private readonly accounts: LedgerRepository,
  ) {}

  /** Balances by code, of the accounts that may be seen. */
  balances(prefix: string, after: string, limit: number): Promise<Balance[]> {
    return this.database.read((read) => this.ledger.balances(read, { prefix, after, limit }));
  }

  async balancesCsv(prefix: string, after: string | undefined): Promise<CsvPart> {
    const rows = await this.balances(prefix, after ?? '', EXPORT_ROWS + 1);
    return part(rows, after === undefined ? BALANCE_HEAD : null, ({ code }) => [code], balanceCells);
  }

  /** What moved over one account. Refuses with FEE_ACCOUNT_UNKNOWN what may not be seen. */
  statement(filter: StatementFilter): Promise<AccountLine[]> {
    return this.database.read(async (read) => {
      if (!(await this.ledger.balance(read, filter.account))) throw refuse.unknown(filter.account);
      return this.accounts.lines(read, filter);
    });
  }

  async statementCsv(filter: Omit<StatementFilter, 'limit'>): Promise<CsvPart> {
    const rows = await this.statement({ ...filter, limit: EXPORT_ROWS + 1 });
    return part(rows, filter.after ? null : LINE_HEAD, ({ at, id }) => [at.toISOString(), id], lineCells);
  }
}

function part<T>(
  rows: readonly T[],
  head: readonly string[] | null,
  keyOf: (row: T) => readonly string[],
  cellsOf: (row: T) => readonly Cell[],
): CsvPart {
  const shown = rows.slice(0, EXPORT_ROWS);
  const lines = shown.map((row) => csvLine(cellsOf(row)));
  return {
    csv: [...(head ? [csvLine(head)] : []), ...lines].join(''),
    after: rows.length > EXPORT_ROWS ? keyOf(shown.at(-1)!) : null,
  };
}

const balanceCells = ({ code, kind, creditsPosted, debitsPosted, available }: Balance): Cell[] => [
  code,
  kind,
  creditsPosted,
  debitsPosted,
  available,
];

const lineCells = (line: AccountLine): Cell[] => [
  dayInChina(line.at),
  line.at.toISOString(),
  line.code,
  line.otherAccount,
  line.inFen,
  line.outFen,
  line.balanceFen,
  line.ref ?? '',
  line.id,
];
