import { newId, type Read, type Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type DivisionCode, type Fen, yearOf, wordsOf } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { refuse } from './payment-request.errors';
import { PaymentRequestRepository } from './payment-request.repository';
import { referenceOf } from './payment-request.rules';
import type { NewPaymentRequest, PaymentRequest } from './payment-request.types';

const KIND = 'payment-request';

/** Asking for money that is owed: under a reference of its own, and never for more than is open. */
@Injectable()
export class PaymentRequestService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: PaymentRequestRepository,
  ) {}

  /** Asks for an amount of a receivable within another slice's change. */
  async request(tx: Tx, wanted: NewPaymentRequest): Promise<{ id: string; reference: string }> {
    const { receivableId, fen } = wanted;
    if (fen <= 0n) throw refuse.notAnAmount(fen);
    const receivable = await this.requests.openForUpdate(tx, receivableId);
    if (!receivable) throw refuse.receivableUnknown(receivableId);
    const asked = (await this.requests.stillOpen(tx, receivableId)).reduce((sum, { leftFen }) => sum + leftFen, 0n);
    if (asked + fen > receivable.openFen) throw refuse.moreThanOpen(fen, receivable.openFen - asked);

    const [at, askedOn] = [this.clock.now(), this.clock.today()];
    const [county, year] = [countyOf(receivable.divisionCode as DivisionCode), yearOf(askedOn)];
    const reference = referenceOf(county, year, await this.requests.nextCount(tx, county, year));
    const id = newId(at);
    await this.requests.insert(tx, { ...wanted, id, reference, askedOn }, at);
    tx.concern(KIND, [id]);
    return { id, reference };
  }

  /** Asks anew for what was wrongly counted as paid under a request: with its due day, under another reference. */
  async askAgain(tx: Tx, requestId: string, fen: Fen): Promise<{ id: string; reference: string }> {
    const before = await this.requests.byId(tx, requestId);
    if (!before) throw refuse.unknown(requestId);
    const { receivableId, dueOn, instalmentId } = before;
    return this.request(tx, { receivableId, fen, dueOn, instalmentId });
  }

  /** Withdraws whatever still asks for something of a receivable. What was paid under it stays paid. */
  async cancel(tx: Tx, receivableId: string, reason: string): Promise<void> {
    const why = reasonOf(reason);
    if (!(await this.requests.openForUpdate(tx, receivableId))) throw refuse.receivableUnknown(receivableId);
    await this.withdraw(tx, await this.requests.stillOpen(tx, receivableId), why);
  }

  /** Withdraws what would ask for more than is open: the latest due first. For the receivable, which holds its own row. */
  async cancelBeyond(tx: Tx, receivableId: string, openFen: Fen, reason: string): Promise<void> {
    const open = await this.requests.stillOpen(tx, receivableId);
    let asked = 0n;
    const beyond = open.filter(({ leftFen }) => {
      if (asked + leftFen > openFen) return true;
      asked += leftFen;
      return false;
    });
    await this.withdraw(tx, beyond, reason);
  }

  /**
   * Which requests a payment is for: the one it names, or those that fall due first; what none asks for is for the receivable
   * itself (`requestId` null). Refuses what the named one has not left.
   */
  async portions(
    read: Read,
    receivableId: string,
    requestId: string | null,
    fen: Fen,
  ): Promise<{ requestId: string | null; fen: Fen }[]> {
    if (requestId !== null) {
      ofRequest(await this.requests.byId(read, requestId), receivableId, requestId, fen);
      return [{ requestId, fen }];
    }
    let left = fen;
    const portions = (await this.requests.stillOpen(read, receivableId)).map(({ id, leftFen }) => {
      const part = leftFen < left ? leftFen : left;
      left -= part;
      return { requestId: id, fen: part };
    });
    return [...portions, { requestId: null, fen: left }].filter((portion) => portion.fen > 0n);
  }

  /** The same for many payments, in their order; those that name no request come alone. */
  async portionsOfAll(
    read: Read,
    payments: readonly { readonly id: string; readonly requestId: string | null; readonly fen: Fen }[],
  ): Promise<{ requestId: string | null; fen: Fen }[][]> {
    const [only] = payments;
    if (payments.length === 1) return [await this.portions(read, only!.id, only!.requestId, only!.fen)];
    const ids = payments.flatMap(({ requestId }) => requestId ?? []);
    if (ids.length < payments.length)
      throw new Error('Several payments are counted at once only for the requests that they name.');
    const named = new Map((await this.requests.byIds(read, ids)).map((request) => [request.id, request]));
    return payments.map(({ id, requestId, fen }) => {
      const request = named.get(requestId!);
      const left = ofRequest(request, id, requestId!, fen);
      named.set(requestId!, { ...request!, leftFen: left, state: left === 0n ? 'paid' : 'part' });
      return [{ requestId, fen }];
    });
  }

  /** Requests by their references; those of other places are not found. */
  byReferences(read: Read, references: readonly string[]): Promise<PaymentRequest[]> {
    return this.requests.byReferences(read, references);
  }

  /** The same for a slice that counts what came in on them and shows none of them itself. */
  within(read: Read, receivableIds: readonly string[]): Promise<PaymentRequest[]> {
    return this.requests.ofReceivables(read, receivableIds);
  }

  /** All requests of receivables, in the order in which they were made. */
  async ofReceivables(read: Read, receivableIds: readonly string[]): Promise<PaymentRequest[]> {
    return read.disclose(KIND, await this.requests.ofReceivables(read, receivableIds));
  }

  private async withdraw(tx: Tx, requests: readonly PaymentRequest[], reason: string): Promise<void> {
    if (requests.length === 0) return;
    const ids = requests.map(({ id }) => id);
    await this.requests.cancel(tx, ids, reason, this.clock.now());
    tx.concern(KIND, ids);
  }
}

/** What a request has left after a payment; refuses one that is not of this receivable, is closed, or has not so much left. */
function ofRequest(request: PaymentRequest | undefined, receivableId: string, requestId: string, fen: Fen): Fen {
  if (request?.receivableId !== receivableId) throw refuse.unknown(requestId);
  if (request.state === 'paid' || request.state === 'cancelled') throw refuse.closed(request.reference, request.state);
  if (fen > request.leftFen) throw refuse.paidBeyond(fen, request.leftFen);
  return request.leftFen - fen;
}

const reasonOf = (text: string): string => wordsOf(text, 200, refuse.reasonMissing);
