import { randomUUID } from 'node:crypto';
import type { Clock } from '@app/kernel';
import type { JWK } from 'jose';
import type { z } from 'zod';
import {
  type BatchLine,
  type BatchResult,
  type EventPage,
  type HouseholdRegistry,
  type QueryReply,
  RegistryFailure,
  type RegistryQuestion,
  type VerifyReply,
} from './household-registry.types';
import { assertAbout, isSameName } from './registry-echo.rules';
import { fail } from './registry-failure.rules';
import { decodeText, RegistryHttp, type RegistryHttpOptions } from './registry-http.client';
import {
  type AnswerHeader,
  answerHeader,
  assertAcknowledged,
  assertTaken,
  batchResultsOf,
  notice,
  recordsIn,
  recordsOf,
  searchResponse,
  shapedAs,
  statusResponse,
  subscribeResponse,
} from './spdci-answer.client';
import {
  byNumber,
  byNumberAndName,
  type Criteria,
  type HeaderParts,
  headerOf,
  referenceOf,
  searchRequest,
  since,
  statusRequest,
  subscribeRequest,
} from './spdci-message.rules';
import { eventOf, personOf, RECORDS, verdictOf } from './spdci-record.client';
import { type SpdciSignatureOptions, SpdciSignatures } from './spdci-signature.client';
import type { RegistryCallback } from './spdci.types';

export interface SpdciOptions extends RegistryHttpOptions, SpdciSignatureOptions {
  readonly clock: Clock;
  /** Where our own door for `on-search`, `on-subscribe` and `notify` stands. */
  readonly callbackUrl: string;
  /** Who answers for the change feed and for fetching results, which nobody asks for by hand. */
  readonly nominated: Omit<RegistryQuestion, 'requestId'>;
  /** Value of the Authorization header, where the registry's gateway wants one. */
  readonly authorization?: string;
}

const JSON_TYPE = ['application/json'];
const ANSWER_BYTES_MAX = 256 * 1024;
const PAGE_BYTES_MAX = 8 * 1024 * 1024;
const BATCH_BYTES_MAX = 64 * 1024 * 1024;
const ACK_BYTES_MAX = 16 * 1024;
const DUPLICATES_MAX = 50;

/**
 * The household registry as a civil registry of the Digital Convergence Initiative (SPDCI CRVS 1.0.0).
 *
 * What the specification leaves open or has wrong, and what is done here:
 * 1. `reg_records` is a list in search answers and one object in notices and status answers: both are read everywhere.
 * 2. `subscription_codes` was required under a misspelt name ("sunscription_codes"), so no request to unsubscribe was valid.
 * 3. `attribute_value` and `query` were `oneOf` forms that overlap, so that valid requests matched several; a text is sent,
 *    which is right either way.
 * Besides: the signature names a digest without saying of what and by which hash (here: SHA-256 over the texts of header
 * and message as sent), the form of a status answer hides in an `example`, `locale` has a two-letter example against a
 * three-letter pattern, and nothing says which parent is the first.
 */
export class SpdciRegistry implements HouseholdRegistry {
  private readonly http: RegistryHttp;
  private readonly signatures: SpdciSignatures;
  private readonly clock: Clock;

  constructor(private readonly options: SpdciOptions) {
    this.clock = options.clock;
    this.http = new RegistryHttp(options);
    this.signatures = new SpdciSignatures(options, this.http, options.clock);
  }

  /** What our door shows at /.well-known/jwks.json. */
  publicKeys(): Promise<{ keys: JWK[] }> {
    return this.signatures.publicKeys();
  }

  async verify(
    question: RegistryQuestion,
    person: { idNumber: string; name: string },
    signal: AbortSignal,
  ): Promise<VerifyReply> {
    const query = byNumberAndName(person.idNumber, person.name);
    const { records } = await this.search(question, { recordType: RECORDS.verdict, query, pageSize: 1 }, signal);
    const { idNumber, name, result, isDeathMarked } = verdictOf(records);
    assertAbout(person, [{ idNumber, name }]);
    return { echo: { requestId: question.requestId, idNumber, name }, result, isDeathMarked };
  }

  async query(
    question: RegistryQuestion,
    person: { idNumber: string; name: string | null },
    signal: AbortSignal,
  ): Promise<QueryReply> {
    const criteria = { recordType: RECORDS.person, query: byNumber(person.idNumber), pageSize: DUPLICATES_MAX };
    const found = await this.search(question, criteria, signal);
    if (found.total !== found.records.length) throw fail.unreadable('it is not whole');
    const records = found.records.map(personOf);
    assertAbout(person, records);
    const named = records.find(({ name }) => !person.name || isSameName(name, person.name));
    return {
      echo: { requestId: question.requestId, idNumber: named?.idNumber ?? null, name: named?.name ?? null },
      records,
    };
  }

