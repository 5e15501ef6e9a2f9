import type { Database, Read } from '@app/database';
import { CLOCK, type Clock, type Day, normaliseIdNumber, yuanText } from '@app/kernel';
import { csvLine } from '@app/tables';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './recovery.errors';
import { RecoveryRepository } from './recovery.repository';
import { nextOf } from './recovery.rules';
import type {
  RecoveryEvent,
  RecoveryFilter,
  RecoveryLine,
  RecoveryRow,
  RecoveryShare,
  RecoveryStatement,
} from './recovery.types';

const KIND = 'recovery';

/** What a list is asked for: a whole number is looked up by its index. */
export type RecoverySought = Omit<RecoveryFilter, 'payeeKey'> & { readonly idNumber: string | null };

/** Recovery cases as others may see them. It moves none; other slices find a case by it. */
@Injectable()
export class RecoveryService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly cases: RecoveryRepository,
  ) {}

  /** A case within another slice's transaction; undefined where there is none, or it is not the caller's to see. */
  async find(read: Read, id: string): Promise<RecoveryRow | undefined> {
    return (await this.cases.byIds(read, [id]))[0];
  }

  /** The case of a receivable, likewise. */
  async findByReceivable(read: Read, receivableId: string): Promise<RecoveryRow | undefined> {
    const id = await this.cases.idByReceivable(read, receivableId);
    return id === undefined ? undefined : this.find(read, id);
  }

  list(filter: RecoverySought, after: readonly string[] | null, limit: number): Promise<RecoveryRow[]> {
    return this.database.read(async (read) => {
      const rows = await this.cases.list(read, this.keyed(filter), after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  count(filter: RecoverySought): Promise<number> {
    return this.database.read((read) => this.cases.count(read, this.keyed(filter)));
  }

  byIds(ids: readonly string[]): Promise<RecoveryRow[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.cases.byIds(read, ids)));
  }

  /** One's own, from the day on which it was found and not only stated. */
  own(): Promise<RecoveryRow[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.cases.own(read)));
  }

  history(ids: readonly string[]): Promise<RecoveryEvent[]> {
    return this.database.read((read) => this.cases.history(read, ids));
  }

  statements(ids: readonly string[]): Promise<RecoveryStatement[]> {
    return this.database.read((read) => this.cases.statements(read, ids));
  }

  shares(ids: readonly string[]): Promise<(RecoveryShare & { readonly caseId: string })[]> {
    return this.database.read((read) => this.cases.shares(read, ids));
  }

  lines(ids: readonly string[]): Promise<(RecoveryLine & { readonly caseId: string })[]> {
    return this.database.read((read) => this.cases.lines(read, ids));
  }

  /** A page of the work-list for a spreadsheet: no names beyond the officer's own list, no numbers at all. */
  csvOf(rows: readonly RecoveryRow[]): string {
    const today = this.clock.today();
    const lines = rows.map((row) => {
      const { office, officeBy } = nextOf(row);
      return csvLine([
        ...[row.caseNo, row.divisionCode, row.programme, row.ground, row.payeeName, row.cause ?? '', row.state],
        ...[row.outcome ?? '', yuanText(row.wrongFen), row.owedFen === null ? '' : yuanText(row.owedFen)],
        ...[row.openedOn, office, officeBy ?? '', officeBy !== null && officeBy < today ? '是 yes' : ''],
      ]);
    });
    return '\uFEFF' + [csvLine(HEADER), ...lines].join('');
  }

  /** Everything of one case for a spreadsheet: its steps with days and amounts, and what was said. */
  statementCsv(id: string): Promise<string> {
    return this.database.read(async (read) => {
      const [row] = read.disclose(KIND, await this.cases.byIds(read, [id]));
      if (!row) throw refuse.unknown(id);
      const facts: [string, string | null][] = [
        ...[['案号 case_no', row.caseNo] as [string, string], ['收款人 payee', row.payeeName] as [string, string]],
        ...[['多付 wrong', yuanText(row.wrongFen)] as [string, string]],
        ['决定 decided', row.decidedFen === null ? null : yuanText(row.decidedFen)],
        ['应返还 owed', row.owedFen === null ? null : yuanText(row.owedFen)],
        ...[['告知送达 notice_served_on', row.noticeServedOn] as [string, Day | null]],
        ...[['决定送达 decision_served_on', row.decisionServedOn] as [string, Day | null]],
        ...[['付款期限 pay_by', row.payBy] as [string, Day | null]],
        ['结果 outcome', row.outcome],
      ];
      const said = await this.cases.statements(read, [id]);
      const done = await this.cases.history(read, [id]);
      const lines = [
        ...facts.map(([what, value]) => ['', what, value ?? '', '']),
        ...done.map(({ onDay, act, note, actor }) => [onDay, act, note ?? '', actor]),
        ...said.map(({ saidOn, words, isOwnHand }) => [
          saidOn,
          '陈述申辩 statement',
          words,
          isOwnHand ? '本人 own hand' : '',
        ]),
      ];
      return '\uFEFF' + [csvLine(['日期 on', '事项 what', '内容 value', '经办 by']), ...lines.map(csvLine)].join('');
    });
  }

  private keyed({ idNumber, ...rest }: RecoverySought): RecoveryFilter {
    const payeeKey = idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber));
    return { ...rest, payeeKey };
  }
}

const HEADER = [
  ...['案号 case_no', '区划 division', '项目 programme', '发现原因 ground', '收款人 payee', '责任 cause', '状态 state'],
  ...['结果 outcome', '多付 wrong', '应返还 owed', '立案 opened_on', '下一步 next', '期限 due_on', '逾期 overdue'],
];
