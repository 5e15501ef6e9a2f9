import type { Database, Read } from '@app/database';
import { CLOCK, type Clock, normaliseIdNumber, yuanText } from '@app/kernel';
import { csvLine } from '@app/tables';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
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

  list(
    filter: Omit<RecoveryFilter, 'payeeKey'> & { readonly idNumber: string | null },
    after: readonly string[] | null,
    limit: number,
  ): Promise<RecoveryRow[]> {
    return this.database.read(async (read) =>
      read.disclose(KIND, await this.cases.list(read, this.keyed(filter), after, limit)),
    );
  }

  count(filter: Omit<RecoveryFilter, 'payeeKey'> & { readonly idNumber: string | null }): Promise<number> {
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

  private keyed({
    idNumber,
    ...rest
  }: Omit<RecoveryFilter, 'payeeKey'> & { readonly idNumber: string | null }): RecoveryFilter {
    const payeeKey = idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber));
    return { ...rest, payeeKey };
  }
}

const HEADER = [
  ...['案号 case_no', '区划 division', '项目 programme', '发现原因 ground', '收款人 payee', '责任 cause', '状态 state'],
  ...['结果 outcome', '多付 wrong', '应返还 owed', '立案 opened_on', '下一步 next', '期限 due_on', '逾期 overdue'],
];
