import type { Database, Tx } from '@app/database';
import { failpoint, Outbox } from '@app/jobs';
import { CLOCK, type Clock, divisionPrefix, yearOf } from '@app/kernel';
import { compileSql, type Programme } from '@app/rules';
import { Inject, Injectable } from '@nestjs/common';
import { ProgrammeService } from '../programme/programme.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { refuse } from './determination.errors';
import { decideChunk } from './determination.jobs';
import { type ConditionBit, DeterminationRepository, type RunRow } from './determination.repository';
import { chunkDigits, claimChunks, claimRelation, personChunks, personRelation } from './determination.rules';
import type { ChunkResult, DetermineCommand, TakenChunk } from './determination.types';

const BULK = { statementTimeout: 0 };
const NOTHING: ChunkResult = { decided: 0, determined: 0, held: 0 };

/**
 * One run of one group of programmes: beginning it, deciding one of its chunks, knowing what comes after it. The same
 * whether the chunks are decided in this process or by whichever worker is told to.
 */
@Injectable()
export class RunService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly programmes: ProgrammeService,
    private readonly determinations: DeterminationRepository,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
  ) {}

  /** Programmes that decide claims run one by one; those that decide persons share one scan, so that conflicts are seen. */
  groupsOf(names: readonly string[]): Programme[][] {
    const programmes = names.map((name) => this.programmes.get(name));
    const persons = programmes.filter(({ unit }) => unit === 'person');
    const claims = programmes.filter(({ unit }) => unit === 'claim').map((one) => [one]);
    return persons.length > 0 ? [...claims, persons] : claims;
  }

  /** Begins a run or takes the unfinished one up. */
  begin(group: readonly Programme[], command: DetermineCommand): Promise<RunRow> {
    return this.database.write((tx) => this.beginWithin(tx, group, command), BULK);
  }

  /** The same, and has workers decide it: the chunks of its first unfinished year are planned. */
  start(group: readonly Programme[], command: DetermineCommand): Promise<RunRow> {
    return this.database.write(async (tx) => {
      const run = await this.beginWithin(tx, group, command);
      await this.goOn(tx, run.id);
      return run;
    }, BULK);
  }

  /** Decides a chunk, whole or not at all; nothing when it is done already. */
  decide(runId: string, no: number): Promise<ChunkResult> {
    failpoint('determination.chunk');
    return this.database.write(async (tx) => {
      const chunk = await this.determinations.take(tx, runId, no);
      return chunk ? this.decideTaken(tx, chunk) : NOTHING;
    }, BULK);
  }

  /** The same for a worker: with the last chunk of a year the next year's are planned, or the run is finished. */
  decideNext(runId: string, no: number, signal: AbortSignal): Promise<void> {
    failpoint('determination.chunk');
    return this.database.write(async (tx) => {
      const chunk = await this.determinations.take(tx, runId, no);
      if (!chunk) return;
      await this.decideTaken(tx, chunk, signal);
      failpoint('determination.decided');
      await this.goOn(tx, runId, chunk.year);
    }, BULK);
  }

  async finish(runId: string): Promise<void> {
    failpoint('determination.finish');
    await this.database.write((tx) => this.determinations.finishRun(tx, runId, this.clock.now()));
  }

  /** Year after year, because a later year asks what became of the earlier one. Those of `planned` are on their way. */
  private async goOn(tx: Tx, runId: string, planned?: number): Promise<void> {
    // Locked to the commit, so that of two workers ending a year together the second sees what the first did.
    await this.determinations.lockRun(tx, runId);
    const waiting = await this.determinations.nextChunks(tx, runId);
    if (waiting.length === 0) {
      failpoint('determination.finish');
      return this.determinations.finishRun(tx, runId, this.clock.now());
    }
    if (waiting[0]!.year === planned) return;
    await this.outbox.plan(
      tx,
      decideChunk,
      waiting.map(({ no }) => ({ run: runId, no })),
    );
  }

  private beginWithin(tx: Tx, group: readonly Programme[], command: DetermineCommand): Promise<RunRow> {
    const prefix = divisionPrefix(command.division);
    const regions = group.flatMap(({ parameters }) => parameters.rows.map(({ region }) => region));
    // Only below this division: another county's own parameters do not cut ours into smaller parts.
    const digits = chunkDigits(
      prefix,
      regions.filter((region) => region.startsWith(prefix) || prefix.startsWith(region)),
    );
    const run = {
      programmes: group.map(({ code }) => code),
      versions: group.map(({ version }) => version),
      division: command.division,
      asOf: command.asOf,
      actor: command.actor,
      at: this.clock.now(),
    };
    const chunks =
      group[0]!.unit === 'claim'
        ? claimChunks(group[0]!.code, prefix, digits)
        : personChunks(prefix, digits, yearOf(command.asOf));
    return this.determinations.begin(tx, run, chunks);
  }

  private async decideTaken(tx: Tx, chunk: TakenChunk, signal?: AbortSignal): Promise<ChunkResult> {
    const group = this.groupOf(chunk);
    const isClaim = group[0]!.unit === 'claim';
    const inChunk = (column: string) => (chunk.prefix === '' ? `${column} is null` : `${column} ^@ '${chunk.prefix}'`);
    const claims = `c.state = 'received' and ${inChunk('c.division_code')}`;
    const relation = isClaim
      ? claimRelation(`c.programme = '${group[0]!.code}' and c.claim_year = ${chunk.year} and ${claims}`)
      : personRelation(inChunk('f.division_code'));
    const region = chunk.prefix || divisionPrefix(chunk.division);
    const decided = compileSql(group, { year: chunk.year, asOf: chunk.asOf, region }, relation);
    const versions = Object.fromEntries(group.map(({ code, version }) => [code, version]));
    const at = this.clock.now();
    const written = await this.determinations.write(tx, { ...chunk, at }, decided, versions);
    signal?.throwIfAborted();
    const moved = isClaim
      ? await this.determinations.settleClaims(
          tx,
          { runId: chunk.runId, year: chunk.year, at, programme: group[0]!.code, claims },
          conditionBits(group),
        )
      : { determined: 0, held: 0 };
    signal?.throwIfAborted();
    const result = { decided: written, ...moved };
    await this.determinations.finishChunk(tx, chunk.runId, chunk.no, result, at);
    return result;
  }

  /** One run is decided by one version of the rules, also while processes are being upgraded. */
  private groupOf({ runId, programmes, versions }: TakenChunk): Programme[] {
    return programmes.map((code, i) => {
      const programme = this.programmes.get(code);
      if (programme.version !== versions[i]) throw refuse.rulesDiffer(runId, code);
      return programme;
    });
  }
}

const conditionBits = (group: readonly Programme[]): ConditionBit[] =>
  group.flatMap(({ code: programme, version, conditions }) =>
    conditions.map(({ code }, bit) => ({ programme, version, bit, code })),
  );
