import { coordinationWanted } from '@app/contracts';
import type { Database, Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, type DivisionCode, type Fen, splitFen, yearOf } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { Inject, Injectable } from '@nestjs/common';
import { FUNDING_SHARES, type FundingShares, LEVELS, type Level } from '../funding/funding.types';
import { accountOf } from '../ledger/ledger.rules';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { refuse } from './reimbursement.errors';
import { ReimbursementRepository } from './reimbursement.repository';
import { corrections } from './reimbursement.rules';
import type { Reimbursement, Share } from './reimbursement.types';

const TWO_PLACES = 'what one place owes another is in the books of both';
const BEHIND_MAX = 1_000;

export interface SettleCommand {
  readonly id: string;
  readonly documentNo: string;
  readonly actor: string;
  /** Leading digits of the divisions the officer works for. */
  readonly within: string;
}

/** Money between places: booked as owed by the decision that moves somebody, settled once from budget to budget. */
@Injectable()
export class ReimbursementService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(FUNDING_SHARES) private readonly fundingShares: FundingShares,
    private readonly reimbursements: ReimbursementRepository,
  ) {}

  /**
   * Books what places owe each other for the payments of a beneficiary, as it stands now; again, it changes nothing. Inside the
   * caller's transaction, which looks across places. Gives the debts booked anew.
   */
  async adjust(tx: Tx, beneficiaryId: string, programme: string, decisionId: string | null): Promise<string[]> {
    const at = this.clock.now();
    const responsible = await this.reimbursements.responsible(tx, beneficiaryId, programme);
    const booked = await this.reimbursements.booked(tx, beneficiaryId, programme);
    const made: string[] = [];
    const wanted: string[] = [];
    for (const payment of await this.reimbursements.payments(tx, beneficiaryId, programme)) {
      const { instructionId } = payment;
      const known = booked.filter((row) => row.instructionId === instructionId);
      for (const { drop, book } of corrections(payment, responsible, known)) {
        if (drop.length > 0) await this.drop(tx, drop, at);
        if (!book) continue;
        const row = { ...book, id: null, programme, beneficiaryId, instructionId, decisionId, askedBy: null };
        const id = await this.reimbursements.insert(tx, row, at);
        if (!book.creditor.isElsewhere) {
          const bornOn = payment.bornOn ?? this.clock.today();
          const shares = await this.split(programme, book.creditor.county, bornOn, book.fen);
          await this.reimbursements.insertShares(tx, id, 'creditor', shares);
        }
        await this.owe(tx, { ...row, id }, at);
        if (book.debtor.isElsewhere) wanted.push(await this.reimbursements.want(tx, id, at));
        made.push(id);
      }
    }
    await this.outbox.plan(
      tx,
      coordinationWanted,
      wanted.map((matter) => ({ app: 'subsidy', matter })),
    );
    failpoint('reimbursement.booked');
    tx.concern('reimbursement', made);
    return made;
  }

  /** Payments whose fate was not known when their place was decided: one beneficiary a transaction. */
  async catchUp(): Promise<number> {
    const behind = await this.database.read((read) => this.reimbursements.behind(read, BEHIND_MAX));
    for (const { beneficiaryId, programme } of behind) {
      await this.database.write(async (tx) => {
        await this.reimbursements.lock(tx, beneficiaryId);
        await this.adjust(tx, beneficiaryId, programme, null);
      });
    }
    return behind.length;
  }

  /** Another installation paid for days that are ours: owed from now on; the same request again is the same debt. */
  async bookAsked(
    tx: Tx,
    asked: {
      request: string;
      beneficiaryId: string;
      programme: string;
      debtor: string;
      creditor: string;
      from: Day;
      until: Day;
      fen: Fen;
    },
  ): Promise<string> {
    const at = this.clock.now();
    const id = transferId('reimbursement-asked', asked.request);
    const row = {
      ...asked,
      id,
      instructionId: null,
      decisionId: null,
      askedBy: asked.request,
      debtor: { county: asked.debtor, isElsewhere: false },
      creditor: { county: asked.creditor, isElsewhere: true },
    };
    if ((await this.reimbursements.byIds(tx, [id])).length > 0) return id;
    await this.reimbursements.insert(tx, row, at);
    await this.owe(tx, row, at);
    tx.concern('reimbursement', [id]);
    return id;
  }

  /** Moves the money from the budgets of the place that owes to those of the place that paid, level by level, once. */
  settle({ id, documentNo, actor, within }: SettleCommand): Promise<Reimbursement> {
    return this.database.write(async (tx) => {
      const found = await this.reimbursements.findForUpdate(tx, id);
      if (!found) throw refuse.unknown(id);
      const paying = found.debtorElsewhere ? found.creditorCounty : found.debtorCounty;
      if (!paying.startsWith(within.slice(0, 6))) throw refuse.notYours(paying);
      if (found.state !== 'open') throw refuse.notOpen(id, found.state);
      if (documentNo.trim() === '') throw refuse.documentMissing();

      const at = this.clock.now();
      await tx.across(TWO_PLACES, async () => {
        await this.reimbursements.settle(tx, id, { actor, documentNo }, at);
        await this.clear(tx, found, 'reimbursement-settled', at);
        await this.pay(tx, found, at);
      });
      failpoint('reimbursement.settle');
      tx.concern('reimbursement', [id]);
      return (await this.reimbursements.byIds(tx, [id]))[0]!;
    });
  }

  list(
    filter: { prefix: string; state: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<Reimbursement[]> {
    return this.database.read(async (read) => {
      const rows = await this.reimbursements.list(read, filter, after, limit);
      read.disclose('reimbursement', rows.slice(0, limit - 1));
      return rows;
    });
  }

  ofDecisions(ids: readonly string[]): Promise<(Reimbursement & { decisionId: string })[]> {
    return this.database.read(async (read) =>
      read.disclose('reimbursement', await this.reimbursements.ofDecisions(read, ids)),
    );
  }

  byIds(ids: readonly string[]): Promise<Reimbursement[]> {
    return this.database.read(async (read) =>
      read.disclose('reimbursement', await this.reimbursements.byIds(read, ids)),
    );
  }

  shares(ids: readonly string[]): Promise<Share[]> {
    return this.database.read((read) => this.reimbursements.shares(read, ids));
  }

  private async drop(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
    for (const dropped of await this.reimbursements.drop(tx, ids, at)) {
      await this.clear(tx, dropped, 'reimbursement-dropped', at);
    }
  }

  /** A promise of one place to another: the first goes below nothing by it, the second has it as a claim. */
  private async owe(
    tx: Tx,
    row: { id: string; programme: string; debtor: { county: string }; creditor: { county: string }; fen: Fen },
    at: Date,
  ): Promise<void> {
    const owing = accountOf.owing(row.programme, row.debtor.county);
    const owed = accountOf.owed(row.programme, row.creditor.county);
    await this.ledger.open(tx, [owing, owed]);
    const code = 'reimbursement';
    await this.ledger.post(tx, [
      { id: transferId(code, row.id), debit: owing.code, credit: owed.code, fen: row.fen, code, ref: row.id, at },
    ]);
  }

  /** The promise is no more, by payment or by a further decision. */
  private async clear(tx: Tx, row: Reimbursement, code: string, at: Date): Promise<void> {
    await this.ledger.post(tx, [
      {
        id: transferId(code, row.id),
        debit: accountOf.owed(row.programme, row.creditorCounty).code,
        credit: accountOf.owing(row.programme, row.debtorCounty).code,
        fen: row.fen,
        code,
        ref: row.id,
        at,
      },
    ]);
  }

  private async pay(tx: Tx, row: Reimbursement, at: Date): Promise<void> {
    const year = yearOf(this.clock.today());
    const between = accountOf.between(row.programme, row.creditorCounty);
    const out = await this.outgoing(tx, row, year);
    const into = await this.incoming(tx, row, year);
    await this.ledger.open(tx, [between, ...out.map(({ account }) => account), ...into.map(({ account }) => account)]);
    if (!row.debtorElsewhere) await this.assertCover(tx, row, year, out);
    const move = (side: string, level: string, debit: string, credit: string, fen: Fen) => ({
      id: transferId('reimbursement-paid', row.id, side, level),
      debit,
      credit,
      fen,
      code: 'reimbursement-paid',
      ref: row.id,
      at,
    });
    await this.ledger.post(
      tx,
      out.map(({ level, account, fen }) => move('out', level, account.code, between.code, fen)),
    );
    await this.ledger.post(
      tx,
      into.map(({ level, account, fen }) => move('in', level, between.code, account.code, fen)),
    );
  }

  /** By the levels of the place that owes, as its text of today shares it; or from outside, whole. */
  private async outgoing(tx: Tx, row: Reimbursement, year: number) {
    if (row.debtorElsewhere)
      return [{ level: 'county' as const, account: accountOf.source('elsewhere'), fen: row.fen }];
    const shares = await this.split(row.programme, row.debtorCounty, this.clock.today(), row.fen);
    await this.reimbursements.insertShares(tx, row.id, 'debtor', shares);
    return shares.map(({ level, fen }) => ({
      level,
      fen,
      account: accountOf.budget(row.programme, row.debtorCounty, year, level),
    }));
  }

  /** To the levels that bore the payment; or outside, whole. */
  private async incoming(tx: Tx, row: Reimbursement, year: number) {
    if (row.creditorElsewhere) {
      const account = accountOf.elsewhere(row.programme, row.creditorCounty);
      return [{ level: 'county' as const, account, fen: row.fen }];
    }
    const shares = await this.reimbursements.shares(tx, [row.id]);
    return shares
      .filter(({ side }) => side === 'creditor')
      .map(({ level, fen }) => ({
        level,
        fen,
        account: accountOf.budget(row.programme, row.creditorCounty, year, level),
      }));
  }

  private async assertCover(
    tx: Tx,
    row: Reimbursement,
    year: number,
    out: readonly { level: Level; account: { code: string }; fen: Fen }[],
  ): Promise<void> {
    const codes = out.map(({ account }) => account.code);
    const held = new Map((await this.ledger.lock(tx, codes)).map((balance) => [balance.code, balance.available]));
    for (const { level, account, fen } of out) {
      const available = held.get(account.code) ?? 0n;
      if (available < fen) throw refuse.noFunds(row.debtorCounty, year, level, fen, available);
    }
  }

  /** In fen, the remainder to the lowest level that bears anything. */
  private async split(programme: string, county: string, on: Day, fen: Fen): Promise<{ level: Level; fen: Fen }[]> {
    const shares = await this.fundingShares.of(programme, county as DivisionCode, on);
    const bearing = LEVELS.filter((level) => shares[level] > 0);
    const parts = splitFen(
      fen,
      bearing.map((level) => shares[level]),
    );
    return bearing.map((level, i) => ({ level, fen: parts[i]! })).filter((share) => share.fen > 0n);
  }
}
