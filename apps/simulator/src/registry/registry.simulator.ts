import { type AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { request } from 'undici';
import { MinistryDesk } from './ministry-desk.service';
import { isOnTheWay, Misbehaviours } from './misbehaviour.rules';
import { Population } from './population.service';
import { refuse } from './registry.errors';
import type {
  Answer,
  BookedEvent,
  Callback,
  Desk,
  Enrolled,
  Misbehaviour,
  NewEvent,
  RegistryOptions,
  RegistryPerson,
} from './registry.types';
import { SpdciDesk } from './spdci-desk.service';
import { deliver } from './transport.service';

const REGISTRY_ID = 'household-registry.example';
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const NOTHING: Answer = { status: 404, headers: {}, body: Buffer.alloc(0) };

type Answering = (fault: Misbehaviour | undefined) => Answer | Promise<Answer>;

/**
 * A household registry for demonstrations and tests: invented people, asked by the ministry's envelopes below `/ministry`
 * and by SPDCI below `/spdci`; it keeps a change feed, and misbehaves as it is told to.
 */
export class SimulatedRegistry {
  readonly registryId = REGISTRY_ID;
  private readonly population: Population;
  private readonly ministry: MinistryDesk;
  private readonly spdci: SpdciDesk;
  private readonly misbehaviours: Misbehaviours;
  private server: FastifyInstance;
  private address = '';
  /** Questions that came, by what they asked for. */
  readonly asked: Record<Desk, number> = { verify: 0, query: 0, batch: 0, events: 0, keys: 0, callback: 0 };

  private constructor(private readonly options: RegistryOptions) {
    this.population = new Population(options.clock, options);
    this.population.add(options.persons ?? []);
    this.ministry = new MinistryDesk(options, this.population, options.clock);
    this.spdci = new SpdciDesk(REGISTRY_ID, this.population, options.clock);
    this.misbehaviours = new Misbehaviours(options.seed ?? 1);
  }

  /** Refuses with PORT_TAKEN. */
  static async open(options: RegistryOptions): Promise<SimulatedRegistry> {
    const registry = new SimulatedRegistry(options);
    await registry.listen(options);
    return registry;
  }

  /** Where the ministry's platform is spoken to, and what one needs for it. */
  get ministryAccess(): { baseUrl: string; requesterId: string; appKey: string } {
    const { requesterId, appKey } = this.ministry;
    return { baseUrl: `${this.address}/ministry`, requesterId, appKey };
  }

  get spdciAccess(): { baseUrl: string; registryId: string } {
    return { baseUrl: `${this.address}/spdci`, registryId: REGISTRY_ID };
  }

  /** Lets somebody ask by SPDCI, and be called back. */
  enrol(asker: Enrolled): void {
    this.spdci.enrol(asker);
  }

  /** People who are in the registry without anything having happened. */
  add(persons: Iterable<RegistryPerson>): void {
    this.population.add(persons);
  }

  /** From now on, in place of what was said before; without anything it behaves well. */
  behave(...list: readonly Misbehaviour[]): void {
    this.misbehaviours.set(list);
  }

  /** Something happens to somebody. Late, it stays out of the feed until `release`; twice, it stands there twice. */
  emit(event: NewEvent, how: { readonly isLate?: boolean; readonly isTwice?: boolean } = {}): BookedEvent {
    const booked = this.population.enter(event, how);
    if (!how.isLate) for (let n = how.isTwice ? 2 : 1; n > 0; n--) this.spdci.tell(booked);
    return booked;
  }

  /** Late events come to light behind newer ones. */
  release(): void {
    for (const event of this.population.release()) this.spdci.tell(event);
  }

  /** Calls back what is due by the clock: answers to batches, subscriptions, notices. The status of each. */
  async callBack(send: (callback: Callback) => Promise<number> = post): Promise<number[]> {
    const fault = this.draw('callback');
    const statuses: number[] = [];
    for (const callback of await this.spdci.callbacks(fault)) statuses.push(await send(callback));
    return statuses;
  }

  async close(): Promise<void> {
    this.server.server.closeAllConnections();
    await this.server.close();
  }

  private async listen({ host = '127.0.0.1', port }: RegistryOptions): Promise<void> {
    this.server = Fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
    this.server.removeAllContentTypeParsers();
    this.server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    this.route();
    try {
      await this.server.listen({ host, port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw refuse.portTaken(host, port);
      throw error;
    }
    const { port: taken } = this.server.server.address() as AddressInfo;
    this.address = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${taken}`;
  }

  private route(): void {
    const { server, ministry, spdci } = this;
    server.post('/ministry/gateway/secret', (asked, reply) =>
      this.serve('keys', reply, (fault) => ministry.secretAnswer(asked.headers, fault)),
    );
    server.post<{ Params: { sid: string } }>('/ministry/services/:sid', (asked, reply) => {
      const { sid } = asked.params;
      return this.serve(MinistryDesk.deskOf(sid), reply, (fault) =>
        ministry.answer(sid, bodyOf(asked), asked.headers, fault),
      );
    });
    server.put<{ Params: { name: string } }>('/ministry/drop/in/:name', (asked, reply) =>
      this.serve('batch', reply, (fault) => ministry.takeBatch(asked.params.name, bodyOf(asked), asked.headers, fault)),
    );
    server.get<{ Params: { name: string } }>('/ministry/drop/out/:name', (asked, reply) =>
      this.serve('batch', reply, (fault) => ministry.batchAnswer(asked.params.name, asked.headers, fault)),
    );
    server.get('/spdci/.well-known/jwks.json', (_asked, reply) =>
      this.serve('keys', reply, (fault) => spdci.keysAnswer(fault)),
    );
    server.post('/spdci/*', (asked, reply) => {
      const path = asked.url.slice('/spdci'.length);
      const body = bodyOf(asked);
      return this.serve(SpdciDesk.deskOf(path, body), reply, (fault) => spdci.answer(path, body, fault));
    });
  }

  private async serve(desk: Desk | undefined, reply: FastifyReply, answering: Answering): Promise<void> {
    reply.hijack();
    if (!desk) return deliver(reply.raw, NOTHING, undefined);
    this.asked[desk]++;
    const fault = this.draw(desk);
    const isOnWay = fault !== undefined && isOnTheWay(fault);
    const answer = await answering(isOnWay ? undefined : fault);
    this.options.watch?.(reply.request.url, bodyOf(reply.request), answer);
    await deliver(reply.raw, answer, isOnWay ? fault : undefined);
  }

  private draw(desk: Desk): Misbehaviour | undefined {
    return this.misbehaviours.draw(desk);
  }
}

const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

async function post({ url, body }: Callback): Promise<number> {
  const answer = await request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await answer.body.dump();
  return answer.statusCode;
}
