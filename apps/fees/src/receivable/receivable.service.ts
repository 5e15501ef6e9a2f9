import { newId, type Read, type Tx } from '@app/database';
import { Outbox } from '@app/jobs';
import { CLOCK, type Clock, countyOf, type DivisionCode, type Fen, wordsOf } from '@app/kernel';
import { type AccountKind, Ledger, transferId } from '@app/ledger';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_OUTBOX } from '../fees.tokens';
import { accountOf } from '../ledger/ledger.rules';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { refuse } from './receivable.errors';
import { receivableChanged, receivablePaid } from './receivable.jobs';
import { type NewStep, ReceivableRepository } from './receivable.repository';
import { spread } from './receivable.rules';
import type {
  CutReason,
  Excess,
  NewReceivable,
  Payment,
  Receivable,
  ReceivableShare,
  ReceivableStanding,
  ShareStanding,
} from './receivable.types';

const KIND = 'receivable';

interface Posting {
  readonly meaning: readonly (string | number)[];
  readonly debit: string;
  readonly credit: string;
  readonly fen: Fen;
  readonly code: string;
  /** The receivable, or the receipt that holds the money. */
  readonly ref: string;
}

/** What is owed by a decision that was served: it shrinks by payments and later decisions, and nothing is ever added to it. */
@Injectable()
export class ReceivableService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
    @Inject(Ledger) private readonly ledger: Ledger,
    private readonly receivables: ReceivableRepository,
    private readonly requests: PaymentRequestService,
  ) {}

  /** Opens the one receivable of a case; asked again for the same amount it is the same one. */
  async open(tx: Tx, what: NewReceivable): Promise<string> {
    if (what.fen <= 0n) throw refuse.notAnAmount(what.fen);
    const shares = merged(what.shares);
    const shared = shares.reduce((sum, { fen }) => sum + fen, 0n);
    if (shared !== what.fen || shares.some(({ fen }) => fen < 0n)) throw refuse.sharesDiffer(what.fen, shared);
    const before = await this.receivables.byMatter(tx, what.matterId);
    if (before && before.decidedFen !== what.fen) throw refuse.openedOtherwise(what.matterId);
    if (before) return before.id;

    const [at, openedOn] = [this.clock.now(), this.clock.today()];
    const id = newId(at);
    await this.receivables.insert(tx, { ...what, shares, id, openedOn, at });
    const [decided, receivable] = [accountOf.decided(countyIn(what)), accountOf.receivable(id)];
    await this.ledger.open(tx, [decided, receivable]);
    const posting = { meaning: ['decided', id], debit: decided.code, credit: receivable.code };
    await this.post(tx, [{ ...posting, fen: what.fen, code: 'decided', ref: id }]);
    tx.concern(KIND, [id]);
    return id;
  }

  /**
   * Takes an amount off by a later decision. A waiver or a ceasing takes off what is open; a changed decision may go below what
   * was received: the excess is put where refunds are paid from, and told by receipt, the latest first.
   */
  async cut(tx: Tx, id: string, fen: Fen, reason: CutReason, note: string): Promise<Excess> {
    const why = noteOf(note);
    if (fen <= 0n) throw refuse.notAnAmount(fen);
    const one = await this.receivables.forUpdate(tx, id);
    if (!one) throw refuse.unknown(id);
    const most = reason === 'decision-changed' ? one.decidedFen - one.cutFen : one.openFen;
    if (fen > most) throw refuse.cutTooLarge(fen, most);

    const excessFen = fen > one.openFen ? fen - one.openFen : 0n;
    const excess = await this.giveBack(tx, one, excessFen);
    const [at, onDay, stepId] = [this.clock.now(), this.clock.today(), newId(this.clock.now())];
    await this.receivables.insertStep(tx, {
      id: stepId,
      receivableId: id,
      kind: 'cut',
      fen,
      reason,
      note: why,
      onDay,
      at,
    });
    const [cut, satisfied] = [accountOf.cut(countyIn(one)), accountOf.satisfied(countyIn(one))];
    await this.ledger.open(tx, [cut, satisfied]);
    const off = { credit: cut.code, code: reason, ref: id };
    await this.post(tx, [
      { ...off, meaning: ['cut', stepId], debit: accountOf.receivable(id).code, fen: fen - excessFen },
      { ...off, meaning: ['cut-paid', stepId], debit: satisfied.code, fen: excessFen },
    ]);
    await this.requests.cancelBeyond(tx, id, one.openFen - (fen - excessFen), why);
    await this.tell(tx, [id]);
    return { excessFen, excess };
  }

  /** The receivable of a case; undefined while there is none, or it may not be seen. */
  ofMatter(read: Read, matterId: string): Promise<Receivable | undefined> {
    return this.receivables.byMatter(read, matterId);
  }

  /** The same, which nobody else changes until this transaction ends: for a slice that counts what came in. */
  hold(tx: Tx, id: string): Promise<Receivable | undefined> {
    return this.receivables.forUpdate(tx, id);
  }

  /** Where receivables stand; those that may not be seen are not there. */
  async standing(read: Read, ids: readonly string[]): Promise<ReceivableStanding[]> {
    const found = await this.receivables.byIds(read, ids);
    return found.map(({ id, matterId, decidedFen, cutFen, receivedFen, openFen }) => ({
      id,
      matterId,
      decidedFen,
      cutFen,
      receivedFen,
      openFen,
    }));
  }

  /**
   * Counts a bank receipt for a receivable, and for the request that it names or those due first; puts the money to the budgets
   * that it came from. Called by match only, in its transaction.
   */
  satisfy(tx: Tx, id: string, requestId: string | null, receiptId: string, fen: Fen): Promise<void> {
    return this.satisfyAll(tx, [{ id, requestId, receiptId, fen }]);
  }

  /** The same for many receipts in a few statements: in their order, each as if it came alone. */
  async satisfyAll(tx: Tx, payments: readonly Payment[]): Promise<void> {
    const wrong = payments.find(({ fen }) => fen <= 0n);
    if (wrong) throw refuse.notAnAmount(wrong.fen);
    const ids = [...new Set(payments.map(({ id }) => id))];
    const open = new Map((await this.receivables.allForUpdate(tx, ids)).map((one) => [one.id, one]));
    const openFen = new Map([...open].map(([id, one]) => [id, one.openFen]));
    for (const { id, fen } of payments) {
      const left = openFen.get(id);
      if (left === undefined) throw refuse.unknown(id);
      if (fen > left) throw refuse.moreThanOpen(fen, left);
      openFen.set(id, left - fen);
    }
    const sharesOf = inGroups(await this.receivables.shares(tx, ids));
    const unmatched = await this.receivables.unmatchedAccounts(
      tx,
      payments.map(({ receiptId }) => receiptId),
    );
    const portionsOf = await this.requests.portionsOfAll(tx, payments);

    const [at, onDay] = [this.clock.now(), this.clock.today()];
    const accounts = new Map<string, { code: string; kind: AccountKind }>();
    const [steps, postings]: [NewStep[], Posting[]] = [[], []];
    for (const [index, { id, receiptId, fen }] of payments.entries()) {
      const one = open.get(id)!;
      const from = unmatched.get(receiptId);
      if (!from) throw refuse.receiptUnknown(receiptId);
      const county = countyIn(one);
      const satisfied = accountOf.satisfied(county);
      accounts.set(satisfied.code, satisfied);
      let [received, shares] = [one.receivedFen, sharesOf.get(id) ?? []];
      for (const portion of portionsOf[index]!) {
        received += portion.fen;
        const after = spreadTo(shares, received);
        const parts = differences(after, shares);
        const stepId = newId(at);
        const step = { id: stepId, receivableId: id, requestId: portion.requestId, receiptId, fen: portion.fen };
        steps.push({ ...step, kind: 'received', shares: parts, onDay, at });
        shares = after;
        postings.push({
          meaning: ['satisfied', stepId],
          debit: accountOf.receivable(id).code,
          credit: satisfied.code,
          fen: portion.fen,
          code: 'satisfied',
          ref: id,
        });
        for (const { level, year, fen: part } of parts) {
          const collected = accountOf.collected(county, level, year);
          accounts.set(collected.code, collected);
          postings.push({
            meaning: ['collected', stepId, level, year],
            debit: from,
            credit: collected.code,
            fen: part,
            code: 'collected',
            ref: id,
          });
        }
      }
      open.set(id, { ...one, receivedFen: received, openFen: one.openFen - fen });
      sharesOf.set(id, shares);
    }
    await this.ledger.open(tx, [...accounts.values()]);
    await this.receivables.insertSteps(tx, steps);
    await this.post(tx, postings);
    await this.tell(tx, ids);
  }

  /**
   * Takes back what a receipt was wrongly counted for: the money stands where receipts without a match do, and is owed again. The
   * request that it paid stays as it is. Refused where the budgets have it already. Called by match only, in its transaction.
   */
  async takeBack(tx: Tx, id: string, receiptId: string, fen: Fen): Promise<void> {
    const one = await this.receivables.forUpdate(tx, id);
    if (!one) throw refuse.unknown(id);
    const given = (await this.receivables.receipts(tx, id)).find((receipt) => receipt.receiptId === receiptId);
    if (!given || given.fen < fen) throw refuse.receiptUnknown(receiptId);
    const unmatched = (await this.receivables.unmatchedAccounts(tx, [receiptId])).get(receiptId)!;
    const [at, onDay, county, stepId] = [this.clock.now(), this.clock.today(), countyIn(one), newId(this.clock.now())];
    const shares = await this.receivables.shares(tx, [id]);
    const parts = differences(shares, spreadTo(shares, one.receivedFen - fen));
    const collectedOf = ({ level, year }: ReceivableShare) => accountOf.collected(county, level, year).code;
    const held = new Map((await this.ledger.lock(tx, parts.map(collectedOf))).map((row) => [row.code, row.available]));
    if (parts.some((part) => (held.get(collectedOf(part)) ?? 0n) < part.fen)) throw refuse.remittedAlready();
    await this.receivables.insertSteps(tx, [
      { id: stepId, receivableId: id, receiptId, fen, kind: 'returned', shares: parts, onDay, at },
    ]);
    const owed = { debit: accountOf.satisfied(county).code, credit: accountOf.receivable(id).code, code: 'undone' };
    await this.post(tx, [
      { ...owed, meaning: ['owed-again', stepId], fen, ref: id },
      ...parts.map((part) => ({
        meaning: ['undone', stepId, part.level, part.year],
        debit: collectedOf(part),
        credit: unmatched,
        fen: part.fen,
        code: 'undone',
        // The receipt's own: it holds so much again.
        ref: receiptId,
      })),
    ]);
    await this.tell(tx, [id]);
  }

  /** Takes money back out of the budgets' accounts to where its refund is paid from; out of the treasury's what is there already. */
  private async giveBack(tx: Tx, one: Receivable, excessFen: Fen): Promise<Excess['excess']> {
    const excess: { receiptId: string; fen: Fen }[] = [];
    if (excessFen === 0n) return excess;
    const [at, onDay, county] = [this.clock.now(), this.clock.today(), countyIn(one)];
    let [received, shares, left] = [one.receivedFen, await this.receivables.shares(tx, [one.id]), excessFen];
    const collectedOf = ({ level, year }: ReceivableShare) => accountOf.collected(county, level, year);
    const treasuryOf = ({ level, year }: ReceivableShare) => accountOf.treasury(county, level, year);
    await this.ledger.open(tx, [...shares.map(collectedOf), ...shares.map(treasuryOf)]);
    const codes = shares.flatMap((share) => [collectedOf(share).code, treasuryOf(share).code]);
    const held = await this.ledger.lock(tx, codes);
    const available = new Map(held.map((balance) => [balance.code, balance.available]));
    const take = (code: string, most: Fen): Fen => {
      const there = available.get(code) ?? 0n;
      const taken = there < most ? there : most;
      available.set(code, there - taken);
      return taken;
    };

    const postings: Posting[] = [];
    for (const receipt of await this.receivables.receipts(tx, one.id)) {
      const fen = receipt.fen < left ? receipt.fen : left;
      if (fen === 0n) break;
      left -= fen;
      received -= fen;
      const after = spreadTo(shares, received);
      const parts = differences(shares, after);
      const stepId = newId(at);
      const step = { id: stepId, receivableId: one.id, receiptId: receipt.receiptId, fen, shares: parts, onDay, at };
      await this.receivables.insertStep(tx, { ...step, kind: 'returned' });
      shares = after;
      const refundable = accountOf.refundable(county, receipt.receiptId);
      await this.ledger.open(tx, [refundable]);
      for (const part of parts) {
        const [collected, treasury] = [collectedOf(part).code, treasuryOf(part).code];
        const first = take(collected, part.fen);
        const rest = take(treasury, part.fen - first);
        if (first + rest < part.fen) throw refuse.onItsWay(one.id);
        const to = { credit: refundable.code, code: 'excess', ref: one.id };
        const meaning = [stepId, part.level, part.year];
        postings.push({ ...to, meaning: ['excess', ...meaning], debit: collected, fen: first });
        postings.push({ ...to, meaning: ['excess-remitted', ...meaning], debit: treasury, fen: rest });
      }
      excess.push({ receiptId: receipt.receiptId, fen });
    }
    await this.post(tx, postings);
    return excess;
  }

  private post(tx: Tx, postings: readonly Posting[]): Promise<void> {
    const at = this.clock.now();
    return this.ledger.post(
      tx,
      postings
        .filter(({ fen }) => fen > 0n)
        .map(({ meaning, ...rest }) => ({ ...rest, id: transferId(...meaning), at })),
    );
  }

  private async tell(tx: Tx, ids: readonly string[]): Promise<void> {
    tx.concern(KIND, ids);
    const told = ids.map((receivable) => ({ receivable }));
    await this.outbox.plan(tx, receivableChanged, told);
    await this.outbox.plan(tx, receivablePaid, told);
  }
}

