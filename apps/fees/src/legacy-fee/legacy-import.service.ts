import { createHash } from 'node:crypto';
import { type Database, inContext, newId, systemContext, type Tx } from '@app/database';
import { CLOCK, type Clock, maskIdNumber } from '@app/kernel';
import { failpoint } from '@app/jobs';
import { openRejects, readTable } from '@app/tables';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { sealOf } from '../parameter/sealed-columns.types';
import { LegacyFeeRepository, type ReadyCase } from './legacy-fee.repository';
import {
  CASE_COLUMNS,
  PAYMENT_COLUMNS,
  paymentsOf,
  readCase,
  readPayment,
  type Remark,
  remarkOf,
  sortPayments,
  type StatedPaymentOf,
} from './legacy-fee.rules';
import type { LegacyRow } from './legacy-fee.types';

export interface LegacyImportOptions {
  /** Where rejected rows are written; default: no file. */
  readonly rejectsFile?: string;
  readonly onProgress?: (progress: { line: number }) => void;
}

export interface LegacySummary {
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly perCode: Readonly<Record<string, number>>;
  readonly rejectsFile: string | null;
  readonly warnings: number;
  readonly resumedAtLine: number | null;
}

type Placed = Remark & { readonly line: number; readonly key: string | null };

const CHUNK_ROWS = 500;

/**
 * Takes old ledgers of the repealed fee in, so that they can be closed. Each chunk is one transaction; the same file again
 * changes nothing. The only way into the register, and closed for an office once its ledgers are sealed.
 */
