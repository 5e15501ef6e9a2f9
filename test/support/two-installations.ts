import { inContext, systemContext } from '@app/database';
import { type JobHandler, JobsRuntime, type Payload } from '@app/jobs';
import { createTestQueue, TestClock, type TestQueue } from '@app/testing';
import { ConnectionBellService } from '../../apps/exchange/src/connection/connection-bell.service';
import { openCallbackDoor } from '../../apps/exchange/src/door';
import { EXCHANGE_HANDLERS } from '../../apps/exchange/src/exchange.tokens';
import { MIGRANT_BELLS } from '../../apps/migrant/src/migrant.module';
import { MIGRANT_HANDLERS } from '../../apps/migrant/src/migrant.tokens';
import { REGISTRATION_HANDLERS } from '../../apps/registration/src/registration.tokens';
import { EnrolmentService } from '../../apps/subsidy/src/enrolment/enrolment.service';
import { FollowingService } from '../../apps/subsidy/src/portability/following.service';
import { SUBSIDY_HANDLERS } from '../../apps/subsidy/src/subsidy.tokens';
import { type CountyWorld, openCountyWorld } from './county-world';
import { MisbehavingProxy } from './misbehaving-proxy';
import { makePlace, peersOf, type Place } from './peer-places';

/** All apps of one province, at work: its own database, queue and door for other installations. */
export interface Province extends CountyWorld {
  readonly place: Place;
  readonly jobs: JobsRuntime;
  /** The network on the way to it; what a test wants to go wrong is said there. */
  readonly network: MisbehavingProxy;
}

/** Two whole installations that speak with each other over a network, and one clock. */
export interface TwoInstallations {
  readonly clock: TestClock;
  /** Serves the divisions 34…, and the other 61…. */
  readonly here: Province;
  readonly there: Province;
  /** Until nothing is due any more at either place. What waits for a later time, as a message after a failure, goes on waiting. */
  settle(): Promise<void>;
  /** Rings every bell of both places, as the minute does. */
  ring(): Promise<void>;
  /** Moves the clock on until no message and no question to the other place waits; fails after so many hours of that clock. */
  deliver(hours?: number): Promise<void>;
  close(): Promise<void>;
}

const APPS = [
  ['registration', REGISTRATION_HANDLERS],
  ['subsidy', SUBSIDY_HANDLERS],
  ['migrant', MIGRANT_HANDLERS],
  ['exchange', EXCHANGE_HANDLERS],
] as const;
const BELLS = [ConnectionBellService, FollowingService, EnrolmentService, ...MIGRANT_BELLS];
const MINUTE = 60_000;
const TIMINGS = { lease: 1_000, resend: 60_000, poll: 200, backoff: 20, grace: 3_000 };

interface Opening {
  readonly province: Province;
  readonly queue: TestQueue;
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function openTwoInstallations(today: string): Promise<TwoInstallations> {
  const clock = new TestClock(today);
  const places = [makePlace('anhui', ['34'], '安徽示例平台'), makePlace('shaanxi', ['61'], '陕西示例平台')] as const;
  const doors = ['', ''];
  const networks = [
    await MisbehavingProxy.open(() => doors[0]!, 21),
    await MisbehavingProxy.open(() => doors[1]!, 22),
  ] as const;
  const open = async (own: 0 | 1): Promise<Opening> => {
    const other = own === 0 ? 1 : 0;
    const peers = await peersOf(places[own], [[places[other], networks[other].url]]);
    const world = await openCountyWorld(today, undefined, { clock, peers });
    const errors: unknown[] = [];
    const door = await openCallbackDoor(world.app, {
      clock,
      host: '127.0.0.1',
      port: 0,
      report: (_id, error) => errors.push(error),
    });
    doors[own] = door.url;
    const queue = await createTestQueue(world.database);
    const jobs = await openJobs(world, queue, (error) => errors.push(error));
    return {
      province: { ...world, place: places[own], jobs, network: networks[own] },
      queue,
      errors,
      close: async () => {
        await jobs.close();
        await door.close();
        await queue.close();
        await world.close();
      },
    };
  };
  const both = [await open(0), await open(1)] as const;
  const [here, there] = [both[0].province, both[1].province];

  const settleAll = async (): Promise<void> => {
    do {
      for (const { province, errors } of both) {
        const { quarantined } = await province.jobs.runUntilIdle();
        if (errors.length > 0) throw errors.splice(0)[0];
        if (quarantined > 0) throw new Error(`${province.place.code} has given up on ${quarantined} messages`);
      }
    } while ((await due(here)) + (await due(there)) > 0);
  };
  const ring = async (): Promise<void> => {
    for (const { app } of [here, there])
      for (const bell of BELLS) await app.get<{ ring(): Promise<unknown> }>(bell, { strict: false }).ring();
  };
  return {
    clock,
    here,
    there,
    ring,
    settle: settleAll,
    deliver: async (hours = 48) => {
      await settleAll();
      for (let minutes = 0; (await waiting(here)) + (await waiting(there)) > 0; minutes++) {
        if (minutes > hours * 60) throw new Error('the two places did not come to an end with each other');
        clock.advance(MINUTE);
        await ring();
        await settleAll();
      }
    },
    close: async () => {
      for (const one of both) await one.close();
      for (const network of networks) await network.close();
    },
  };
}

async function openJobs(world: CountyWorld, queue: TestQueue, onError: (error: unknown) => void): Promise<JobsRuntime> {
  const apps = [];
  for (const [schema, token] of APPS) {
    const handlers = world.app.get<readonly JobHandler<Payload>[]>(token, { strict: false });
    apps.push({ schema, database: await world.database.open(schema), handlers });
  }
  const jobs = new JobsRuntime({ queue: queue.place, apps, clock: world.clock, onError, timings: TIMINGS });
  inContext(systemContext('test', { isPlumbing: true }), () => jobs.start());
  return jobs;
}

/** Messages that may be worked on now. */
async function due({ database, clock }: Province): Promise<number> {
  let all = 0;
  for (const [schema] of APPS) {
    const [row] = await database.admin<{ n: number }>(
      `select count(*)::int as n from ${schema}.outbox
        where acked_at is null and quarantined_at is null and (not_before is null or not_before <= $1)`,
      [clock.now()],
    );
    all += row!.n;
  }
  return all;
}

/** What has not come to an end with the other place. */
async function waiting({ database }: Province): Promise<number> {
  const [row] = await database.admin<{ n: number }>(
    `select (select count(*) from exchange.peer_outgoing where state = 'waiting')::int
          + (select count(*) from exchange.enrolment_ask where next_at is not null)::int as n`,
  );
  return row!.n;
}
