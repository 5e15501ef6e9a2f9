import { currentContext, type Database, inContext, newId, systemContext, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Fen, wordsOf } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { BankReceiptService } from '../bank-receipt/bank-receipt.service';
import type { BankReceipt } from '../bank-receipt/bank-receipt.types';
import { FEES_DATABASE } from '../fees.tokens';
import { FiscalReceiptService } from '../fiscal-receipt/fiscal-receipt.service';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { ReceivableService } from '../receivable/receivable.service';
import { RefundService } from '../refund/refund.service';
import { refuse } from './match.errors';
import { MatchRepository } from './match.repository';
import { canMove } from './match.state';
import type { Match, MatchRun, MatchState } from './match.types';

const KIND = 'match';
/** Receipts that one transaction matches. */
const AT_ONCE = 2_000;

/**
 * Says which receipt pays what. A quoted reference decides by itself; whatever else looks right is proposed to an officer; what
 * pays nothing goes back. Running again, or twice at once, changes nothing.
 */
@Injectable()
export class MatchService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly matches: MatchRepository,
    private readonly receipts: BankReceiptService,
    private readonly receivables: ReceivableService,
    private readonly requests: PaymentRequestService,
    private readonly refunds: RefundService,
    private readonly fiscal: FiscalReceiptService,
  ) {}

  /** Looks every minute whether something that came in can be matched now; without anything open it leaves no trace. */
  ring(): Promise<unknown> {
    return this.run();
  }

  /** Matches what can be, proposes what an officer has to decide, and sends back what was paid too much. */
  run(): Promise<MatchRun> {
    return inContext(systemContext('match', { permission: 'match.run', purpose: 'funding' }), async () => {
      const done = { matched: 0, matchedFen: 0n, refundable: 0, proposed: 0, lapsed: 0 };
      while (await this.database.read((read) => this.matches.hasQuoted(read))) {
        const hits = await this.database.write((tx) => this.matchQuoted(tx), { statementTimeout: 0 });
        if (hits.length === 0) break; // Somebody else holds them: another run comes in a minute.
        done.matched += hits.length;
        done.matchedFen = hits.reduce((sum, { fen }) => sum + fen, done.matchedFen);
        failpoint('match.batch');
      }
      if (await this.database.read((read) => this.matches.hasProposals(read))) {
        await this.database.write(
          async (tx) => {
            done.lapsed = await this.matches.lapse(tx);
            done.proposed = await this.matches.propose(tx, this.clock.now());
          },
          { statementTimeout: 0 },
        );
      }
      done.refundable = await this.sendOverpaidBack();
      return done;
    });
  }

  list(prefix: string, state: MatchState, after: string | null, limit: number): Promise<Match[]> {
    return this.database.read(async (read) => {
      const rows = await this.matches.list(read, prefix, state, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  ofReceipts(receiptIds: readonly string[]): Promise<Match[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.matches.ofReceipts(read, receiptIds)));
  }

  /** What went back, or is on its way, of each receipt. */
  refundsOf(receiptIds: readonly string[]) {
    return this.database.read((read) => this.refunds.ofSources(read, receiptIds));
  }

  /** An officer who did not take the receipt in says that a proposal is right. */
  confirm(id: string): Promise<Match> {
    return this.change(id, 'confirmed', async (tx, match, receipt, actor) => {
      if (match.takenBy === actor) throw refuse.sameOfficer();
      if (match.fen > receipt.leftFen) throw refuse.outdated();
      await this.matches.decide(tx, id, 'confirmed', actor, null, this.clock.now());
      failpoint('match.confirm');
      await this.receivables.satisfy(tx, match.receivableId, match.requestId, match.receiptId, match.fen);
    });
  }

  /** A proposal is wrong: it is not made again. */
  decline(id: string, reason: string): Promise<Match> {
    const why = reasonOf(reason);
    return this.change(id, 'declined', (tx, _match, _receipt, actor) =>
      this.matches.decide(tx, id, 'declined', actor, why, this.clock.now()),
    );
  }

  /** An officer who did not take the receipt in says which request it pays, and how much of it. */
  matchByHand(receiptId: string, reference: string, fen: Fen | null): Promise<Match> {
    const actor = currentContext()!.actor;
    return this.database.write(async (tx) => {
      const receipt = await this.receipts.lock(tx, receiptId);
      if (receipt.takenBy === actor) throw refuse.sameOfficer();
      const [request] = await this.requests.byReferences(tx, [reference.replace(/[\s-]/g, '')]);
      if (request?.divisionCode.slice(0, 6) !== receipt.divisionCode.slice(0, 6))
        throw refuse.referenceUnknown(reference);
      const most = request.leftFen < receipt.leftFen ? request.leftFen : receipt.leftFen;
      const amount = fen ?? most;
      if (amount <= 0n || amount > receipt.leftFen) throw refuse.notAnAmount();
      const at = this.clock.now();
      const id = newId(at);
      const { takenBy, divisionCode } = receipt;
      const { id: requestId, receivableId } = request;
      const match = { id, receiptId, takenBy, receivableId, requestId, divisionCode, fen: amount, actor, at };
      await this.matches.insertByHand(tx, match);
      failpoint('match.by-hand');
      await this.receivables.satisfy(tx, receivableId, requestId, receiptId, amount);
      return this.told(tx, id);
    });
  }

  /**
   * A wrong match is undone by new transfers, while the treasury has not got the money: the receipt holds it again, it is owed
   * again, and asked for under a new reference.
   */
  undo(id: string, reason: string): Promise<Match> {
    const why = reasonOf(reason);
    return this.change(id, 'undone', async (tx, match, _receipt, actor) => {
      if (match.takenBy === actor) throw refuse.sameOfficer();
      const { receivableId, requestId, fen } = match;
      await this.matches.undo(tx, id, actor, why, this.clock.now());
      failpoint('match.undo');
      await this.receivables.takeBack(tx, receivableId, match.receiptId, fen);
      await this.fiscal.withdraw(tx, match.receiptId, receivableId, why);
      if (requestId !== null) await this.requests.askAgain(tx, requestId, fen);
    });
  }

  /** What is left of a receipt pays nothing: it goes back to who paid it. */
  sendBack(receiptId: string, reason: string): Promise<BankReceipt> {
    const why = reasonOf(reason);
    return this.database.write(async (tx) => {
      const receipt = await this.receipts.lock(tx, receiptId);
      if (receipt.leftFen === 0n) throw refuse.nothingLeft();
      const open = (await this.matches.ofReceipts(tx, [receiptId])).some(({ state }) => state === 'proposed');
      if (open) throw refuse.proposalsOpen();
      await this.refund(tx, receipt, why);
      return tx.disclose('bank-receipt', [await this.receipts.lock(tx, receiptId)])[0]!;
    });
  }

  private async matchQuoted(tx: Tx): Promise<{ fen: Fen }[]> {
    const receiptIds = await this.matches.lockQuoting(tx, AT_ONCE);
    if (receiptIds.length === 0) return [];
    await this.matches.lockQuoted(tx, receiptIds);
    const hits = await this.matches.matchQuoted(tx, receiptIds, currentContext()!.actor, this.clock.now());
    failpoint('match.quoted');
    if (hits.length > 0) await this.receivables.satisfyAll(tx, hits);
    return hits;
  }

  private async sendOverpaidBack(): Promise<number> {
    for (let sent = 0; ;) {
      const ids = await this.database.read((read) => this.matches.overpaid(read, AT_ONCE));
      if (ids.length === 0) return sent;
      for (const id of ids) {
        await this.database.write(async (tx) => {
          const receipt = await this.receipts.lock(tx, id);
          if (receipt.leftFen > 0n) await this.refund(tx, receipt, '缴款超过应缴数额，超出部分退还');
        });
        sent++;
      }
    }
  }

  private async refund(tx: Tx, receipt: BankReceipt, reason: string): Promise<void> {
    const { id: sourceId, leftFen: fen, payerName, divisionCode, bookedOn: receivedOn } = receipt;
    const target = await this.receipts.makeRefundable(tx, receipt, fen);
    failpoint('match.refund');
    const refund = { kind: 'receipt' as const, sourceId, fen, payerName, payerKey: null, divisionCode, reason };
    await this.refunds.open(tx, { ...refund, target, receivedOn });
    tx.concern('bank-receipt', [sourceId]);
  }

  private change(
    id: string,
    to: MatchState,
    how: (tx: Tx, match: Match, receipt: BankReceipt, actor: string) => Promise<void>,
  ): Promise<Match> {
    const actor = currentContext()!.actor;
    return this.database.write(async (tx) => {
      const known = await this.matches.find(tx, id);
      if (!known) throw refuse.unknown(id);
      // The receipt first, as everybody who changes one does.
      const receipt = await this.receipts.lock(tx, known.receiptId);
      const match = (await this.matches.findForUpdate(tx, id))!;
      if (!canMove(match.state, to)) throw refuse.cannotMove(match.state, to);
      await how(tx, match, receipt, actor);
      failpoint(`match.${to}`);
      return this.told(tx, id);
    });
  }

  private async told(tx: Tx, id: string): Promise<Match> {
    tx.concern(KIND, [id]);
    return tx.disclose(KIND, [(await this.matches.find(tx, id))!])[0]!;
  }
}

const reasonOf = (text: string): string => wordsOf(text, 200, refuse.reasonMissing);