  /** One search with a request for each line; the registry calls back, once or page by page. */
  async submitBatch(question: RegistryQuestion, lines: readonly BatchLine[], signal: AbortSignal): Promise<void> {
    const at = this.clock.now();
    const requests = lines.map(({ lineNo, idNumber, name }) => {
      const criteria = { recordType: RECORDS.verdict, query: byNumberAndName(idNumber, name), pageSize: 1 };
      return searchRequest(referenceOf(question.requestId, lineNo), criteria, question, at);
    });
    const message = { transaction_id: question.requestId, search_request: requests };
    await this.post('/registry/search', { action: 'search', count: lines.length, isAsync: true }, message, signal);
  }

  /** For whoever waits in vain for a callback: the state of the search, as far as it has come. */
  async fetchBatch(
    requestId: string,
    signal: AbortSignal,
  ): Promise<{ results: readonly BatchResult[]; isComplete: boolean } | null> {
    const messageId = randomUUID();
    const call = { action: 'txn-status', count: 1, bytesMax: BATCH_BYTES_MAX } as const;
    const message = statusRequest(messageId, requestId);
    const answer = await this.ask('/registry/sync/txn/status', 'txn-on-status', call, message, signal);
    if (answer.header.status === 'pdng' || answer.header.status === 'rcvd') return null;
    const status = shapedAs(statusResponse, answer.message);
    const found = status.txnstatus_response.txn_status;
    if (status.transaction_id !== messageId || found.transaction_id !== requestId) throw fail.wrongPerson();
    return { results: batchResultsOf(found, RECORDS.verdict), isComplete: isComplete(answer.header) };
  }

  /** The events after one: the specification knows events as pushed, and as searched for, which can be done again. */
  async events(after: string, limit: number, signal: AbortSignal): Promise<EventPage> {
    const question = { ...this.options.nominated, requestId: randomUUID() };
    const criteria = { recordType: RECORDS.event, query: since(after), pageSize: limit, sort: 'EVENT_NO' } as const;
    const { records, total } = await this.search(question, criteria, signal, PAGE_BYTES_MAX);
    if (records.length > limit || total < records.length || (total > 0 && records.length === 0))
      throw fail.unreadable('the page has no end');
    const found = records.map(eventOf);
    const next = found.at(-1)?.place ?? after;
    return { events: found.map(({ event }) => event), next, caughtUp: total === records.length };
  }

  /** Asks to be told of changes in a division; the registry's word comes by `on-subscribe`. */
  async subscribe(question: RegistryQuestion, division: string, signal: AbortSignal): Promise<void> {
    const message = subscribeRequest(question, division, RECORDS.event, this.clock.now());
    await this.post('/registry/subscribe', { action: 'subscribe', count: 1, isAsync: true }, message, signal);
  }

  /**
   * A message that came to our door by itself, verified: signature before anything is parsed, over header and message,
   * for us, and near in time. Whether the question is ours and the message new is for the caller to look up.
   */
  async readCallback(
    body: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    signal: AbortSignal,
  ): Promise<RegistryCallback> {
    if (body.length > BATCH_BYTES_MAX) throw fail.tooLarge();
    const contentType = String(headers['content-type'] ?? '');
    if (!/^application\/json\s*(;|$)/i.test(contentType)) throw fail.unreadable('it is of another kind than agreed');
    const { header, message } = await this.open(body, contentType, signal);
    const verified = { messageId: header.message_id, sentAt: new Date(header.message_ts).toISOString() };
    switch (header.action) {
      case 'on-search': {
        assertTaken(header);
        const found = shapedAs(searchResponse, message);
        const ids = { transactionId: found.transaction_id, correlationId: found.correlation_id };
        const results = batchResultsOf(found, RECORDS.verdict);
        return { action: 'on-search', ...verified, ...ids, results, isComplete: isComplete(header) };
      }
      case 'on-subscribe': {
        const found = shapedAs(subscribeResponse, message);
        const ids = { transactionId: found.transaction_id, correlationId: found.correlation_id };
        const taken = found.subscribe_response.filter(({ status }) => status === 'succ');
        const codes = taken.flatMap(({ subscriptions }) => subscriptions.map(({ code }) => code));
        return { action: 'on-subscribe', ...verified, ...ids, subscriptionCodes: codes };
      }
      case 'notify': {
        const found = shapedAs(notice, message);
        const events = found.notify_event.flatMap(({ data }) => recordsIn(data, RECORDS.event));
        return {
          action: 'notify',
          ...verified,
          transactionId: found.transaction_id,
          events: events.map((one) => eventOf(one).event),
        };
      }
      default:
        throw fail.unreadable('nothing of this kind is waited for');
    }
  }

