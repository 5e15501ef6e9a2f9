import { type Overpayment, overpaymentChanged, overpaymentFound, type Overpayments } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Fen } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { FindingService } from './finding.service';
import { findOverpayments } from './overpayment.jobs';
import { OverpaymentRepository } from './overpayment.repository';
import { type Bearing, lineShares, proportion, remaining } from './overpayment.rules';
import type { Finding, Payment, Standing } from './overpayment.types';
import { PaymentRepository } from './payment.repository';

const PAGE = 500;

/**
 * What was paid and was not owed: found from whatever became known late, told to fees once. No claim is refused, held or paid less
 * because of it, and nothing is set off.
 */
@Injectable()
export class OverpaymentService implements Overpayments {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly overpayments: OverpaymentRepository,
    private readonly payments: PaymentRepository,
    private readonly findings: FindingService,
  ) {}

  /** Plans the bell; many rings are one look. */
  ring(): Promise<void> {
    return inContext(systemContext('overpayment', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, findOverpayments, [{ bell: 'minute' }])),
    );
  }

  /** Looks at every payment in doubt, one transaction each, and tells fees of what was found. Repeatable at any line. */
  async findAll(): Promise<void> {
    for (let found = PAGE; found === PAGE;) {
      const doubts = await this.database.read((read) => this.payments.doubts(read, PAGE));
      for (const { claimId } of doubts) await this.database.write((tx) => this.look(tx, claimId));
      found = doubts.length;
    }
    await this.tell();
  }

  /** Each once: the row moves and the message is planned in one transaction. */
  async tell(): Promise<void> {
    for (let told = PAGE; told === PAGE;) {
      told = await this.database.write(async (tx) => {
        const ids = await this.overpayments.tell(tx, PAGE, this.clock.now());
        failpoint('overpayment.told');
        await this.outbox.plan(
          tx,
          overpaymentFound,
          ids.map((overpayment) => ({ overpayment })),
        );
        tx.concern('overpayment', ids);
        return ids.length;
      });
    }
  }

  /** For fees, which has it from now on: what changes later is told as a change. */
  overpayment(id: string): Promise<Overpayment | null> {
    return this.database.write(async (tx) => {
      await this.overpayments.takeUp(tx, id, this.clock.now());
      const told = await this.overpayments.toldOf(tx, id);
      if (!told) return null;
      const [shown] = tx.disclose('overpayment', [told]);
      tx.concern('overpayment', [id]);
      const shares = await this.overpayments.shares(tx, [id]);
      return { ...shown!, shares: shares.map(({ level, year, fen }) => ({ level, year, fen })) };
    });
  }

  /** What budgets bore of a payment, and what of that no overpayment speaks for yet. */
  async unspoken(tx: Tx, { instructionId, fen }: Payment, except: readonly string[] = []): Promise<Bearing[]> {
    const { before, shares } = await this.payments.bearing(tx, instructionId!);
    const standing = await this.overpayments.standing(tx, instructionId!);
    const ids = standing.map(({ id }) => id).filter((id) => !except.includes(id));
    return remaining(lineShares(shares, before, fen), await this.overpayments.shares(tx, ids));
  }

  private async look(tx: Tx, claimId: string): Promise<void> {
    await this.payments.take(tx, claimId);
    const payment = await this.payments.paymentForUpdate(tx, claimId);
    if (!payment?.instructionId) return;
    if (!payment.isPaid) {
      await this.takeAllBack(tx, payment.instructionId);
      return this.payments.keepInDoubt(tx, claimId);
    }
    const anew = await this.findings.of(tx, payment);
    if (anew.is === 'unclear') return this.payments.ask(tx, payment, anew.unknown, this.clock.now());
    await this.payments.answerAsked(tx, claimId, this.clock.now());
    await this.settle(tx, payment, anew.is === 'overpaid' ? anew.finding : null);
  }

  /** The bank sent the money back: there is nothing to give back, whoever found what. */
  private async takeAllBack(tx: Tx, instructionId: string): Promise<void> {
    const standing = await this.overpayments.standing(tx, instructionId);
    await this.takeBack(tx, standing.filter(isOpen), 'RETURNED');
    const taken = standing.filter(({ state, stillFen }) => state === 'taken-up' && stillFen > 0n);
    for (const { id, stillFen } of taken) await this.change(tx, id, { fen: -stillFen, why: 'RETURNED', anewId: null });
  }

  /**
   * Brings what stands in line with what is known now. What an officer reported stands on its evidence; what fees has not asked for
   * yet is taken back and found anew; what fees has is changed by a row of its own.
   */
  private async settle(tx: Tx, payment: Payment, finding: Finding | null): Promise<void> {
    const standing = await this.overpayments.standing(tx, payment.instructionId!);
    const [reported, found] = [
      standing.filter(({ isReported }) => isReported),
      standing.filter(({ isReported }) => !isReported),
    ];
    const room = payment.fen - still(reported);
    const want = finding ? smaller(finding.fen, room) : 0n;
    const [open, taken] = [found.filter(isOpen), found.filter(({ state }) => state === 'taken-up')];
    const rest = want - still(taken);
    const isAsBefore =
      rest === 0n
        ? open.length === 0
        : open.length === 1 &&
          open[0]!.fen === rest &&
          open[0]!.ground === finding?.ground &&
          sameDays(open[0]!, finding);
    if (isAsBefore) return;

    const why = finding ? finding.ground : 'OWED_AFTER_ALL';
    await this.takeBack(tx, open, why);
    if (rest === 0n) return;
    const anewId = finding?.decision ? await this.recordAnew(tx, payment, finding.decision) : null;
    const same = taken.find(({ ground }) => ground === finding?.ground);
    if (rest > 0n && !same) return this.insert(tx, payment, { ...finding!, fen: rest, anewId });
    if (rest > 0n) return this.change(tx, same!.id, { fen: rest, why, anewId });
    await this.lessen(tx, taken, -rest, { why, anewId });
  }

  private async insert(tx: Tx, payment: Payment, found: Finding & { anewId: bigint | null }): Promise<void> {
    const at = this.clock.now();
    const shares = proportion(await this.unspoken(tx, payment), found.fen);
    const id = await this.overpayments.insert(tx, payment, { ...found, foundOn: this.clock.today() }, null, at);
    await this.overpayments.insertShares(tx, id, shares);
    failpoint('overpayment.found');
    tx.concern('overpayment', [id]);
  }

  /** The newest first, because it is what was said last. */
  private async lessen(
    tx: Tx,
    taken: readonly Standing[],
    by: Fen,
    made: { why: string; anewId: bigint | null },
  ): Promise<void> {
    let left = by;
    for (const { id, stillFen } of [...taken].reverse()) {
      const part = smaller(left, stillFen);
      if (part === 0n) continue;
      await this.change(tx, id, { ...made, fen: -part });
      left -= part;
    }
  }

  private async change(tx: Tx, id: string, made: { fen: Fen; why: string; anewId: bigint | null }): Promise<void> {
    const change = await this.overpayments.change(tx, id, made, this.clock.now());
    await this.outbox.plan(tx, overpaymentChanged, [{ overpayment: id, change }]);
    tx.concern('overpayment', [id]);
  }

  private async takeBack(tx: Tx, open: readonly Standing[], why: string): Promise<void> {
    const ids = open.map(({ id }) => id);
    if (ids.length === 0) return;
    await this.overpayments.takeBack(tx, ids, why, this.clock.now());
    tx.concern('overpayment', ids);
  }

  private recordAnew(tx: Tx, payment: Payment, decision: NonNullable<Finding['decision']>): Promise<bigint> {
    return this.payments.recordAnew(tx, payment, decision, payment.asOf ?? this.clock.today(), this.clock.now());
  }
}

const isOpen = ({ state }: Standing): boolean => state === 'found' || state === 'told';
const still = (rows: readonly Standing[]): Fen => rows.reduce((sum, { stillFen }) => sum + stillFen, 0n);
const smaller = (a: Fen, b: Fen): Fen => (a < b ? a : b);
const sameDays = (a: Standing, b: Finding | null): boolean => b !== null && a.from === b.from && a.until === b.until;
