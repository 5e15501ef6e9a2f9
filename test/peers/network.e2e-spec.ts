import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import { freePort } from '@app/database';
import { createTestDatabase, createTestQueue, type TestDatabase, type TestQueue } from '@app/testing';
import { assure } from '../support/assurance';
import { until } from '../support/fault-world';
import { EVERYTHING_GOES_WRONG, MisbehavingProxy } from '../support/misbehaving-proxy';
import { makePlace, type Place, settingsOf } from '../support/peer-places';
import { type ExchangeOrders, messageOf, want } from './exchange.fixture';

const ROOT = path.join(__dirname, '..', '..');
const EACH_WAY = Number(process.env.YANGYU_PEER_MESSAGES ?? 1_000);
const KILLS = 4;

/** An exchange in a process of its own, on a database of its own, that can be killed. */
class Site {
  private child: ChildProcess | undefined;
  deaths = 0;
  said = '';

  constructor(
    readonly test: TestDatabase,
    readonly queue: TestQueue,
    readonly orders: ExchangeOrders,
  ) {}

  static async open(place: Place, other: Place, port: number, proxy: MisbehavingProxy): Promise<Site> {
    const test = await createTestDatabase();
    const queue = await createTestQueue(test);
    await test.admin('create table exchange.told (id text, peer text, message text)');
    await test.admin('grant all on exchange.told to exchange_rw');
    const site = new Site(test, queue, {
      url: test.url('exchange_rw'),
      queue: queue.place,
      settings: settingsOf(place, [[other, proxy.url]]),
      port,
      from: place.prefixes[0]!.padEnd(12, '0'),
      to: other.prefixes[0]!.padEnd(12, '0'),
    });
    await site.start();
    return site;
  }

  start(): Promise<void> {
    const file = path.join(ROOT, 'test', 'peers', 'exchange.fixture.ts');
    const child = spawn(process.execPath, [path.join(ROOT, 'test', 'support', 'run-ts.cjs'), file], {
      env: { PATH: process.env.PATH, YANGYU_TEST_EXCHANGE: JSON.stringify(this.orders) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stderr.on('data', (text: Buffer) => (this.said = `${this.said}${text.toString()}`.slice(-4_000)));
    return new Promise((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the exchange ended with ${code}: ${this.said}`)));
    });
  }

  async kill(): Promise<void> {
    const child = this.child!;
    child.removeAllListeners('exit');
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
    this.deaths++;
  }

  async send(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const database = await this.test.open('exchange');
    await want(database, ids);
    return ids;
  }

  async count(sql: string): Promise<number> {
    const [row] = await this.test.admin<{ n: number }>(`select count(*)::int as n from ${sql}`);
    return row!.n;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.queue.close();
    await this.test.drop();
  }
}

describe('two exchanges with a network between them that drops, doubles, reorders, delays, spoils and replays', () => {
  it('lose nothing and take nothing in twice, while one of them is killed and started again', async () => {
    const [east, west] = [makePlace('east', ['99']), makePlace('west', ['98'])];
    const [eastPort, westPort] = [await freePort(), await freePort()];
    const toEast = await MisbehavingProxy.open(() => `http://127.0.0.1:${eastPort}`, 11);
    const toWest = await MisbehavingProxy.open(() => `http://127.0.0.1:${westPort}`, 12);
    const sites = {
      east: await Site.open(east, west, eastPort, toWest),
      west: await Site.open(west, east, westPort, toEast),
    };
    try {
      toEast.misbehaviour = EVERYTHING_GOES_WRONG;
      toWest.misbehaviour = EVERYTHING_GOES_WRONG;
      const began = performance.now();
      const fromEast = await sites.east.send(EACH_WAY);
      const fromWest = await sites.west.send(EACH_WAY);
      for (let kill = 0; kill < KILLS; kill++) {
        const site = kill % 2 === 0 ? sites.west : sites.east;
        const goal = Math.round(((kill + 0.5) / KILLS) * 0.8 * EACH_WAY);
        await until(async () => (await site.count('exchange.peer_incoming')) >= goal, 300);
        await site.kill();
        await new Promise((resolve) => setTimeout(resolve, 300));
        await site.start();
      }
      const isDone = async () =>
        (await sites.east.count(`exchange.peer_outgoing where state = 'delivered'`)) === EACH_WAY &&
        (await sites.west.count(`exchange.peer_outgoing where state = 'delivered'`)) === EACH_WAY &&
        (await sites.east.count('exchange.told')) >= EACH_WAY &&
        (await sites.west.count('exchange.told')) >= EACH_WAY;
      await until(isDone, 480);
      const seconds = Math.round((performance.now() - began) / 1_000);

      const figures = { lost: 0, double: 0, altered: 0 };
      for (const [to, sent, from] of [
        [sites.west, fromEast, sites.east],
        [sites.east, fromWest, sites.west],
      ] as const) {
        const told = await to.test.admin<{ id: string; message: string }>('select id, message from exchange.told');
        const ids = new Set(told.map(({ id }) => id));
        figures.lost += sent.filter((id) => !ids.has(id)).length;
        figures.double += told.length - ids.size;
        const { from: fromDivision, to: toDivision } = from.orders;
        figures.altered += told.filter(({ id, message }) => {
          const { peer: _, ...said } = JSON.parse(message) as { peer: string };
          return JSON.stringify(said) !== JSON.stringify(messageOf(id, fromDivision, toDivision));
        }).length;
        // Nothing but ids, hash and receipt is left of what was delivered.
        expect(await from.count('exchange.peer_outgoing where content_sealed is not null')).toBe(0);
      }
      expect(figures).toEqual({ lost: 0, double: 0, altered: 0 });
      const faults = Object.fromEntries(
        [...new Set([...Object.keys(toEast.counts), ...Object.keys(toWest.counts)])].map((name) => [
          name,
          (toEast.counts[name] ?? 0) + (toWest.counts[name] ?? 0),
        ]),
      );
      const seen = {
        messages: 2 * EACH_WAY,
        ...faults,
        deaths: sites.east.deaths + sites.west.deaths,
        seconds,
        ...figures,
      };
      process.stdout.write(`${JSON.stringify(seen)}\n`);
      for (const name of Object.keys(EVERYTHING_GOES_WRONG).filter((one) => one !== 'delayMilliseconds'))
        expect([name, (faults[name] ?? 0) >= EACH_WAY / 50]).toEqual([name, true]);
      const { messages, deaths, lost, double, altered } = seen; // How often the network misbehaved is chance.
      assure('T30b', 'Two installations over a network that misbehaves: nothing lost, nothing taken in twice', {
        messages,
        deaths,
        lost,
        double,
        altered,
      });
    } finally {
      await sites.east.close();
      await sites.west.close();
      await toEast.close();
      await toWest.close();
    }
  }, 900_000);
});
