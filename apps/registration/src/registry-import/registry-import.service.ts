import { setImmediate } from 'node:timers/promises';
import * as path from 'node:path';
import { type Database, newId, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, maskIdNumber } from '@app/kernel';
import { openRejects, readTable, type Table, type TableLine } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { searchDuplicates } from '../duplicate/duplicate.jobs';
import { refreshQuality } from '../quality/quality.jobs';
import { tellRegistrationChanged } from '@app/contracts';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { checkRow, EXTRACT_COLUMNS, type ExtractColumn, type ExtractRow, type RowRemark } from './extract-row.rules';
import { ImportBatchRepository, type StoredRemark } from './import-batch.repository';
import type { AcceptedRow } from './person-writer.service';
import { isOpaque } from './registry-code.rules';
import { isKnownRemark, refuse, remarkSentence } from './registry-import.errors';
import { RegistryImportRepository } from './registry-import.repository';
import { StatementService } from './statement.service';
import type { ImportBatch, ImportOptions, ImportSummary } from './registry-import.types';
import { isoInstant } from './source-time.rules';

const CHUNK_ROWS = 5_000;
const SLICE_ROWS = 500;
/** From here on the planner needs new statistics to link by. */
const ANALYZE_ROWS = 2_000;

/** A row that is right in itself; what the register says about it is still to be asked. */
interface PreparedRow {
  readonly line: number;
  readonly row: ExtractRow;
  /** Keyed digest, hex. */
  readonly hash: string;
  readonly warnings: readonly StoredRemark[];
}

interface PreparedChunk {
  readonly fromLine: number;
  readonly nextLine: number;
  /** Rows in file order, no registry id twice in one wave: a second row of a person meets what the first one left. */
  readonly waves: readonly (readonly PreparedRow[])[];
  readonly rejects: readonly StoredRemark[];
}

/**
 * Reads an extract of the household registry into the register: chunk by chunk, each with its progress in one
 * transaction, so that a killed import goes on where it stopped and a repeated one changes nothing.
 */
