import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database } from '@app/database';
import { CLOCK, type Clock, type DivisionCode, divisionPrefix, yearOf } from '@app/kernel';
import { failpoint } from '@app/jobs';
import { compileSql, type Programme } from '@app/rules';
import { Inject, Injectable } from '@nestjs/common';
import { ProgrammeService } from '../programme/programme.service';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { chunkDigits, claimChunks, claimRelation, personChunks, personRelation } from './determination.rules';
import { type ConditionBit, DeterminationRepository, type RunRow } from './determination.repository';
import type { Chunk, DetermineCommand, DetermineSummary } from './determination.types';

export type DetermineProgress = (progress: {
  readonly done: number;
  readonly of: number;
  readonly decided: number;
}) => void;

/**
 * Decides a whole division by one set of rules, set-based and chunk by chunk (county × year). A killed run is
 * taken up where it stopped; a second run with the same facts changes nothing.
 */
@Injectable()
export class DeterminationService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly programmes: ProgrammeService,
    private readonly determinations: DeterminationRepository,
  ) {}

  async determine(
    command: DetermineCommand,
    onProgress: DetermineProgress = () => undefined,
  ): Promise<DetermineSummary> {
    const programmes = command.programmes.map((name) => this.programmes.get(name));
    const summary = { runId: '', resumed: false, chunks: 0, decided: 0, determined: 0, held: 0 };
    // Programmes that decide claims run one by one; those that decide persons share one scan, so that conflicts are seen.
    const persons = programmes.filter(({ unit }) => unit === 'person');
    const groups = [
      ...programmes.filter(({ unit }) => unit === 'claim').map((one) => [one]),
      ...(persons.length > 0 ? [persons] : []),
    ];
    for (const group of groups) {
      const run = await this.runGroup(group, command, onProgress);
      summary.runId = run.runId;
      summary.resumed ||= run.resumed;
      summary.chunks += run.chunks;
      summary.decided += run.decided;
      summary.determined += run.determined;
      summary.held += run.held;
    }
    const codes = programmes.map(({ code }) => code);
    const prefix = divisionPrefix(command.division);
    const [results, byReason] = await this.database.read(
      async (read) =>
        [
          await this.determinations.tally(read, codes, prefix),
          await this.determinations.heldByReason(read, codes, prefix),
        ] as const,
      { statementTimeout: 0 },
    );
    const { runId, resumed, chunks, decided, determined, held } = summary;
    return { runId, resumed, chunks, decided, results, claims: { determined, held, byReason } };
  }

  /** Writes every claim of a division with its decision to a CSV file (UTF-8 with byte order mark), for officers and auditors. */
  async writeList(programme: string, division: DivisionCode, file: string): Promise<void> {
    const { code } = this.programmes.get(programme);
    await fs.promises.mkdir(path.dirname(path.resolve(file)), { recursive: true });
    const unfinished = `${file}.part`;
    await this.database.read(
      async (read) => {
        const rows = await this.determinations.listClaims(read, code, divisionPrefix(division));
        const out = fs.createWriteStream(unfinished);
        out.write('\uFEFF');
        await pipeline(rows, out);
      },
      { statementTimeout: 0 },
    );
    await fs.promises.rename(unfinished, file);
  }

  private async runGroup(group: readonly Programme[], command: DetermineCommand, onProgress: DetermineProgress) {
    const unit = group[0]!.unit;
    const prefix = divisionPrefix(command.division);
    const regions = group.flatMap(({ parameters }) => parameters.rows.map(({ region }) => region));
    // Only below this division: another county's own parameters do not cut ours into smaller parts.
    const digits = chunkDigits(
      prefix,
      regions.filter((region) => region.startsWith(prefix) || prefix.startsWith(region)),
    );
    const run = await this.database.write(
      (tx) =>
        this.determinations.begin(
          tx,
          {
            programmes: group.map(({ code }) => code),
            versions: group.map(({ version }) => version),
            division: command.division,
            asOf: command.asOf,
            actor: command.actor,
            at: this.clock.now(),
          },
          unit === 'claim'
            ? claimChunks(group[0]!.code, prefix, digits)
            : personChunks(prefix, digits, yearOf(command.asOf)),
        ),
      { statementTimeout: 0 },
    );
    const chunks = await this.database.read((read) => this.determinations.chunks(read, run.id));
    const totals = { runId: run.id, resumed: run.resumed, chunks: chunks.length, decided: 0, determined: 0, held: 0 };
    let done = 0;
    const decide = async (chunk: Chunk): Promise<void> => {
      if (chunk.state === 'waiting') {
        failpoint('determination.chunk');
        const result = await this.runChunk(run, group, command, chunk);
        totals.decided += result.decided;
        totals.determined += result.determined;
        totals.held += result.held;
      }
      onProgress({ done: ++done, of: chunks.length, decided: totals.decided });
    };
    // Year after year, because a later year asks what became of the earlier one; within a year side by side.
    for (const year of new Set(chunks.map((chunk) => chunk.year))) {
      await sideBySide(
        chunks.filter((chunk) => chunk.year === year),
        decide,
      );
    }
    failpoint('determination.finish');
    await this.database.write((tx) => this.determinations.finishRun(tx, run.id, this.clock.now()));
    return totals;
  }

  private async runChunk(run: RunRow, group: readonly Programme[], command: DetermineCommand, chunk: Chunk) {
    const isClaim = group[0]!.unit === 'claim';
    const inChunk = (column: string) => (chunk.prefix === '' ? `${column} is null` : `${column} ^@ '${chunk.prefix}'`);
    const claims = `c.state = 'received' and ${inChunk('c.division_code')}`;
    const relation = isClaim
      ? claimRelation(`c.programme = '${group[0]!.code}' and c.claim_year = ${chunk.year} and ${claims}`)
      : personRelation(inChunk('f.division_code'));
    const region = chunk.prefix || divisionPrefix(command.division);
    const decided = compileSql(group, { year: chunk.year, asOf: command.asOf, region }, relation);
    const versions = Object.fromEntries(group.map(({ code, version }) => [code, version]));
    const runId = run.id;
    return this.database.write(
      async (tx) => {
        if (!(await this.determinations.take(tx, runId, chunk.no))) return { decided: 0, determined: 0, held: 0 };
        const at = this.clock.now();
        const written = await this.determinations.write(
          tx,
          { runId, year: chunk.year, asOf: command.asOf, at, isFirst: run.isFirst },
          decided,
          versions,
        );
        const moved = isClaim
          ? await this.determinations.settleClaims(
              tx,
              { runId, year: chunk.year, at, programme: group[0]!.code, claims },
              conditionBits(group),
            )
          : { determined: 0, held: 0 };
        await this.determinations.finishChunk(tx, runId, chunk.no, written, at);
        return { decided: written, ...moved };
      },
      { statementTimeout: 0 },
    );
  }
}

const conditionBits = (group: readonly Programme[]): ConditionBit[] =>
  group.flatMap(({ code: programme, version, conditions }) =>
    conditions.map(({ code }, bit) => ({ programme, version, bit, code })),
  );

/** Two transactions at a time: each decides children of its own. When one fails, the other is waited for first. */
async function sideBySide(chunks: readonly Chunk[], decide: (chunk: Chunk) => Promise<void>): Promise<void> {
  const waiting = [...chunks];
  const worker = async (): Promise<void> => {
    for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) await decide(chunk);
  };
  const ended = await Promise.allSettled([worker(), worker()]);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
