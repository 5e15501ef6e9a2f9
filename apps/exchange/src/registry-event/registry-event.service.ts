import { randomUUID } from 'node:crypto';
import {
  REGISTRY_EVENTS,
  type RegistryEvent,
  type RegistryEventFeed,
  type RegistryEventPage,
  type RegistryRecord,
  registryEventsArrived,
} from '@app/contracts';
import { type Database, inContext, type Read, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, normaliseIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { RegistryFailure } from '../household-registry/household-registry.types';
import { LineService } from '../household-registry/line.service';
import { NotAsked } from '../household-registry/line.types';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './registry-event.errors';
import { RegistryEventRepository, type SealedEvent } from './registry-event.repository';
import type { FeedState, Pulled } from './registry-event.types';

const FEED = 'household-registry';
const PAGE = 500;
const LIMITS = { deadlineMilliseconds: 60_000, attemptMilliseconds: 20_000 };
const COLUMN = 'content_sealed';

/**
 * Changes in the household registry: pulled from where we stopped, or pushed; kept sealed, each once, and given on to the
 * register in the order they arrived. What they mean is for the register to say: they come late, twice and out of order.
 */
@Injectable()
export class RegistryEventService implements RegistryEventFeed {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly line: LineService,
    private readonly parameters: ParameterService,
    private readonly events: RegistryEventRepository,
  ) {}

  /** Every change up to now, page by page, each page and its position in one transaction. A registry that is away is asked at the next bell. */
  pull(): Promise<Pulled> {
    return inContext(systemContext('registry events', { actor: 'system:exchange' }), async () => {
      const pulled = { events: 0, fresh: 0 };
      for (let caughtUp = false; !caughtUp;) {
        const after = await this.database.read((read) => this.events.position(read, FEED));
        const page = await this.fetch(after ?? '');
        if (!page) break;
        failpoint('registry-event.fetched');
        const fresh = await this.database.write(async (tx) => {
          const taken = await this.take(tx, page.events, 'pull');
          await this.events.moveTo(tx, FEED, page.next, this.clock.now());
          return taken;
        });
        pulled.events += page.events.length;
        pulled.fresh += fresh;
        // A page that does not move would be asked for for ever.
        caughtUp = page.caughtUp || page.next === after;
      }
      return pulled;
    });
  }

  /** Keeps events in the transaction of whatever brought them; gives how many were new. */
  async take(tx: Tx, events: readonly RegistryEvent[], cameBy: 'pull' | 'push'): Promise<number> {
    if (events.length === 0) return 0;
    await this.events.lock(tx);
    const fresh = await this.events.insert(
      tx,
      events.map((event) => this.sealed(event)),
      cameBy,
      this.clock.now(),
    );
    const { clockMinutes } = await this.parameters.registryTerms(tx, '', this.clock.today());
    const latest = this.clock.now().getTime() + clockMinutes * 60_000;
    // What is dated in the future would make everything after it look old.
    await this.noteStates(
      tx,
      events.map(({ record }) => record).filter(({ updatedAt }) => Date.parse(updatedAt) <= latest),
    );
    if (fresh > 0) await this.outbox.plan(tx, registryEventsArrived, [{ feed: REGISTRY_EVENTS }]);
    return fresh;
  }

  page(after: string, limit: number): Promise<RegistryEventPage> {
    const from = positionOf(after);
    return inContext(systemContext('registry events', { actor: 'system:registration' }), () =>
      this.database.read(async (read) => {
        const rows = await this.events.page(read, from, limit);
        const events = rows.map(({ id, sealed }) => {
          const place = { table: sealOf('registry_event'), column: COLUMN, row: id };
          return JSON.parse(this.vault.open(sealed, place)) as RegistryEvent;
        });
        return { events, next: String(rows.at(-1)?.seq ?? from), caughtUp: rows.length < limit };
      }),
    );
  }

  /** Whether the registry told of a change of whoever holds a number. */
  hasChanged(read: Read, numberKey: Buffer, since: Date): Promise<boolean> {
    return this.events.hasChanged(read, numberKey, since);
  }

  /** The newest state that each of these records was seen in, by the registry's id. */
  async knownStates(read: Read, records: readonly RegistryRecord[]): Promise<ReadonlyMap<string, Date>> {
    const keys = new Map(records.map(({ registryPersonId: id }) => [this.personKey(id).toString('hex'), id]));
    const known = await this.events.knownStates(
      read,
      records.map((one) => this.personKey(one.registryPersonId)),
    );
    return new Map([...known].map(([key, at]) => [keys.get(key)!, at]));
  }

  async noteStates(tx: Tx, records: readonly RegistryRecord[]): Promise<void> {
    const states = records.map((one) => ({ key: this.personKey(one.registryPersonId), at: new Date(one.updatedAt) }));
    if (states.length > 0) await this.events.noteStates(tx, states);
  }

  /** Where the feed stands. */
  state(): Promise<FeedState> {
    return inContext(systemContext('registry events', { isPlumbing: true }), () =>
      this.database.read((read) => this.events.state(read, FEED)),
    );
  }

  private async fetch(after: string) {
    try {
      return await this.line.ask(LIMITS, (registry, signal) => registry.events(after, PAGE, signal));
    } catch (error) {
      if (error instanceof RegistryFailure || error instanceof NotAsked) return undefined;
      throw error;
    }
  }

  private personKey(registryPersonId: string): Buffer {
    return this.vault.blindIndex('row', `registry person|${registryPersonId}`);
  }

  private sealed(event: RegistryEvent): SealedEvent {
    const id = randomUUID();
    const { registryPersonId, idNumber } = event.record;
    const place = { table: sealOf('registry_event'), column: COLUMN, row: id };
    return {
      id,
      event,
      registryPersonKey: this.personKey(registryPersonId),
      numberKey: idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber)),
      sealed: this.vault.seal(JSON.stringify(event), place),
    };
  }
}

function positionOf(after: string): bigint {
  if (after === '') return 0n;
  if (!/^\d{1,18}$/.test(after)) throw refuse.positionUnreadable(after);
  return BigInt(after);
}
