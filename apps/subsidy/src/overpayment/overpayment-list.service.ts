import type { Database } from '@app/database';
import { csvLine } from '@app/tables';
import { yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { OverpaymentRepository } from './overpayment.repository';
import type { ChangeRow, OverpaymentFilter, OverpaymentView, ShareRow } from './overpayment.types';

const EXPORT_ROWS = 1_000;
const EXPORT_HEAD = [
  ...[
    'id',
    'claim_no',
    'programme',
    'county',
    'ground',
    'state',
    'from',
    'until',
    'yuan',
    'still_yuan',
    'paid_on',
    'found_on',
  ],
  ...['central_yuan', 'province_yuan', 'city_yuan', 'county_yuan', 'reported_by', 'seen_by', 'evidence'],
];
const LEVELS = ['central', 'province', 'city', 'county'];

/** Looking at what was overpaid. */
@Injectable()
export class OverpaymentListService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly rows: OverpaymentRepository,
  ) {}

  /** The last of `limit` rows is for looking ahead only. */
  list(filter: OverpaymentFilter, after: readonly string[] | undefined, limit: number): Promise<OverpaymentView[]> {
    return this.database.read(async (read) => {
      const rows = await this.rows.list(read, filter, after, limit);
      read.disclose('overpayment', rows.slice(0, limit - 1));
      return rows;
    });
  }

  ofClaims(claimIds: readonly string[]): Promise<OverpaymentView[]> {
    return this.database.read(async (read) => read.disclose('overpayment', await this.rows.ofClaims(read, claimIds)));
  }

  /** A citizen's own and of those they act for, once they were told of. */
  ofFamily(): Promise<OverpaymentView[]> {
    return this.database.read(async (read) => read.disclose('overpayment', await this.rows.own(read)));
  }

  shares(ids: readonly string[]): Promise<ShareRow[]> {
    return this.database.read((read) => this.rows.shares(read, ids));
  }

  changes(ids: readonly string[]): Promise<ChangeRow[]> {
    return this.database.read((read) => this.rows.changes(read, ids));
  }

  /** Lines of a file, a thousand a page; codes and amounts, no names and no numbers. */
  async export(
    filter: OverpaymentFilter,
    after: readonly string[] | undefined,
  ): Promise<{ csv: string; after: string | null }> {
    const rows = await this.list(filter, after, EXPORT_ROWS + 1);
    const page = rows.slice(0, EXPORT_ROWS);
    const shares = await this.shares(page.map(({ id }) => id));
    const lines = page.map((row) => {
      const own = shares.filter(({ overpaymentId }) => overpaymentId === row.id);
      const ofLevel = (level: string) =>
        own.filter((share) => share.level === level).reduce((sum, { fen }) => sum + fen, 0n);
      return csvLine([
        ...[row.id, row.claimNo, row.programme, row.countyCode, row.ground, row.state, row.from, row.until],
        ...[yuanText(row.fen), yuanText(row.stillFen), row.paidOn, row.foundOn],
        ...LEVELS.map((level) => yuanText(ofLevel(level))),
        ...[row.reportedBy, row.seenBy, row.evidence],
      ]);
    });
    const head = after ? [] : [csvLine(EXPORT_HEAD)];
    return { csv: [...head, ...lines].join(''), after: rows.length > EXPORT_ROWS ? page.at(-1)!.id : null };
  }
}
