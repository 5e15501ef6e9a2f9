import { randomUUID } from 'node:crypto';
import type { Clock } from '@app/kernel';
import iconv from 'iconv-lite';
import { mixedUp, verdictOn } from './mixing-up.rules';
import type { Population } from './population.service';
import type { Answer, BookedEvent, Callback, Desk, Enrolled, Misbehaviour, MisbehaviourKind } from './registry.types';
import { SpdciSeal } from './spdci-seal.service';
import {
  askedBy,
  EVENT,
  eventRecord,
  isAuthorised,
  PERSON,
  personRecord,
  type SearchItem,
  VERDICT,
  verdictRecord,
} from './spdci-wire.rules';

interface Received {
  readonly signature?: string;
  readonly header: { readonly sender_id: string; readonly sender_uri?: string; readonly message_ts: string };
  readonly message: {
    readonly transaction_id: string;
    readonly search_request?: readonly SearchItem[];
    readonly txnstatus_request?: { readonly attribute_value: string };
    readonly subscribe_request?: readonly { readonly reference_id: string; readonly subscribe_criteria: Subscribed }[];
  };
}
interface Subscribed {
  readonly filter: { readonly value: string };
}
interface Waiting {
  readonly asker: Enrolled;
  readonly url: string;
  readonly message: Received['message'];
  readonly correlationId: string;
  readonly readyAt: number;
  isSent: boolean;
}

const SKEW_MILLISECONDS = 300_000;
const PAGES = 2;

/** The registry as a civil registry of the Digital Convergence Initiative. */
export class SpdciDesk {
  readonly seal: SpdciSeal;
  private readonly askers = new Map<string, Enrolled>();
  private readonly searches = new Map<string, Waiting>();
  private readonly subscribers: { readonly asker: Enrolled; readonly division: string; readonly code: string }[] = [];
  private outbox: { readonly asker: Enrolled; readonly url: string; readonly make: Make }[] = [];

  constructor(
    readonly registryId: string,
    private readonly population: Population,
    private readonly clock: Clock,
  ) {
    this.seal = new SpdciSeal(registryId, clock);
  }

  static deskOf(path: string, body: Buffer): Desk | undefined {
    if (path === '/registry/search' || path === '/registry/sync/txn/status') return 'batch';
    if (path === '/registry/subscribe') return 'events';
    if (path !== '/registry/sync/search') return undefined;
    if (body.includes(EVENT)) return 'events';
    return body.includes(VERDICT) ? 'verify' : 'query';
  }

  enrol(asker: Enrolled): void {
    this.askers.set(asker.senderId, asker);
  }

  async keysAnswer(fault: Misbehaviour | undefined): Promise<Answer> {
    return json(await this.seal.publicKeys(fault?.kind === 'expired-key'));
  }

  async answer(path: string, body: Buffer, fault: Misbehaviour | undefined): Promise<Answer> {
    const received = read(body);
    const asker = received && this.askers.get(received.header.sender_id);
    const isSync = path.startsWith('/registry/sync/');
    if (!received || !asker || !this.seal.isGood(received, asker))
      return isSync ? plain(401) : this.acknowledged('err.signature.invalid');
    const { message, header } = received;
    const refusal = this.refusalOf(received, fault);
    if (path === '/registry/sync/search') {
      if (refusal) return this.sealed(asker, 'on-search', fault, emptySearch(message), { ...refusal, status: 'rjct' });
      return this.sealed(asker, 'on-search', fault, this.searched(message, fault?.kind));
    }
    if (path === '/registry/sync/txn/status') return this.statusAnswer(asker, message, fault);
    if (refusal) return this.acknowledged('err.request.too_many_requests');
    if (!header.sender_uri?.startsWith(asker.callbackUrl)) return this.acknowledged('err.sender_uri.invalid');
    if (path === '/registry/subscribe') return this.subscribe(asker, header.sender_uri, message);
    const correlationId = randomUUID();
    const readyAt = this.population.nextMorning();
    const waiting = { asker, url: header.sender_uri, message, correlationId, readyAt, isSent: false };
    this.searches.set(message.transaction_id, waiting);
    return this.acknowledged(undefined, correlationId);
  }

  /** To everybody who subscribed to where it happened. */
  tell(event: BookedEvent): void {
    for (const { asker, division } of this.subscribers) {
      if (!(event.person.divisionCode ?? '').startsWith(division.replace(/(000)*$/, ''))) continue;
      const place = this.population.eventsAfter('0').find((one) => one.event.eventId === event.eventId)?.place ?? '0';
      const data = {
        version: '1.0.0',
        reg_event_type: EVENT,
        reg_record_type: EVENT,
        reg_records: eventRecord(event, place),
      };
      const notice = { reference_id: event.eventId, timestamp: this.clock.now().toISOString(), data, locale: 'zho' };
      const message = { transaction_id: randomUUID(), notify_event: [notice] };
      const make: Make = (kind) => this.message(asker, 'notify', kind, message);
      this.outbox.push({ asker, url: `${asker.callbackUrl.replace(/\/$/, '')}/notify`, make });
    }
  }

