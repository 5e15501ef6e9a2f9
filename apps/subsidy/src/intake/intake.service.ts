import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { openRejects, readTable, type TableBatch } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { REFUSED } from './intake.errors';
import { type IntakeKind, IntakeBatchRepository, type NumberedProblem } from './intake-batch.repository';
import { type Applied, IntakeRepository, type Numbered } from './intake.repository';
import { parseAccount, parseClaim, parseFinding } from './intake.rules';
import type { ImportSummary, Parsed } from './intake.types';

export interface IntakeOptions {
  /** Where rejected rows and warnings are written; default: no file. */
  readonly rejectsFile?: string;
  readonly onProgress?: (progress: { line: number; accepted: number; unchanged: number; rejected: number }) => void;
}

type Cells = Readonly<Record<string, string>>;

interface Source<Row> {
  readonly kind: IntakeKind;
  readonly columns: { required: readonly string[]; optional: readonly string[] };
  readonly parse: (cells: Cells) => Parsed<Row>;
  readonly apply: (tx: Tx, rows: readonly Numbered<Row>[], importId: string) => Promise<Applied>;
}

const CHUNK_ROWS = 10_000;
/** From this many rows on, statistics are taken anew at once: what follows an import should not be planned blindly. */
const BULK_ROWS = 5_000;

/**
 * Takes files of claims, accounts and findings in. Every chunk goes in with its rejects and the line it reached in
 * one transaction, so that a killed import goes on where it stopped and the same file twice changes nothing.
 */
@Injectable()
export class IntakeService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly batches: IntakeBatchRepository,
    private readonly intake: IntakeRepository,
  ) {}

  importClaims(file: string, programme: string, options: IntakeOptions = {}): Promise<ImportSummary> {
    return this.run(file, options, {
      kind: 'claims',
      columns: {
        required: ['claim_no', 'child_id_number', 'applicant_id_number', 'relation', 'claim_year', 'submitted_on'],
        optional: ['child_birth_certificate_no', 'channel', 'account_no'],
      },
      parse: (cells) => parseClaim(cells, this.clock.today()),
      apply: (tx, rows, importId) => this.intake.claims(tx, programme, rows, importId, this.clock.now()),
    });
  }

  importAccounts(file: string, options: IntakeOptions = {}): Promise<ImportSummary> {
    return this.run(file, options, {
      kind: 'accounts',
      columns: { required: ['holder_id_number', 'holder_name', 'bank_code', 'account_no'], optional: ['kind'] },
      parse: parseAccount,
      apply: (tx, rows, importId) => this.intake.accounts(tx, rows, importId, this.clock.now()),
    });
  }

  importFindings(file: string, options: IntakeOptions = {}): Promise<ImportSummary> {
    const required = ['person_id_number', 'finding', 'value', 'valid_from', 'document_no', 'issued_by'];
    return this.run(file, options, {
      kind: 'findings',
      columns: { required, optional: [] },
      parse: parseFinding,
      apply: (tx, rows, importId) => this.intake.findings(tx, rows, importId, this.clock.now()),
    });
  }

  private async run<Row>(file: string, options: IntakeOptions, source: Source<Row>): Promise<ImportSummary> {
    const table = await readTable(file, source.columns);
    const begun = await this.database.write((tx) =>
      this.batches.begin(tx, source.kind, file.split('/').at(-1)!, table.sha256, this.clock.now()),
    );
    let reached = begun.last_line;
    for await (const batch of table.batches({ fromLine: reached + 1, batchRows: CHUNK_ROWS })) {
      const chunk = sort(batch, source.parse);
      failpoint('intake.chunk');
      const counts = await this.database.write(
        async (tx) => {
          const standing = await this.batches.lock(tx, begun.id);
          if (standing.last_line !== reached || standing.state === 'done')
            throw new Error('this file is being imported by another process');
          const applied = await source.apply(tx, chunk.rows, begun.id);
          const problems = [...chunk.problems, ...applied.refused.map(({ line, code }) => refusedRow(line, code))];
          const tally = {
            accepted: applied.accepted,
            unchanged: applied.unchanged,
            rejected: chunk.rejected + applied.refused.length,
          };
          await this.batches.advance(tx, begun.id, batch.nextLine - 1, tally, problems);
          return { ...standing, ...sum(standing, tally) };
        },
        { statementTimeout: 0 },
      );
      reached = batch.nextLine - 1;
      options.onProgress?.({ line: reached, ...counts });
    }
    failpoint('intake.finish');
    if (source.kind === 'claims' && reached - begun.last_line >= BULK_ROWS)
      await this.database.write((tx) => this.intake.analyzeClaims(tx), { statementTimeout: 0 });
    return this.finish(begun, source.kind, options);
  }

  private async finish(
    begun: { id: string; last_line: number; resumed: boolean },
    kind: IntakeKind,
    options: IntakeOptions,
  ): Promise<ImportSummary> {
    const [done, perCode] = await this.database.write(async (tx) => {
      const batch = await this.batches.finish(tx, begun.id, this.clock.now());
      return [batch, await this.batches.countByCode(tx, begun.id)] as const;
    });
    if (options.rejectsFile) await this.writeRejects(begun.id, options.rejectsFile);
    return {
      batchId: begun.id,
      kind,
      total: done.total,
      accepted: done.accepted,
      unchanged: done.unchanged,
      rejected: done.rejected,
      warnings: done.warnings,
      resumedAtLine: begun.resumed ? begun.last_line + 1 : null,
      perCode,
      rejectsFile: options.rejectsFile ?? null,
    };
  }

  /** From the database, not from memory: after a resumed import the file still lists every row. */
  private async writeRejects(batchId: string, file: string): Promise<void> {
    const rejects = await openRejects(file, 'severity');
    await this.database.read(async (read) => {
      for (let after = 0n; ;) {
        const problems = await this.batches.problems(read, batchId, after, 5_000);
        if (problems.length === 0) break;
        await rejects.add(
          problems.map((p) => ({
            line: p.line,
            column: p.column,
            code: p.code,
            sentence: { zh: p.sentence_zh, en: p.sentence_en },
            key: p.is_warning ? 'warning' : 'error',
          })),
        );
        after = problems.at(-1)!.id;
      }
    });
    await rejects.close();
  }
}

/** Divides a batch of lines into rows that can go in and problems; one row may have several problems but is rejected once. */
function sort<Row>(batch: TableBatch<string>, parse: (cells: Cells) => Parsed<Row>) {
  const rows: Numbered<Row>[] = [];
  const problems: NumberedProblem[] = [];
  let rejected = 0;
  for (const line of batch.lines) {
    if ('problem' in line) {
      rejected++;
      problems.push({ line: line.line, column: '', ...line.problem, isWarning: false });
      continue;
    }
    const parsed = parse(line.cells);
    const remarks = parsed.ok ? parsed.warnings : parsed.errors;
    problems.push(...remarks.map((remark) => ({ ...remark, line: line.line, isWarning: parsed.ok })));
    if (parsed.ok) rows.push({ line: line.line, row: parsed.row });
    else rejected++;
  }
  return { rows, problems, rejected };
}

const refusedRow = (line: number, code: string): NumberedProblem => ({
  line,
  code,
  ...REFUSED[code]!,
  isWarning: false,
});

const sum = <T extends { accepted: number; unchanged: number; rejected: number }>(a: T, b: T | Omit<T, never>) => ({
  accepted: a.accepted + b.accepted,
  unchanged: a.unchanged + b.unchanged,
  rejected: a.rejected + b.rejected,
});
