import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database } from '@app/database';
import { type DivisionCode, divisionPrefix } from '@app/kernel';
import type { Programme } from '@app/rules';
import { Inject, Injectable } from '@nestjs/common';
import { ProgrammeService } from '../programme/programme.service';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './determination.errors';
import { DeterminationRepository } from './determination.repository';
import type { Chunk, DetermineCommand, DetermineSummary, RunProgress } from './determination.types';
import { RunService } from './run.service';

export type DetermineProgress = (progress: {
  readonly done: number;
  readonly of: number;
  readonly decided: number;
}) => void;

/** Between two looks at how far the workers are. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

/**
 * Decides a whole division by one set of rules, set-based and chunk by chunk (county × year), in this process or by
 * whatever workers there are. A killed run is taken up where it stopped; a second run with the same facts changes nothing.
 */
@Injectable()
export class DeterminationService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly programmes: ProgrammeService,
    private readonly determinations: DeterminationRepository,
    private readonly runs: RunService,
  ) {}

  /** In this process, to the end. */
  async determine(
    command: DetermineCommand,
    onProgress: DetermineProgress = () => undefined,
  ): Promise<DetermineSummary> {
    const totals = { runId: '', resumed: false, chunks: 0, decided: 0, determined: 0, held: 0 };
    for (const group of this.runs.groupsOf(command.programmes)) {
      const run = await this.runGroup(group, command, onProgress);
      totals.runId = run.runId;
      totals.resumed ||= run.resumed;
      totals.chunks += run.chunks;
      totals.decided += run.decided;
      totals.determined += run.determined;
      totals.held += run.held;
    }
    return this.summaryOf(command, totals);
  }

  /** By the workers: begins the runs, or takes unfinished ones up, and returns at once. */
  async start(command: DetermineCommand): Promise<{ runIds: readonly string[]; resumed: boolean }> {
    const runIds: string[] = [];
    let resumed = false;
    for (const group of this.runs.groupsOf(command.programmes)) {
      const run = await this.runs.start(group, command);
      runIds.push(run.id);
      resumed ||= run.resumed;
    }
    return { runIds, resumed };
  }

  progress(runIds: readonly string[]): Promise<RunProgress> {
    return this.database.read((read) => this.determinations.progress(read, runIds));
  }

  /** By the workers, waiting for them; the same summary as determine(), but for a run taken up, whose chunks all count. */
  async determineByWorkers(
    command: DetermineCommand,
    onProgress: DetermineProgress = () => undefined,
  ): Promise<DetermineSummary> {
    const { runIds, resumed } = await this.start(command);
    for (;;) {
      const { done, of, decided, determined, held, isFinished, setAside } = await this.progress(runIds);
      onProgress({ done, of, decided });
      if (isFinished) {
        return this.summaryOf(command, { runId: runIds.at(-1) ?? '', resumed, chunks: of, decided, determined, held });
      }
      if (setAside > 0) throw refuse.chunksSetAside(runIds, setAside);
      await pause();
    }
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

  private async summaryOf(
    command: DetermineCommand,
    totals: Omit<DetermineSummary, 'results' | 'claims'> & { readonly determined: number; readonly held: number },
  ): Promise<DetermineSummary> {
    const codes = command.programmes.map((name) => this.programmes.get(name).code);
    const prefix = divisionPrefix(command.division);
    const [results, byReason] = await this.database.read(
      async (read) =>
        [
          await this.determinations.tally(read, codes, prefix),
          await this.determinations.heldByReason(read, codes, prefix),
        ] as const,
      { statementTimeout: 0 },
    );
    const { determined, held, ...run } = totals;
    return { ...run, results, claims: { determined, held, byReason } };
  }

  private async runGroup(group: readonly Programme[], command: DetermineCommand, onProgress: DetermineProgress) {
    const run = await this.runs.begin(group, command);
    const chunks = await this.database.read((read) => this.determinations.chunks(read, run.id));
    const totals = { runId: run.id, resumed: run.resumed, chunks: chunks.length, decided: 0, determined: 0, held: 0 };
    let done = 0;
    const decide = async (chunk: Chunk): Promise<void> => {
      if (chunk.state === 'waiting') {
        const result = await this.runs.decide(run.id, chunk.no);
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
    await this.runs.finish(run.id);
    return totals;
  }
}

/** Two transactions at a time: each decides children of its own. When one fails, the other is waited for first. */
async function sideBySide(chunks: readonly Chunk[], decide: (chunk: Chunk) => Promise<void>): Promise<void> {
  const waiting = [...chunks];
  const worker = async (): Promise<void> => {
    for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) await decide(chunk);
  };
  const ended = await Promise.allSettled([worker(), worker()]);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
