import { randomInt } from 'node:crypto';
import { BACKEND, FaultWorld, isExhaustive, named, numbersOf, until } from '../support/fault-world';
import { assureFault } from '../support/assurance';

/** YANGYU_SEED repeats a run. */
const seed = Number(process.env.YANGYU_SEED ?? randomInt(1_000_000));
let faults: FaultWorld;
beforeAll(async () => {
  process.stdout.write(`queue faults on ${BACKEND}, YANGYU_SEED=${seed}\n`);
  faults = await FaultWorld.open();
});
afterEach(() => faults.reset());
afterAll(() => faults?.close());

/** A fault that `npm test` takes no sample of. */
const inFull: typeof it = isExhaustive ? it : (Object.assign(() => undefined, it) as typeof it);

const keys = (rows: readonly { key: string }[]): string[] => rows.map(({ key }) => key);

describe('faults between queue and handler', () => {
  it('T02: a worker that was frozen past its lock writes nothing when it wakes', async () => {
    const zombies = isExhaustive ? 10 : 1;
    const freezes: number[] = [];
    for (let n = 0; n < zombies; n++) {
      const [frozen] = await faults.hire(1, { concurrency: 1 }, 'deed.ready:1:pause');
      const id = `z${n}`;
      await faults.plan([{ id }]);
      await until(() => faults.executions().filter((one) => one === id).length === 1);
      const [other] = await faults.hire(1, { concurrency: 1 });
      await faults.settle();
      frozen!.signal('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 700));
      freezes.push(faults.executions().filter((one) => one === id).length);
      const effects = (await faults.effects()).filter(({ key }) => key === id);
      expect(effects).toEqual([{ key: id, pid: other!.pid }]);
      await frozen!.dismiss();
      await other!.dismiss();
    }
    expect(Math.min(...freezes)).toBeGreaterThanOrEqual(2); // It really was taken from the frozen one.
    assureFault('T02', `Zombies on ${BACKEND}: a worker frozen past its lock writes nothing when it wakes`, {
      frozen: zombies,
      'zombie writes accepted': 0,
    });
  }, 300_000);

  inFull(
    'T03: handlers that block the event loop past their lock are executed twice and take effect once',
    async () => {
      const count = 24;
      await faults.hire(3, { lock: 500, concurrency: 1 });
      await faults.plan(named('b', count).map((id) => ({ id, how: 'block', until: '1' })));
      await faults.settle(300);
      const executions = faults.executions().length;
      expect(keys(await faults.effects())).toEqual(named('b', count));
      expect(executions).toBeGreaterThan(count);
      assureFault('T03', `Blocked event loops on ${BACKEND}: more executions than messages, one effect each`, {
        messages: count,
        effects: count,
        'executed more often than once': 'yes',
      });
    },
    600_000,
  );

  inFull(
    'T04: a message whose worker dies again and again is brought until it is done, by nobody’s hand',
    async () => {
      const count = 20;
      const [worker] = await faults.hire(1, { crashes: 10, concurrency: 1 });
      await faults.plan(named('c', count).map((id) => ({ id, how: 'exit', until: '3' })));
      await faults.settle(600);
      expect(worker!.deaths).toBeGreaterThanOrEqual(3 * count);
      expect(keys(await faults.effects())).toEqual(named('c', count));
      expect(await faults.setAside()).toEqual([]);
      assureFault('T04', `Repeated crashes on ${BACKEND}: each message sees its process die three times and is done`, {
        messages: count,
        'deaths, at least': 3 * count,
        're-driven': '100 %',
        'set aside': 0,
      });
    },
    900_000,
  );

  inFull(
    'T06: cutting every connection again and again loses no message that was acknowledged to its planner',
    async () => {
      const seconds = 60;
      await faults.hire(2);
      const acknowledged: string[] = [];
      let cuts = 0;
      let isOver = false;
      const cutting = (async () => {
        while (!isOver) {
          await new Promise((resolve) => setTimeout(resolve, 2_000));
          const [row] = await faults.world.admin<{ n: number }>(
            `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`,
          );
          cuts += row!.n;
        }
      })();
      for (let n = 0, end = performance.now() + seconds * 1_000; performance.now() < end; n++) {
        const id = `t${String(n).padStart(5, '0')}`;
        await faults.plan([{ id }]).then(
          () => acknowledged.push(id),
          () => undefined, // Not acknowledged: it may be there or not.
        );
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      isOver = true;
      await cutting;
      await faults.settle();
      const done = keys(await faults.effects());
      expect(cuts).toBeGreaterThan(4);
      expect(acknowledged.filter((id) => !done.includes(id))).toEqual([]);
      expect(new Set(done).size).toBe(done.length);
      assureFault('T06', `Every connection to PostgreSQL cut every two seconds, queue on ${BACKEND}`, {
        seconds,
        'acknowledged and lost': 0,
        'done twice': 0,
      });
    },
    300_000,
  );

  it('T09: losing every queue entry again and again loses no message', async () => {
    const count = isExhaustive ? 4_000 : 80;
    await faults.hire(2);
    await faults.plan(named('f', count).map((id) => ({ id })));
    let wiped = 0;
    for (const share of [0.25, 0.5, 0.75]) {
      await until(async () => (await faults.effects()).length >= count * share, 300);
      await faults.queue.wipe();
      wiped += 1;
    }
    await faults.settle(300);
    expect(keys(await faults.effects())).toEqual(named('f', count));
    assureFault('T09', `Losing the whole queue on ${BACKEND} at a quarter, half and three quarters`, {
      messages: count,
      'times emptied': wiped,
      lost: 0,
      'done twice': 0,
    });
  }, 600_000);

  it('T12: sixteen writers that commit late or not at all, two relays of which one is killed: nothing missed, nothing invented', async () => {
    const each = isExhaustive ? 150 : 8;
    const random = numbersOf(seed);
    const relays = await faults.hire(2);
    const committed: string[] = [];
    const undone: string[] = [];
    let isOver = false;
    let kills = 0;
    const killing = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, isExhaustive ? 5_000 : 1_000));
        relays[kills++ % 2]!.signal('SIGKILL');
      }
    })();
    const writer = async (w: number): Promise<void> => {
      for (let n = 0; n < each; n++) {
        const id = `w${String(w).padStart(2, '0')}-${String(n).padStart(4, '0')}`;
        const [late, undo] = [random() * 50, random() < 0.02 || n === 5];
        const work = faults.planLate(id, late, undo);
        await work.then(
          () => committed.push(id),
          () => undone.push(id),
        );
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, w) => writer(w)));
    await until(() => kills > 0);
    isOver = true;
    await killing;
    await faults.settle();
    expect(relays.reduce((sum, { deaths }) => sum + deaths, 0)).toBeGreaterThan(0);
    expect(undone.length).toBeGreaterThanOrEqual(16);
    expect(keys(await faults.effects())).toEqual(committed.sort());
    assureFault(
      'T12',
      `Outbox under sixteen writers with late commits and roll-backs, relays killed, queue on ${BACKEND}`,
      {
        planned: 16 * each,
        missed: 0,
        'published though rolled back': 0,
      },
    );
  }, 600_000);

  it('T29: poison of every kind is set aside after three tries, and its neighbours are all done', async () => {
    const neighbours = isExhaustive ? 600 : 40;
    const kinds = isExhaustive ? (['throw', 'hang', 'exit', 'memory', 'deep'] as const) : (['throw', 'exit'] as const);
    const workers = await faults.hire(2, { lock: 1_000 });
    await faults.plan([
      ...kinds.map((how) => ({ id: `poison-${how}`, how })),
      ...named('n', neighbours).map((id) => ({ id })),
    ]);
    await faults.settle(300);
    expect(await faults.setAside()).toEqual(kinds.map((how) => `poison-${how}`).sort());
    expect(keys(await faults.effects())).toEqual(named('n', neighbours));
    expect(workers.reduce((sum, { deaths }) => sum + deaths, 0)).toBeGreaterThanOrEqual(3);
    assureFault('T29', `Poison on ${BACKEND}: throws, hangs, ends the process, eats memory, nests too deep`, {
      kinds: kinds.length,
      'set aside after, tries': 3,
      neighbours,
      'neighbours done': neighbours,
    });
  }, 600_000);
});
