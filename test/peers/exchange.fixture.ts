import 'reflect-metadata';
import {
  PEER_OUTBOX,
  type PeerMessage,
  peerMessageArrived,
  peerMessageWanted,
  ENROLMENTS,
  PERSON_IDENTITIES,
} from '@app/contracts';
import { Database, inContext, systemContext } from '@app/database';
import { type JobHandler, JobsRuntime, Outbox, type Payload, type QueuePlace } from '@app/jobs';
import { CLOCK, systemClock } from '@app/kernel';
import { auditRecorder } from '@app/audit';
import { openModule } from '@app/service';
import { Vault } from '@app/vault';
import { REGISTRY_CALLBACKS } from '../../apps/exchange/src/callback/callback.types';
import { openCallbackDoor } from '../../apps/exchange/src/door';
import { ExchangeModule } from '../../apps/exchange/src/exchange.module';
import { EXCHANGE_DATABASE, EXCHANGE_HANDLERS, EXCHANGE_OUTBOX } from '../../apps/exchange/src/exchange.tokens';
import { HOUSEHOLD_REGISTRY } from '../../apps/exchange/src/household-registry/household-registry.types';
import { openRegistry } from '../../apps/exchange/src/household-registry/registry-connection.client';
import { openPeers } from '../../apps/exchange/src/peer/peer-directory.client';
import type { PeerSettings } from '../../apps/exchange/src/peer/peer-settings.types';
import { PeerService } from '../../apps/exchange/src/peer/peer.service';
import { PEERS } from '../../apps/exchange/src/peer/peer.types';
import { QUICK_LINE } from '../support/peer-places';

/** What an exchange of these tests is told; as JSON in its environment, where it is a process of its own. */
export interface ExchangeOrders {
  readonly url: string;
  readonly queue: QueuePlace;
  readonly settings: PeerSettings;
  readonly port: number;
  /** Twelve digits: who speaks in its messages, and who is spoken to. */
  readonly from: string;
  readonly to: string;
}

/** What an app would have to tell another place under this id: the same at every time of asking. */
export const messageOf = (id: string, from: string, to: string): PeerMessage => ({
  id,
  topic: 'coordination',
  fromDivision: from,
  toDivision: to,
  body: { wanted: `某事${id}`, fields: ['名称', id.slice(0, 8)], n: Number.parseInt(id.slice(0, 6), 16) },
});

/** An exchange as it runs in an office: its door, its queue, and an app behind it that writes and reads the messages. */
async function openExchangeSite(orders: ExchangeOrders): Promise<{ url: string; close(): Promise<void> }> {
  const database = await Database.open({
    url: orders.url,
    schema: 'exchange',
    recorder: auditRecorder('exchange'),
  });
  const household = openRegistry({ kind: 'none' }, systemClock);
  const app = await openModule(ExchangeModule, [
    [EXCHANGE_DATABASE, database],
    [EXCHANGE_OUTBOX, new Outbox('exchange')],
    [HOUSEHOLD_REGISTRY, household.registry],
    [REGISTRY_CALLBACKS, household.callbacks],
    [PEERS, await openPeers(orders.settings, QUICK_LINE)],
    [PEER_OUTBOX, { message: (id: string) => Promise.resolve(messageOf(id, orders.from, orders.to)) }],
    [ENROLMENTS, { of: () => Promise.resolve([]) }],
    [PERSON_IDENTITIES, { identify: () => Promise.resolve([]), find: () => Promise.resolve(null) }],
    [Vault, new Vault(Buffer.alloc(32, 7))],
    [CLOCK, systemClock],
  ]);
  const peers = app.get(PeerService, { strict: false });
  const read: JobHandler<{ message: string }> = {
    job: peerMessageArrived,
    handle: async ({ message }, { once }) => {
      const found = await peers.message(message);
      await inContext(systemContext('test', { isPlumbing: true }), () =>
        database.write(async (tx) => {
          if (await once(tx))
            await tx.query('insert into told (id, peer, message) values ($1, $2, $3)', [
              found?.id ?? message,
              found?.peer ?? '',
              JSON.stringify(found),
            ]);
        }),
      );
    },
  };
  const handlers = app.get<readonly JobHandler<Payload>[]>(EXCHANGE_HANDLERS, { strict: false });
  const jobs = new JobsRuntime({
    queue: orders.queue,
    apps: [{ schema: 'exchange', database, handlers: [...handlers, read] }],
    clock: systemClock,
    onError: (error, where) => process.stderr.write(`${where} ${String(error)}\n`),
    concurrency: 4,
    attempts: 20,
    crashes: 100,
    timings: { lease: 1_000, resend: 2_000, poll: 100, lock: 2_000, stalledCheck: 500, backoff: 50, grace: 3_000 },
  });
  jobs.start();
  const door = await openCallbackDoor(app, {
    clock: systemClock,
    host: '127.0.0.1',
    port: orders.port,
    report: (_id, error) => process.stderr.write(`door ${String(error)}\n`),
  });
  return {
    url: door.url,
    close: async () => {
      await door.close();
      await jobs.close();
      await app.close();
      await database.close();
    },
  };
}

/** Tells the exchange that there is something to send, as an app's own outbox would. */
export async function want(database: Database, ids: readonly string[]): Promise<void> {
  await database.write((tx) =>
    new Outbox('exchange').plan(
      tx,
      peerMessageWanted,
      ids.map((message) => ({ message })),
    ),
  );
}

if (process.env.YANGYU_TEST_EXCHANGE)
  void openExchangeSite(JSON.parse(process.env.YANGYU_TEST_EXCHANGE) as ExchangeOrders).then(({ url }) =>
    process.stdout.write(`${url}\n`),
  );