  /** What our door answers to a message of the registry, whatever became of it. */
  acknowledgement(outcome: RegistryCallback | RegistryFailure): object {
    const common = { timestamp: this.clock.now().toISOString(), correlation_id: randomUUID() };
    if (!(outcome instanceof RegistryFailure)) return { message: { ack_status: 'ACK', ...common } };
    const code = outcome.kind === 'bad-signature' ? 'err.signature.invalid' : 'err.request.bad';
    return { message: { ack_status: 'ERR', ...common, error: { code, message: outcome.message } } };
  }

  async close(): Promise<void> {
    await this.http.close();
  }

  private async search(
    question: RegistryQuestion,
    criteria: Criteria,
    signal: AbortSignal,
    bytesMax = ANSWER_BYTES_MAX,
  ): Promise<{ records: readonly Record<string, unknown>[]; total: number }> {
    const reference = referenceOf(question.requestId, 1);
    const requests = [searchRequest(reference, criteria, question, this.clock.now())];
    const message = { transaction_id: question.requestId, search_request: requests };
    const call = { action: 'search', count: 1, bytesMax } as const;
    const answer = await this.ask('/registry/sync/search', 'on-search', call, message, signal);
    const found = shapedAs(searchResponse, answer.message);
    if (found.transaction_id !== question.requestId) throw fail.wrongPerson();
    const [item, ...more] = found.search_response;
    if (!item || more.length > 0) throw fail.unreadable('it holds not one answer');
    if (item.reference_id !== reference) throw fail.wrongPerson();
    const records = recordsOf(item, criteria.recordType);
    return { records, total: item.pagination?.total_count ?? records.length };
  }

  /** Sends a message and reads the signed one that answers it at once. */
  private async ask(
    path: string,
    expected: string,
    call: { action: HeaderParts['action']; count: number; bytesMax: number },
    message: object,
    signal: AbortSignal,
  ): Promise<{ header: AnswerHeader; message: unknown }> {
    const answer = await this.send(path, call, message, signal);
    const opened = await this.open(answer.body, answer.contentType, signal);
    if (opened.header.action !== expected) throw fail.wrongPerson();
    assertTaken(opened.header);
    return opened;
  }

  /** Sends a message that is answered later. */
  private async post(
    path: string,
    call: { action: HeaderParts['action']; count: number; isAsync: true },
    message: object,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = await this.send(path, { ...call, bytesMax: ACK_BYTES_MAX }, message, signal);
    assertAcknowledged(parseJson(decodeText(answer).text));
  }

  private async send(
    path: string,
    call: { action: HeaderParts['action']; count: number; bytesMax: number; isAsync?: true },
    message: object,
    signal: AbortSignal,
  ) {
    const { senderId, registryId, callbackUrl, authorization } = this.options;
    const header = headerOf({
      action: call.action,
      messageId: randomUUID(),
      at: this.clock.now(),
      senderId,
      registryId,
      senderUri: call.isAsync && `${callbackUrl.replace(/\/$/, '')}/on-${call.action}`,
      count: call.count,
    });
    const body = await this.signatures.sealed(JSON.stringify(header), JSON.stringify(message));
    const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
    const request = { method: 'POST', path, headers, body, accepts: JSON_TYPE, bytesMax: call.bytesMax } as const;
    const answer = await this.http.send(request, this.clock.now(), signal);
    if (!answer) throw fail.refused('there is no such service');
    return answer;
  }

  private async open(
    body: Buffer,
    contentType: string,
    signal: AbortSignal,
  ): Promise<{ header: AnswerHeader; message: unknown }> {
    const opened = await this.signatures.opened(body, contentType, signal);
    const header: z.output<typeof answerHeader> = shapedAs(answerHeader, opened.header);
    if (header.sender_id !== this.options.registryId || header.receiver_id !== this.options.senderId)
      throw fail.badSignature('it is for somebody else');
    this.signatures.assertNear(Date.parse(header.message_ts));
    return { header, message: opened.message };
  }
}

const isComplete = ({ total_count: total, completed_count: completed }: AnswerHeader): boolean =>
  total !== undefined && completed !== undefined && completed >= total;

/** Undefined where the text is no JSON: its shape is looked at next. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
