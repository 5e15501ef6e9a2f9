import { randomUUID } from 'node:crypto';
import { Database, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, countyOf, divisionLevel, divisionPrefix, type Fen, splitFen } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { Inject, Injectable } from '@nestjs/common';
import { FUNDING_SHARES, type FundingShares, LEVELS, type Level } from '../funding/funding.types';
import { accountOf } from '../ledger/ledger.rules';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { BatchRepository } from './batch.repository';
import type { AttemptState, BatchState } from './batch.state';
import { refuse } from './disbursement.errors';
import { LineRepository } from './line.repository';
import { PayableRepository } from './payable.repository';
import type {
  Approved,
  AttemptRow,
  Batch,
  BatchSummary,
  InstructionFilter,
  InstructionRow,
  Prepared,
  PrepareRequest,
} from './disbursement.types';

const APPROVERS_NEEDED = 2;
/** Bulk statements may take longer than a screen's patience. */
const BULK = { statementTimeout: 0 };

/** Paying confirmed claims: prepared by one officer, approved by two others. Sending is bank-file.service.ts. */
@Injectable()
export class DisbursementService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(FUNDING_SHARES) private readonly fundingShares: FundingShares,
    @Inject(BatchRepository) private readonly batches: BatchRepository,
    @Inject(PayableRepository) private readonly payables: PayableRepository,
    @Inject(LineRepository) private readonly lineRows: LineRepository,
  ) {}

  /**
   * Makes a batch of all confirmed claims of a division and reserves their money at each level. Claims without an
   * account, or whose child is paid already, are held for a person; the others go on.
   */
  prepare(request: PrepareRequest): Promise<Prepared> {
    return this.database.write((tx) => this.prepareWithin(tx, request), BULK);
  }

  /** The same inside a transaction that is open already: for whoever must do it exactly once. */
  async prepareWithin(tx: Tx, request: PrepareRequest): Promise<Prepared> {
    const { county, prefix } = this.placeOf(request);
    const at = this.clock.now();
    await this.payables.lock(tx, request.programme, county);
    await this.payables.takeConfirmed(tx, request, prefix);
    const accountMissing = await this.payables.holdWithoutAccount(tx, request.actor, at);
    const ofOthers = await this.payables.holdOfOthers(tx, request.programme, request.actor, at);
    const enrolled = await this.payables.leaveUnanswered(tx, request.programme, request.actor, at);
    const paidElsewhere =
      ofOthers + enrolled + (await this.payables.instruct(tx, request.programme, request.actor, at));
    const held = { accountMissing, paidElsewhere };

    const { lines, fen } = await this.payables.total(tx);
    if (lines === 0) return { batchId: null, lines: 0, totalFen: 0n, shares: [], held, attention: 0 };
    const shares = await this.split(request.programme, county, fen);
    const year = Number(request.period.slice(0, 4));
    const budgets = shares.map((share) => accountOf.budget(request.programme, county, year, share.level));
    await this.assertReleased(tx, request.programme, county, year, shares, budgets);

    const batchId = await this.insertBatch(tx, request, 'regular', at);
    await this.batches.insertShares(tx, batchId, shares);
    await this.ledger.open(tx, [accountOf.paying(batchId)]);
    await this.ledger.pend(
      tx,
      shares.map((share, i) => ({
        id: transferId('reserve', batchId, share.level),
        debit: budgets[i]!.code,
        credit: accountOf.paying(batchId).code,
        fen: share.fen,
        code: 'reserve',
        ref: batchId,
        at,
      })),
    );
    const attention = await this.payables.writeLines(tx, batchId, request.actor, at);
    await this.batches.move(tx, batchId, 'prepared');
    tx.concern('payment_batch', [batchId]);
    failpoint('disbursement.prepare');
    return { batchId, lines, totalFen: fen, shares, held, attention };
  }

  /** Makes a batch that pays returned money again, to accounts that a person has repaired: no new money is asked for. */
  prepareRepair(request: PrepareRequest): Promise<Prepared> {
    const { county, prefix } = this.placeOf(request);
    return this.database.write(async (tx) => {
      const at = this.clock.now();
      const held = { accountMissing: 0, paidElsewhere: 0 };
      await this.payables.lock(tx, request.programme, county);
      await this.payables.takeRepaired(tx, request, prefix);
      const { lines, fen } = await this.payables.total(tx);
      if (lines === 0) return { batchId: null, lines: 0, totalFen: 0n, shares: [], held, attention: 0 };

      const batchId = await this.insertBatch(tx, request, 'repair', at);
      const [returned, paying] = [accountOf.returned(request.programme, county), accountOf.paying(batchId)];
      await this.ledger.open(tx, [returned, paying]);
      await this.ledger.pend(tx, [
        {
          id: transferId('reserve', batchId, 'returned'),
          debit: returned.code,
          credit: paying.code,
          fen,
          code: 'reserve',
          ref: batchId,
          at,
        },
      ]);
      const attention = await this.payables.writeLines(tx, batchId, request.actor, at);
      await this.batches.move(tx, batchId, 'prepared');
      tx.concern('payment_batch', [batchId]);
      failpoint('disbursement.prepareRepair');
      return { batchId, lines, totalFen: fen, shares: [], held, attention };
    }, BULK);
  }

  /**
   * An officer's word for the exact content of a batch; the second one approves it.
   * @param seenHash contentHash of what the officer looked at; anything else is refused.
   * @param steppedUpAt When the officer last showed a second factor, at most five minutes ago; now, where the operator
   *   of the command line vouches for them.
   */
  approve(batchId: string, actor: string, seenHash?: string, steppedUpAt?: Date): Promise<Approved> {
    return this.database.write(async (tx) => {
      const batch = await this.batches.findForUpdate(tx, batchId);
      if (!batch) throw refuse.unknownBatch(batchId);
      if (batch.state !== 'prepared') throw refuse.wrongState(batchId, batch.state, 'prepared');
      if (batch.maker === actor) throw refuse.approverIsMaker(batchId);
      const approvers = await this.batches.approvers(tx, batchId);
      if (approvers.includes(actor)) throw refuse.alreadyApproved(batchId);
      if (seenHash !== undefined && seenHash !== batch.contentHash) throw refuse.changedSinceSeen(batchId);

      const at = this.clock.now();
      await this.batches.insertApproval(tx, batch, actor, at, steppedUpAt ?? at);
      const approvals = approvers.length + 1;
      const state: BatchState = approvals >= APPROVERS_NEEDED ? 'approved' : 'prepared';
      if (state === 'approved') await this.batches.move(tx, batchId, state, { column: 'approved_at', at });
      tx.concern('payment_batch', [batchId]);
      failpoint('disbursement.approve');
      return { batchId, state, approvals };
    });
  }

  /** Undoes a batch that has not gone to the bank: the money is free again and the claims wait as before. */
  cancel(batchId: string, actor: string, reason: string): Promise<void> {
    return this.database.write(async (tx) => {
      const batch = await this.batches.findForUpdate(tx, batchId);
      if (!batch) throw refuse.unknownBatch(batchId);
      if (batch.state !== 'prepared' && batch.state !== 'approved') throw refuse.alreadySent(batchId);

      const at = this.clock.now();
      const reserved = await this.batches.reserved(tx, batchId);
      await this.ledger.void(
        tx,
        reserved.map(({ id }) => ({ id: transferId('void', id), pendingId: id, code: 'cancelled', at })),
      );
      if (batch.kind === 'regular') await this.lineRows.cancelRegular(tx, batchId, actor, at);
      else await this.lineRows.cancelRepair(tx, batchId, actor, at);
      await this.batches.cancel(tx, batchId, actor, reason, at);
      tx.concern('payment_batch', [batchId]);
      failpoint('disbursement.cancel');
    }, BULK);
  }

  /** A batch with its lines counted by state, its shares, approvals and what deserves a second look. */
  summary(batchId: string): Promise<BatchSummary> {
    return this.database.read(async (read) => {
      const batch = await this.batches.find(read, batchId);
      if (!batch) throw refuse.unknownBatch(batchId);
      return this.batches.summary(read, batch);
    });
  }

  /** Every batch that stands in one of these states, oldest first. */
  inStates(states: readonly BatchState[]): Promise<Batch[]> {
    return this.database.read((read) => this.batches.inStates(read, states));
  }

  find(batchId: string): Promise<Batch | undefined> {
    return this.database.read((read) => this.batches.find(read, batchId));
  }

  async get(batchId: string): Promise<Batch> {
    const batch = await this.find(batchId);
    if (!batch) throw refuse.unknownBatch(batchId);
    return batch;
  }

  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<(Batch | null)[]> {
    return this.database.read(async (read) => {
      const found = new Map((await this.batches.byIds(read, ids)).map((batch) => [batch.id, batch]));
      return ids.map((id) => found.get(id) ?? null);
    });
  }

  /** Newest first. `after` is preparedAt and id of the last one seen. */
  list(
    filter: { programme?: string; divisionPrefix?: string },
    after: readonly string[] | undefined,
    first: number,
  ): Promise<Batch[]> {
    const seen = after && { preparedAt: after[0]!, id: after[1]! };
    return this.database.read((read) => this.batches.list(read, { ...filter, after: seen, first }));
  }

  lines(batchId: string, page: { after: number; first: number; state?: AttemptState }): Promise<AttemptRow[]> {
    return this.database.read((read) => this.lineRows.lines(read, batchId, page));
  }

  attemptsOf(instructionIds: readonly string[]): Promise<AttemptRow[]> {
    return this.database.read((read) => this.lineRows.attemptsOf(read, instructionIds));
  }

  instructions(filter: InstructionFilter): Promise<InstructionRow[]> {
    return this.database.read((read) => this.lineRows.instructions(read, filter));
  }

  instructionsByIds(ids: readonly string[]): Promise<InstructionRow[]> {
    return this.database.read((read) => this.lineRows.instructionsByIds(read, ids));
  }

  private placeOf({ division, period }: PrepareRequest): { county: ReturnType<typeof countyOf>; prefix: string } {
    if (!/^\d{4}Q[1-4]$/.test(period)) throw refuse.notAQuarter(period);
    const level = divisionLevel(division);
    if (level === 'province' || level === 'city') throw refuse.divisionTooWide(division);
    return { county: countyOf(division), prefix: divisionPrefix(division) };
  }

  /** In fen, the remainder to the lowest level that bears anything. */
  private async split(
    programme: string,
    county: ReturnType<typeof countyOf>,
    total: Fen,
  ): Promise<{ level: Level; fen: Fen }[]> {
    const shares = await this.fundingShares.of(programme, county, this.clock.today());
    const bearing = LEVELS.filter((level) => shares[level] > 0);
    const parts = splitFen(
      total,
      bearing.map((level) => shares[level]),
    );
    return bearing.map((level, i) => ({ level, fen: parts[i]! })).filter((share) => share.fen > 0n);
  }

  /** Locks the budgets, so that the answer is still true when the money is reserved. */
  private async assertReleased(
    tx: Tx,
    programme: string,
    county: string,
    year: number,
    shares: readonly { level: Level; fen: Fen }[],
    budgets: readonly { code: string; kind: 'budget' }[],
  ): Promise<void> {
    await this.ledger.open(tx, budgets);
    const held = new Map(
      (
        await this.ledger.lock(
          tx,
          budgets.map((budget) => budget.code),
        )
      ).map((balance) => [balance.code, balance.available]),
    );
    const levels = shares.map((share, i) => ({
      level: share.level,
      needed: share.fen,
      available: held.get(budgets[i]!.code)!,
    }));
    if (levels.some((row) => row.available < row.needed)) {
      throw refuse.fundsNotReleased(programme, county, year, levels);
    }
  }

  private async insertBatch(tx: Tx, request: PrepareRequest, kind: Batch['kind'], at: Date): Promise<string> {
    const id = randomUUID();
    await this.batches.insert(tx, {
      id,
      programme: request.programme,
      divisionCode: request.division,
      period: request.period,
      kind,
      maker: request.actor,
      preparedAt: at,
    });
    return id;
  }
}
