import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, maskIdNumber } from '@app/kernel';
import { openRejects, readTable, type TableLine } from '@app/tables';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { CertificateRepository, type StoredHolder } from './certificate.repository';
import { LEDGER_COLUMNS, readLedgerRow, remarkOf, schemeOf } from './certificate.rules';
import type { LedgerHolder, LedgerRow, LedgerSummary, RowRemark, SchemeRow } from './certificate.types';

export interface LedgerOptions {
  /** Where rejected rows and warnings are written; default: no file. */
  readonly rejectsFile?: string;
  readonly onProgress?: (progress: { line: number; accepted: number; unchanged: number; rejected: number }) => void;
}

interface Placed extends RowRemark {
  readonly line: number;
  readonly isWarning: boolean;
}

const CHUNK_ROWS = 1_000;

/**
 * Takes old ledgers in. Each chunk is one transaction; the same file again changes nothing, and what a killed import has not
 * reached yet goes in then.
 */
@Injectable()
export class LedgerImportService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly divisions: DivisionService,
    private readonly certificates: CertificateRepository,
  ) {}

  async import(file: string, options: LedgerOptions = {}): Promise<LedgerSummary> {
    const table = await readTable(file, {
      required: [...LEDGER_COLUMNS.required],
      optional: [...LEDGER_COLUMNS.optional],
    });
    const schemes = await this.database.read((read) => this.certificates.schemes(read));
    const counts = { total: 0, accepted: 0, unchanged: 0, rejected: 0, warnings: 0 };
    const remarks: Placed[] = [];
    for await (const { lines, nextLine } of table.batches({ batchRows: CHUNK_ROWS })) {
      const done = await this.database.write((tx) => this.takeIn(tx, table.sha256, lines, schemes));
      counts.total += lines.length;
      counts.accepted += done.accepted;
      counts.unchanged += done.unchanged;
      counts.rejected += lines.length - done.accepted - done.unchanged;
      counts.warnings += done.remarks.filter(({ isWarning }) => isWarning).length;
      remarks.push(...done.remarks);
      options.onProgress?.({ line: nextLine - 1, ...counts });
    }
    await this.database.write((tx) => this.certificates.linkHolders(tx));
    if (options.rejectsFile) await writeRemarks(options.rejectsFile, remarks);
    const perCode: Record<string, number> = {};
    for (const { code } of remarks) perCode[code] = (perCode[code] ?? 0) + 1;
    return { ...counts, perCode, resumedAtLine: null, rejectsFile: options.rejectsFile ?? null };
  }

  private async takeIn(tx: Tx, sha256: string, lines: readonly TableLine<string>[], schemes: readonly SchemeRow[]) {
    const today = this.clock.today();
    const at = this.clock.now();
    const remarks: Placed[] = [];
    const read: { line: number; row: LedgerRow; warnings: readonly RowRemark[] }[] = [];
    for (const line of lines) {
      if ('problem' in line) {
        remarks.push({ line: line.line, column: '', ...line.problem, isWarning: false });
        continue;
      }
      const { row, errors, warnings } = readLedgerRow(line.cells, today);
      if (row) read.push({ line: line.line, row, warnings });
      else remarks.push(...errors.map((remark) => ({ ...remark, line: line.line, isWarning: false })));
    }
    const rows = read.map(({ row }) => row);
    await this.divisions.addUnconfirmed(tx, [...new Set(rows.map(({ officeCode }) => officeCode))]);
    const known = await this.certificates.known(tx, rows);
    const keys = rows.flatMap(({ holders }) =>
      holders.flatMap(({ number }) => (number === null ? [] : [this.keyOf(number)])),
    );
    const persons = await this.certificates.findPersons(tx, keys);
    let [accepted, unchanged] = [0, 0];
    for (const { line, row, warnings } of read) {
      const hash = this.vault.blindIndex('row', JSON.stringify(row));
      const place = `${row.officeCode}/${row.number}`;
      const before = known.get(place);
      if (before === hash.toString('hex')) {
        unchanged++;
        continue;
      }
      if (before !== undefined) {
        remarks.push({ ...remarkOf('certificate_no', 'NUMBER_TAKEN'), line, isWarning: false });
        continue;
      }
      known.set(place, hash.toString('hex'));
      const scheme = schemeOf(schemes, row.officeCode, row.issuedOn);
      const fits = scheme !== undefined && new RegExp(scheme.pattern, 'u').test(row.number);
      const odd = fits ? warnings : [...warnings, remarkOf('certificate_no', 'NUMBER_OFF_SCHEME')];
      remarks.push(...odd.map((remark) => ({ ...remark, line, isWarning: true })));
      const holders = row.holders.map((holder) => this.holder(holder, persons));
      const id = randomUUID();
      const made = { ...row, id, hash, schemeId: scheme?.id ?? null, fitsScheme: fits, replacesId: null };
      await this.certificates.insert(tx, made, holders, at);
      tx.concern('certificate', [id]);
      accepted++;
    }
    await this.certificates.addRejects(tx, sha256, remarks, at);
    return { accepted, unchanged, remarks };
  }

  private holder({ role, name, number }: LedgerHolder, persons: ReadonlyMap<string, string>): StoredHolder {
    const id = randomUUID();
    if (number === null) return { id, role, name, personId: null, sealed: null, key: null, mask: null };
    const key = this.keyOf(number);
    const sealed = this.vault.seal(number, { table: 'certificate_holder', column: 'number_sealed', row: id });
    return {
      id,
      role,
      name,
      personId: persons.get(key.toString('hex')) ?? null,
      sealed,
      key,
      mask: maskIdNumber(number),
    };
  }

  private keyOf(number: string): Buffer {
    return this.vault.blindIndex('id-number', number);
  }
}

async function writeRemarks(file: string, remarks: readonly Placed[]): Promise<void> {
  const rejects = await openRejects(file, 'severity');
  await rejects.add(
    remarks.map(({ line, column, code, sentence, isWarning }) => ({
      line,
      column,
      code,
      sentence,
      key: isWarning ? 'warning' : 'error',
    })),
  );
  await rejects.close();
}