function inGroups(shares: readonly ShareStanding[]): Map<string, ShareStanding[]> {
  const groups = new Map<string, ShareStanding[]>();
  for (const share of shares) {
    const group = groups.get(share.receivableId);
    if (group) group.push(share);
    else groups.set(share.receivableId, [share]);
  }
  return groups;
}

const countyIn = ({ divisionCode }: { readonly divisionCode: string }) => countyOf(divisionCode as DivisionCode);

/** One share for each level and year, and none of nothing. */
function merged(shares: readonly ReceivableShare[]): ReceivableShare[] {
  const byBudget = new Map<string, ReceivableShare>();
  for (const share of shares) {
    const key = `${share.level}:${share.year}`;
    byBudget.set(key, { ...share, fen: share.fen + (byBudget.get(key)?.fen ?? 0n) });
  }
  return [...byBudget.values()].filter(({ fen }) => fen !== 0n);
}

function spreadTo(shares: readonly ShareStanding[], receivedFen: Fen): ShareStanding[] {
  const parts = spread(
    shares.map(({ fen }) => fen),
    shares.map((share) => share.receivedFen),
    receivedFen,
  );
  return shares.map((share, i) => ({ ...share, receivedFen: parts[i]! }));
}

/** By how much each share's money is more in `high` than in `low`; those without a difference are left out. */
const differences = (high: readonly ShareStanding[], low: readonly ShareStanding[]): ReceivableShare[] =>
  high
    .map(({ level, year, receivedFen }, i) => ({ level, year, fen: receivedFen - low[i]!.receivedFen }))
    .filter(({ fen }) => fen > 0n);

const noteOf = (text: string): string => wordsOf(text, 200, refuse.noteMissing);
