import { randomUUID } from 'node:crypto';
import { REGISTRY_PURPOSES, type RegistryPurpose } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { type BatchLine, type BatchResult, RegistryFailure } from '../household-registry/household-registry.types';
import { LineService } from '../household-registry/line.service';
import { NotAsked } from '../household-registry/line.types';
import { NominationService } from '../nomination/nomination.service';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { faultOfLine } from '../question/echo.rules';
import { SetAsideService } from '../set-aside/set-aside.service';
import { followComparison } from './comparison.jobs';
import { ComparisonRepository } from './comparison.repository';
import type { LineOutcome, OpenComparison, SealedLine } from './comparison.types';

const LIMITS = { deadlineMilliseconds: 60_000, attemptMilliseconds: 25_000 };
/** Comparisons that one ring looks after. */
const RING_MAX = 50;
const TABLE = 'comparison_line';

/** Follows comparisons until every line has a result or its deadline has passed. */
@Injectable()
export class FollowingService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly line: LineService,
    private readonly parameters: ParameterService,
    private readonly nominations: NominationService,
    private readonly setAside: SetAsideService,
    private readonly comparisons: ComparisonRepository,
  ) {}

  async ring(): Promise<void> {
    await this.database.write(async (tx) => {
      await this.outbox.plan(tx, followComparison, await this.comparisons.open(tx, RING_MAX));
    });
  }

  /** Hands over what is to be handed over, or fetches what came back. Harmless to repeat: the registry knows a batch by its request. */
  follow(id: string): Promise<void> {
    return inContext(systemContext('registry comparison', { actor: 'system:exchange' }), async () => {
      const open = await this.database.read((read) => this.comparisons.findOpen(read, id));
      if (!open) return;
      if (open.dueOn < this.clock.today()) return this.giveUp(id);
      if (!open.isHandedOver) return this.handOver(open);
      if (open.isFinished) return;
      const came = await this.unlessSilent(() =>
        this.line.ask(LIMITS, (registry, signal) => registry.fetchBatch(open.roundId, signal)),
      );
      if (came) await this.database.write((tx) => this.take(tx, open.roundId, came.results, came.isComplete));
    });
  }

  /**
   * Keeps results of a round in the transaction of whatever brought them; each line counts once, and only for the person of
   * that line. False when no such round was handed over.
   */
  async take(tx: Tx, roundId: string, results: readonly BatchResult[], isComplete: boolean): Promise<boolean> {
    const id = await this.comparisons.ofRound(tx, roundId);
    if (id === undefined) return false;
    await this.comparisons.lock(tx, id);
    const open = await this.comparisons.findOpen(tx, id);
    if (!open) return true;
    const now = this.clock.now();
    const waiting = await this.comparisons.waitingLines(tx, id);
    const settled = await this.judge(tx, open, waiting, results);
    await this.comparisons.settleLines(tx, settled, now);
    tx.concern('comparison', [id]);
    if (isComplete && open.roundId === roundId) {
      await this.comparisons.markFinished(tx, roundId, now);
      if (settled.length < waiting.length) await this.askAgain(tx, open);
    }
    await this.comparisons.settleIfDone(tx, id, now);
    return true;
  }

  /** Lines that came back without a result go into another round, as often as was agreed. */
  private async askAgain(tx: Tx, { id, divisionCode, round }: OpenComparison): Promise<void> {
    const terms = await this.parameters.registryTerms(tx, divisionCode, this.clock.today());
    if (round >= terms.comparisonRounds) return this.comparisons.giveUp(tx, id, this.clock.now());
    await this.comparisons.insertRound(tx, randomUUID(), id, round + 1);
  }

  private async handOver(open: OpenComparison): Promise<void> {
    const { clerk, unit, lines } = await this.database.read(async (read) => ({
      ...(await this.nominations.getClerk(read, open.nominationId)),
      lines: (await this.comparisons.waitingLines(read, open.id)).map((line) => this.opened(line)),
    }));
    const purpose = REGISTRY_PURPOSES[open.purpose as RegistryPurpose].code;
    const about = { requestId: open.roundId, clerk, unit, purpose, legalBasis: open.legalBasis };
    const isTaken = await this.unlessSilent(() =>
      this.line.ask(LIMITS, async (registry, signal) => {
        await registry.submitBatch(about, lines, signal);
        return true;
      }),
    );
    failpoint('comparison.handed-over');
    if (isTaken) await this.database.write((tx) => this.comparisons.markHandedOver(tx, open.roundId, this.clock.now()));
  }

  private async judge(tx: Tx, open: OpenComparison, waiting: readonly SealedLine[], results: readonly BatchResult[]) {
    const byNo = new Map<number, BatchResult[]>();
    for (const one of results) byNo.set(one.lineNo, [...(byNo.get(one.lineNo) ?? []), one]);
    const settled: { id: string; outcome: LineOutcome; content: Buffer | null }[] = [];
    for (const line of waiting) {
      const [first, ...more] = byNo.get(line.lineNo) ?? [];
      if (!first) continue;
      const isOne = more.every((other) => other.result === first.result);
      const fault = faultOfLine(this.opened(line), first) ?? (isOne ? undefined : 'contradicts-itself');
      if (fault) {
        await this.setAside.keep(tx, { lineId: line.id, divisionCode: open.divisionCode, reason: fault }, [
          first,
          ...more,
        ]);
        settled.push({ id: line.id, outcome: 'set-aside', content: null });
        continue;
      }
      const place = { table: sealOf(TABLE), column: 'content_sealed', row: line.id };
      const content = this.vault.seal(JSON.stringify({ isDeathMarked: first.isDeathMarked }), place);
      settled.push({ id: line.id, outcome: first.result, content });
    }
    return settled;
  }

  private async giveUp(id: string): Promise<void> {
    await this.database.write(async (tx) => {
      await this.comparisons.giveUp(tx, id, this.clock.now());
      await this.comparisons.settleIfDone(tx, id, this.clock.now());
      tx.concern('comparison', [id]);
    });
  }

  private opened({ id: row, lineNo, numberSealed, nameSealed }: SealedLine): BatchLine {
    const open = (sealed: Buffer, column: string) => this.vault.open(sealed, { table: sealOf(TABLE), column, row });
    return { lineNo, idNumber: open(numberSealed, 'number_sealed'), name: open(nameSealed, 'name_sealed') };
  }

  /** A registry that is away is asked at the next bell. */
  private async unlessSilent<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof RegistryFailure || error instanceof NotAsked) return undefined;
      throw error;
    }
  }
}