@Injectable()
export class LegacyImportService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly cases: LegacyFeeRepository,
  ) {}

  /** @param paymentsFile Payments one by one; without it each case's sum counts as one payment of unknown day. */
  import(file: string, paymentsFile: string | null, options: LegacyImportOptions = {}): Promise<LegacySummary> {
    const context = systemContext('legacy-fee.take', { permission: 'legacy-fee.take', purpose: 'archive' });
    return inContext(context, () => this.takeIn(file, paymentsFile, options));
  }

  /** Deletes what was kept long enough, office by office; what stays is how much it was. */
  forget(): Promise<{ officeCode: string; cases: number }[]> {
    const context = systemContext('legacy-fee.forget', { permission: 'legacy-fee.forget', purpose: 'archive' });
    return inContext(context, async () => {
      const [at, today] = [this.clock.now(), this.clock.today()];
      const gone: { officeCode: string; cases: number }[] = [];
      for (const { officeCode } of await this.database.read((read) => this.cases.offices(read))) {
        const cases = await this.database.write((tx) => this.cases.forget(tx, officeCode, today, at));
        if (cases > 0) gone.push({ officeCode, cases });
      }
      return gone;
    });
  }

  private async takeIn(
    file: string,
    paymentsFile: string | null,
    { rejectsFile, onProgress }: LegacyImportOptions,
  ): Promise<LegacySummary> {
    const remarks: Placed[] = [];
    const payments = await this.readPayments(paymentsFile, remarks);
    const table = await readTable(file, { required: [...CASE_COLUMNS.required], optional: [...CASE_COLUMNS.optional] });
    const counts = { total: 0, accepted: 0, unchanged: 0, rejected: 0 };
    const seen = new Set<string>();
    for await (const { lines, nextLine } of table.batches({ batchRows: CHUNK_ROWS })) {
      const ready: ReadyCase[] = [];
      for (const line of lines) {
        counts.total++;
        if ('problem' in line) {
          remarks.push({ line: line.line, column: '', key: null, ...line.problem });
          continue;
        }
        const { row, errors } = readCase(line.cells);
        if (row) this.prepare(line.line, row, payments, seen, ready, remarks);
        else remarks.push(...errors.map((remark) => ({ ...remark, line: line.line, key: line.cells.case_no ?? null })));
      }
      const done = await this.database.write((tx) => this.take(tx, ready));
      failpoint('legacy-fee.take');
      const caseNoOf = new Map(ready.map(({ line, caseNo }) => [line, caseNo]));
      for (const { line, outcome } of done) {
        if (outcome === 'accepted') counts.accepted++;
        else if (outcome === 'unchanged') counts.unchanged++;
        else remarks.push({ ...remarkOf('case_no', outcome), line, key: caseNoOf.get(line) ?? null });
      }
      onProgress?.({ line: nextLine - 1 });
    }
    for (const [place, listed] of payments)
      if (!seen.has(place)) remarks.push({ ...remarkOf('case_no', 'CASE_UNKNOWN'), line: 0, key: listed[0]!.caseNo });
    counts.rejected = counts.total - counts.accepted - counts.unchanged;
    if (rejectsFile) {
      const rejects = await openRejects(rejectsFile, 'case_no');
      await rejects.add(remarks);
      await rejects.close();
    }
    const perCode: Record<string, number> = {};
    for (const { code } of remarks) perCode[code] = (perCode[code] ?? 0) + 1;
    return { ...counts, perCode, rejectsFile: rejectsFile ?? null, warnings: 0, resumedAtLine: null };
  }

  private async readPayments(file: string | null, remarks: Placed[]): Promise<Map<string, StatedPaymentOf[]>> {
    const found = new Map<string, StatedPaymentOf[]>();
    if (file === null) return found;
    const columns = { required: [...PAYMENT_COLUMNS.required], optional: [...PAYMENT_COLUMNS.optional] };
    const table = await readTable(file, columns);
    for await (const { lines } of table.batches({ batchRows: CHUNK_ROWS })) {
      for (const line of lines) {
        if ('problem' in line) {
          remarks.push({ line: line.line, column: '', key: null, ...line.problem });
          continue;
        }
        const { row, errors } = readPayment(line.cells);
        if (!row) remarks.push(...errors.map((one) => ({ ...one, line: line.line, key: line.cells.case_no ?? null })));
        else found.set(placeOf(row), [...(found.get(placeOf(row)) ?? []), row]);
      }
    }
    return found;
  }

  private prepare(
    line: number,
    row: LegacyRow,
    payments: ReadonlyMap<string, readonly StatedPaymentOf[]>,
    seen: Set<string>,
    ready: ReadyCase[],
    remarks: Placed[],
  ): void {
    const place = placeOf(row);
    const stated = paymentsOf(row, payments.get(place) ?? []);
    const isTwice = seen.has(place);
    seen.add(place);
    if (isTwice || !stated) {
      const remark = isTwice ? remarkOf('case_no', 'CASE_TWICE') : remarkOf('paid_yuan', 'PAID_DIFFERS');
      remarks.push({ ...remark, line, key: row.caseNo });
      return;
    }
    const at = this.clock.now();
    const id = newId(at);
    const { idNumber, paidFen: _, ...rest } = row;
    const sorted = sortPayments(row.leviedFen, stated);
    const content = JSON.stringify([row, sorted], (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    ready.push({
      ...rest,
      id,
      line,
      hash: createHash('sha256').update(this.vault.blindIndex('row', content)).digest(),
      number: idNumber === null ? null : this.sealed(id, idNumber),
      payments: sorted.map((payment) => ({ ...payment, id: newId(at) })),
    });
  }

  private sealed(row: string, idNumber: string) {
    return {
      sealed: this.vault.seal(idNumber, { table: sealOf('legacy_fee_case'), column: 'number_sealed', row }),
      key: this.vault.blindIndex('id-number', idNumber),
      mask: maskIdNumber(idNumber),
    };
  }

  private async take(tx: Tx, ready: readonly ReadyCase[]): Promise<{ line: number; outcome: string }[]> {
    if (ready.length === 0) return [];
    const done = await this.cases.take(tx, ready, this.clock.now());
    const accepted = new Set(done.filter(({ outcome }) => outcome === 'accepted').map(({ line }) => line));
    tx.concern(
      'legacy-fee',
      ready.filter(({ line }) => accepted.has(line)).map(({ id }) => id),
    );
    return done;
  }
}

const placeOf = ({ officeCode, caseNo }: { officeCode: string; caseNo: string }): string => `${officeCode}/${caseNo}`;