  /** What it sends by itself now: answers that are due, and notices. */
  async callbacks(fault: Misbehaviour | undefined): Promise<Callback[]> {
    for (const search of this.searches.values()) {
      if (search.isSent || this.clock.now().getTime() < search.readyAt) continue;
      search.isSent = true;
      for (const part of pages(search.message, fault?.kind)) this.outbox.push(this.pageOf(search, part));
    }
    const due = this.outbox;
    this.outbox = [];
    if (fault?.kind === 'silent') return [];
    const sent: Callback[] = [];
    for (const { url, make } of fault?.kind === 'callback-reordered' ? due.reverse() : due) {
      const body = await make(fault?.kind);
      sent.push({ url, body }, ...(fault?.kind === 'callback-twice' ? [{ url, body }] : []));
    }
    return sent;
  }

  private pageOf(search: Waiting, part: Page) {
    const { asker, url, message, correlationId } = search;
    const make: Make = (kind) => {
      const found = this.searched({ ...message, search_request: part.items }, kind, correlationId);
      const unknown = kind === 'callback-unknown' ? { transaction_id: randomUUID(), search_response: [] } : {};
      return this.message(asker, 'on-search', kind, { ...found, ...unknown }, part.counts);
    };
    return { asker, url, make };
  }

  private refusalOf({ header, message }: Received, fault: Misbehaviour | undefined): object | undefined {
    const items = message.search_request ?? [];
    if (fault?.kind === 'out-of-hours' || !this.population.isOpen())
      return { status_reason_code: 'rjct.action.not_supported', meta: { reason: 'out-of-hours' } };
    if (fault?.kind === 'quota' || !this.population.mayAsk(Math.max(1, items.length)))
      return { status_reason_code: 'rjct.total_count.limit_exceeded' };
    if (!(Math.abs(Date.parse(header.message_ts) - this.clock.now().getTime()) <= SKEW_MILLISECONDS))
      return { status_reason_code: 'rjct.message_ts.invalid' };
    return items.every(isAuthorised) ? undefined : { status_reason_code: 'rjct.action.invalid' };
  }

  private searched(
    message: Received['message'],
    kind?: MisbehaviourKind,
    correlationId: string = randomUUID(),
  ): object {
    const items = message.search_request ?? [];
    return {
      transaction_id: kind === 'other-question' ? randomUUID() : message.transaction_id,
      correlation_id: correlationId,
      search_response: items.map((item) => this.itemOf(item, kind)),
    };
  }

  private itemOf(item: SearchItem, kind: MisbehaviourKind | undefined): object {
    const { reg_record_type: type, pagination } = item.search_criteria;
    const { records, total } = this.recordsFor(item, kind);
    return {
      reference_id: item.reference_id,
      timestamp: this.clock.now().toISOString(),
      status: 'succ',
      data: { version: '1.0.0', reg_type: 'ns:cn:RegistryType:Civil', reg_record_type: type, reg_records: records },
      pagination: { page_size: pagination.page_size, page_number: 1, total_count: total },
      locale: 'zho',
    };
  }

  private recordsFor(item: SearchItem, kind: MisbehaviourKind | undefined): { records: object[]; total: number } {
    const { UIN, NAME, EVENT_NO } = askedBy(item);
    const { reg_record_type: type, pagination } = item.search_criteria;
    if (type === EVENT) {
      const all = this.population.eventsAfter(EVENT_NO!);
      const page = all.slice(0, pagination.page_size);
      return { records: page.map(({ event, place }) => eventRecord(event, place)), total: all.length };
    }
    const other = this.population.someoneElse(UIN!);
    if (type === PERSON) {
      const people = mixedUp(kind, this.population.find(UIN!), other);
      return { records: people.map(personRecord), total: people.length };
    }
    const isMixedUp = kind === 'other-person' && other !== undefined;
    const [idNumber, name] = isMixedUp ? [other.idNumber!, other.name] : [UIN!, NAME!];
    return { records: [verdictRecord(idNumber, name, verdictOn(this.population.find(idNumber), name))], total: 1 };
  }

  private async statusAnswer(
    asker: Enrolled,
    message: Received['message'],
    fault: Misbehaviour | undefined,
  ): Promise<Answer> {
    const search = this.searches.get(message.txnstatus_request!.attribute_value);
    const asked = search?.message ?? { transaction_id: message.txnstatus_request!.attribute_value };
    const isDue = search && this.clock.now().getTime() >= search.readyAt && fault?.kind !== 'silent';
    const [part] = isDue ? pages(asked, fault?.kind === 'partial-batch' ? 'partial-batch' : undefined, 1) : [];
    const found = this.searched({ ...asked, search_request: part?.items ?? [] }, fault?.kind, search?.correlationId);
    const answer = {
      transaction_id: message.transaction_id,
      correlation_id: randomUUID(),
      txnstatus_response: { txn_type: 'search', txn_status: asObjects(found as { search_response: Item[] }) },
    };
    return this.sealed(asker, 'txn-on-status', fault, answer, part ? part.counts : { status: 'pdng' });
  }