@Injectable()
export class RegistryImportService {
  private readonly knownDivisions = new Set<string>();

  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly divisions: DivisionService,
    private readonly batches: ImportBatchRepository,
    private readonly register: RegistryImportRepository,
    private readonly statements: StatementService,
  ) {}

  /** Imports a file; refuses it whole, before anything is written, when it is no registry extract. */
  async import(file: string, options: ImportOptions = {}): Promise<ImportSummary> {
    const table = await readTable(file, { required: EXTRACT_COLUMNS });
    const opened = await this.openBatch(table);
    for (const code of await this.database.read((read) => this.divisions.listCodes(read)))
      this.knownDivisions.add(code);

    // While the database works on one chunk, the next one is read and checked.
    let committing: Promise<ImportBatch> = Promise.resolve(opened);
    let fromLine = opened.nextLine;
    for await (const { lines, nextLine } of table.batches({ fromLine, batchRows: options.chunkRows ?? CHUNK_ROWS })) {
      const chunk = await this.prepare(lines, fromLine, nextLine);
      fromLine = nextLine;
      const before = await committing;
      committing = this.commit(before, chunk).then((batch) => {
        const { total, accepted, unchanged, rejected } = batch;
        options.onProgress?.({
          linesDone: nextLine - 1,
          lineCount: table.lineCount,
          total,
          accepted,
          unchanged,
          rejected,
        });
        return batch;
      });
      committing.catch(() => undefined); // Awaited, and thrown, one turn later.
    }
    const batch = await this.finish(await committing);
    return this.report(batch, opened, options);
  }

  /** Batches, newest first; `after` is the id of the last one seen. */
  list(limit: number, after: string | null): Promise<ImportBatch[]> {
    return this.database.read((read) => this.batches.list(read, limit, after));
  }

  async find(id: string): Promise<ImportBatch | null> {
    return (await this.database.read((read) => this.batches.find(read, id))) ?? null;
  }

  /** How often each code occurred among a batch's rejected rows or warnings. */
  countPerCode(table: 'import_reject' | 'import_warning', batchId: string): Promise<Record<string, number>> {
    return this.database.read((read) => this.batches.countPerCode(read, table, batchId));
  }

  private async openBatch(table: Table<ExtractColumn>): Promise<ImportBatch> {
    return this.database.write(async (tx) => {
      const unfinished = await this.batches.findUnfinished(tx, table.sha256);
      if (unfinished) return unfinished;
      const startedAt = this.clock.now();
      const batch = await this.batches.insert(tx, {
        id: newId(startedAt),
        fileName: path.basename(table.file),
        fileSha256: table.sha256,
        fileBytes: table.bytes,
        encoding: table.encoding,
        unknownColumns: table.unknownColumns,
        nextLine: 2,
        startedAt,
      });
      const remarks = table.unknownColumns.map((column) => remark(1, { code: 'COLUMN_UNKNOWN', column }, null));
      await this.batches.addWarnings(tx, batch.id, remarks);
      return batch;
    });
  }

  /** Everything about rows that needs no database. */
  private async prepare(
    lines: readonly TableLine<ExtractColumn>[],
    fromLine: number,
    nextLine: number,
  ): Promise<PreparedChunk> {
    const today = this.clock.today();
    const waves: PreparedRow[][] = [[]];
    const rejects: StoredRemark[] = [];
    const timesSeen = new Map<string, number>();
    for (let at = 0; at < lines.length; at++) {
      if (at % SLICE_ROWS === 0) await setImmediate(); // Others wait for this thread too: the COPY, the graph.
      const line = lines[at]!;
      if ('problem' in line) {
        rejects.push(remark(line.line, { code: line.problem.code, column: '' }, null));
        continue;
      }
      const { row, errors, warnings } = checkRow(line.cells, today);
      if (!row) {
        const [first, ...further] = errors;
        const id = line.cells.registry_person_id;
        rejects.push(remark(line.line, first!, isOpaque(id) ? id : null, further));
        continue;
      }
      const id = row.registryPersonId;
      const wave = timesSeen.get(id) ?? 0;
      timesSeen.set(id, wave + 1);
      (waves[wave] ??= []).push({
        line: line.line,
        row,
        hash: this.statements.hashOf(row),
        warnings: warnings.map((warning) => remark(line.line, warning, id)),
      });
    }
    return { fromLine, nextLine, waves, rejects };
  }

  /** One chunk, its remarks and the progress, or nothing of it. */
  private async commit(before: ImportBatch, chunk: PreparedChunk): Promise<ImportBatch> {
    const [batch, divisions] = await this.database.write(
      async (tx) => {
        await this.register.lockImports(tx);
        await this.register.lookUpByIndex(tx);
        const { nextLine } = await this.batches.getForUpdate(tx, before.id);
        if (nextLine !== chunk.fromLine) throw refuse.takenOver(before.fileName, nextLine);

        const rejects = [...chunk.rejects];
        const warnings: StoredRemark[] = [];
        const divisionsMet = new Set<string>();
        let accepted = 0;
        let unchanged = 0;
        for (const wave of chunk.waves) {
          const decided = await this.decide(tx, before, wave);
          rejects.push(...decided.rejects);
          unchanged += decided.unchanged;
          accepted += decided.accepted.length;
          for (const row of decided.accepted) warnings.push(...row.warnings);
          warnings.push(...(await this.addDivisions(tx, decided.accepted, divisionsMet)));
          await this.statements.write(tx, before.id, decided.accepted);
        }
        await this.batches.addRejects(tx, before.id, rejects);
        await this.batches.addWarnings(tx, before.id, warnings);
        const counts = { accepted, unchanged, rejected: rejects.length, warnings: warnings.length };
        const after = await this.batches.advance(tx, before.id, chunk.nextLine, counts);
        failpoint('registration.import.chunk');
        return [after, divisionsMet] as const;
      },
      { statementTimeout: 0 },
    );
    for (const code of divisions) this.knownDivisions.add(code);
    failpoint('registration.import.committed');
    return batch;
  }

  /**
   * New, newer, the same, or older than what the register holds. Two contents under one time are both possible, and
   * nothing says which is right: the one that came first stays and the other is reported.
   */
  private async decide(
    tx: Tx,
    batch: ImportBatch,
    rows: readonly PreparedRow[],
  ): Promise<{ accepted: (PreparedRow & AcceptedRow)[]; unchanged: number; rejects: StoredRemark[] }> {
    const { accepted, conflicting, ...decided } = await this.statements.decide(tx, rows);
    let { unchanged } = decided;
    const replaced = await this.register.findReplacedByOwnFile(
      tx,
      batch.fileSha256,
      conflicting.map(({ stated: { line, row, hash } }) => ({ line, registryPersonId: row.registryPersonId, hash })),
    );
    const rejects: StoredRemark[] = [];
    for (const { stated, heldSince, code } of conflicting) {
      const { line, row } = stated;
      if (replaced.has(line)) unchanged++;
      else
        rejects.push(remark(line, { code, column: 'updated_at', detail: isoInstant(heldSince) }, row.registryPersonId));
    }
    return { accepted, unchanged, rejects };
  }

  /** Puts division codes on record that nobody had named, and remarks on each at the first row that has it. */
  private async addDivisions(tx: Tx, rows: readonly AcceptedRow[], met: Set<string>): Promise<StoredRemark[]> {
    const firstRows = new Map<string, AcceptedRow>();
    for (const accepted of rows) {
      const code = accepted.row.divisionCode;
      if (!this.knownDivisions.has(code) && !met.has(code) && !firstRows.has(code)) firstRows.set(code, accepted);
    }
    if (firstRows.size === 0) return [];
    const added = new Set(await this.divisions.addUnconfirmed(tx, [...firstRows.keys()]));
    const remarks: StoredRemark[] = [];
    for (const [code, { line, row }] of firstRows) {
      met.add(code);
      if (!added.has(code)) continue;
      const warning = { code: 'DIVISION_UNKNOWN', column: 'division_code', detail: code };
      remarks.push(remark(line, warning, row.registryPersonId));
    }
    return remarks;
  }

  /** What only the whole register can tell: shared numbers, parents that came later; then the others are told. */
  private async finish(batch: ImportBatch): Promise<ImportBatch> {
    const finished = await this.database.write(
      async (tx) => {
        await this.register.lockImports(tx);
        const { state, accepted, firstXid } = await this.batches.getForUpdate(tx, batch.id);
        if (state === 'done') return batch;
        const at = this.clock.now();
        if (accepted > 0) {
          if (accepted >= ANALYZE_ROWS) await this.register.analyze(tx);
          await this.statements.complete(tx, batch.id, firstXid);
          await this.batches.addWarningsOfRegister(tx, batch.id, firstXid);
          await tellRegistrationChanged(this.outbox, tx);
          await this.outbox.plan(tx, searchDuplicates, [{ register: 'persons' }]);
          await this.outbox.plan(tx, refreshQuality, [{ register: 'persons' }]);
        }
        const done = await this.batches.finish(tx, batch.id, at);
        failpoint('registration.import.finish');
        return done;
      },
      { statementTimeout: 0 },
    );
    failpoint('registration.import.finished');
    return finished;
  }

  private async report(batch: ImportBatch, opened: ImportBatch, options: ImportOptions): Promise<ImportSummary> {
    return this.database.read(async (read) => {
      const { id, encoding, unknownColumns, total, accepted, unchanged, rejected, warnings } = batch;
      if (options.rejectsFile) await this.writeRemarks(read, 'import_reject', id, options.rejectsFile);
      if (options.warningsFile) await this.writeRemarks(read, 'import_warning', id, options.warningsFile);
      const perCode = {
        rejected: await this.batches.countPerCode(read, 'import_reject', id),
        warnings: await this.batches.countPerCode(read, 'import_warning', id),
      };
      const resumedAtLine = opened.total > 0 ? opened.nextLine : null;
      return {
        batchId: id,
        encoding,
        unknownColumns,
        total,
        accepted,
        unchanged,
        rejected,
        warnings,
        perCode,
        resumedAtLine,
      };
    });
  }

  private async writeRemarks(
    read: Tx,
    table: 'import_reject' | 'import_warning',
    batchId: string,
    file: string,
  ): Promise<void> {
    const rejects = await openRejects(file, 'registry_person_id');
    for await (const remarks of this.batches.remarks(read, table, batchId)) {
      await rejects.add(
        remarks.map(({ line, column, code, detail, registryPersonId, further }) => {
          if (!isKnownRemark(code)) throw new Error(`no sentence for ${code}`);
          return {
            line,
            column,
            code,
            sentence: remarkSentence(code, line, column, detail),
            key: registryPersonId,
            further,
          };
        }),
      );
    }
    await rejects.close();
  }
}

function remark(
  line: number,
  { code, column, detail }: { code: string; column: string; detail?: string },
  registryPersonId: string | null,
  further: readonly RowRemark<string>[] = [],
): StoredRemark {
  return {
    line,
    column: storable(column),
    code,
    detail: detail === undefined ? null : storable(detail),
    registryPersonId: registryPersonId === null ? null : showable(storable(registryPersonId)),
    further: further.map((one) => `${one.code} ${one.column}`.trim()),
  };
}

/** Some systems use the identity number as their own id; a file of remarks must not carry it. */
const showable = (registryPersonId: string): string =>
  /\d{15}/.test(registryPersonId) ? maskIdNumber(registryPersonId) : registryPersonId.slice(0, 64);

/** What made a row unreadable must not make the remark about it unwritable. */
const storable = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, '\uFFFD');