  private subscribe(asker: Enrolled, url: string, message: Received['message']): Answer {
    const correlationId = randomUUID();
    const now = this.clock.now().toISOString();
    const taken = message.subscribe_request!.map(({ reference_id: reference, subscribe_criteria: criteria }) => {
      const code = randomUUID();
      this.subscribers.push({ asker, division: criteria.filter.value, code });
      const subscription = { code, status: 'subscribe', timestamp: now };
      return { reference_id: reference, timestamp: now, status: 'succ', subscriptions: [subscription] };
    });
    const answer = {
      transaction_id: message.transaction_id,
      correlation_id: correlationId,
      subscribe_response: taken,
    };
    this.outbox.push({ asker, url, make: (kind) => this.message(asker, 'on-subscribe', kind, answer) });
    return this.acknowledged(undefined, correlationId);
  }

  private async message(
    asker: Enrolled,
    action: string,
    kind: MisbehaviourKind | undefined,
    message: object,
    more: object = {},
    before: (content: string) => string = (content) => content,
  ): Promise<Buffer> {
    const at = this.clock.now().getTime() + (kind === 'skewed-clock' ? 600_000 : 0);
    const header = {
      version: '1.0.0',
      message_id: randomUUID(),
      message_ts: new Date(at).toISOString(),
      action,
      status: 'succ',
      total_count: 1,
      completed_count: 1,
      sender_id: this.registryId,
      receiver_id: asker.senderId,
      is_msg_encrypted: false,
      ...more,
    };
    const sealed = await this.seal.sealed(JSON.stringify(header), before(JSON.stringify(message)), kind);
    if (kind !== 'callback-forged') return sealed;
    // As a forger would who caught a good message: the same signature under another name.
    return Buffer.from(sealed.toString().replace(header.message_id, randomUUID()));
  }

  private async sealed(
    asker: Enrolled,
    action: string,
    fault: Misbehaviour | undefined,
    message: object,
    more: object = {},
  ): Promise<Answer> {
    const body = await this.message(asker, action, fault?.kind, message, more, fault?.before);
    return json(spoilt(body, fault));
  }

  private acknowledged(error: string | undefined, correlationId: string = randomUUID()): Answer {
    const message = {
      ack_status: error ? 'ERR' : 'ACK',
      timestamp: this.clock.now().toISOString(),
      correlation_id: correlationId,
      ...(error ? { error: { code: error, message: 'not taken' } } : {}),
    };
    return json({ message });
  }
}

type Make = (kind: MisbehaviourKind | undefined) => Promise<Buffer>;
type Item = { data: { reg_records: object[] } };
interface Page {
  readonly items: readonly SearchItem[];
  readonly counts: { readonly total_count: number; readonly completed_count: number };
}

/** The answer to a batch comes in pages; of a partial one the second never does. */
function pages(
  { search_request: all = [] }: Received['message'],
  kind: MisbehaviourKind | undefined,
  count = PAGES,
): Page[] {
  const isPartial = kind === 'partial-batch';
  const size = Math.ceil(all.length / (isPartial ? PAGES : count)) || 1;
  const made: Page[] = [];
  for (let at = 0; at < all.length; at += size)
    made.push({
      items: all.slice(at, at + size),
      counts: { total_count: all.length, completed_count: Math.min(all.length, at + size) },
    });
  return isPartial ? made.slice(0, 1) : made;
}

/** In the answer about a transaction the specification has one object where a search has a list. */
const asObjects = (found: { search_response: Item[] }): object => ({
  ...found,
  search_response: found.search_response.map((item) => ({
    ...item,
    data: { ...item.data, reg_records: item.data.reg_records[0] ?? {} },
  })),
});

const emptySearch = ({ transaction_id: id }: Received['message']): object => ({
  transaction_id: id,
  correlation_id: randomUUID(),
  search_response: [],
});

function spoilt(body: Buffer, fault: Misbehaviour | undefined): Buffer {
  if (fault?.kind === 'half') return body.subarray(0, body.length >> 1);
  if (fault?.kind === 'gbk-as-utf8') return iconv.encode(body.toString(), 'gbk');
  return fault?.kind === 'tampered' && fault.after ? fault.after(body) : body;
}

function read(body: Buffer): Received | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as Received;
  } catch {
    return undefined;
  }
}

const json = (value: object): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)),
});

const plain = (status: number): Answer => ({ status, headers: {}, body: Buffer.alloc(0) });
