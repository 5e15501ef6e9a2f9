import { randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { assureFault } from '../support/assurance';
import { CompiledProgram } from '../support/compiled-program';
import { numbersOf } from '../support/fault-world';
import { finalState, type FinalState } from '../support/final-state';
import { ENDED_WELL, InstallationRun } from '../support/installation-run';

/** The suite takes the whole installation of several processes, so it runs in `npm run faults` alone. */
const PEOPLE = 4_000;
const RESTARTS = 10;
/** Installations at a time: they mostly wait. */
const AT_A_TIME = 2;
/** YANGYU_SEED repeats a run; YANGYU_FAULT_POINTS tries so many failpoints instead of all. */
const seed = Number(process.env.YANGYU_SEED ?? randomInt(1_000_000));
const pointsMax = Number(process.env.YANGYU_FAULT_POINTS ?? Infinity);
const HOURS = 3_600_000;

/** A place where every process of a kind dies as it first comes by there. */
interface Point {
  readonly kind: string;
  readonly name: string;
}

let program: CompiledProgram;
let undisturbed: FinalState;
let points: Point[];

beforeAll(async () => {
  process.stdout.write(`faults of processes, YANGYU_SEED=${seed}\n`);
  program = await CompiledProgram.build(PEOPLE);
  const log = fs.mkdtempSync(path.join(program.folder, 'passes-'));
  const run = await InstallationRun.play(program, 'undisturbed', { environment: { YANGYU_FAULT_LOG: log } });
  undisturbed = await finalState(run.folder);
  points = pointsIn(log);
  run.remove();
}, 600_000);

afterAll(() => program?.remove(), 300_000);

describe('faults of an installation of several processes', () => {
  it(
    'T09: whatever Redis holds may be gone at any moment',
    async () => {
      const random = numbersOf(seed);
      let wiped = 0;
      const run = await InstallationRun.play(program, 'wiped', {
        meanwhile: async (one, times) => {
          if (times === RESTARTS || !(await one.pause(300 + random() * 1_700))) return false;
          if (await one.redis((redis) => redis.flushall())) wiped += 1;
          return true;
        },
      });
      said('T09', { wiped });
      expect(wiped).toBeGreaterThanOrEqual(3);
      expect(await run.outcome(undisturbed)).toEqual(ENDED_WELL);
      run.remove();
      assureFault('T09', 'FLUSHALL again and again while several processes play the main job', {
        'times, at least': 3,
        ...LOST_AND_TWICE,
      });
    },
    HOURS,
  );

  it(
    'T08: Redis may be killed at any moment, and may come back with nothing',
    async () => {
      const random = numbersOf(seed + 1);
      let [killed, emptied] = [0, 0];
      const run = await InstallationRun.play(program, 'redis-killed', {
        meanwhile: async (one, times) => {
          if (times === RESTARTS || !(await one.pause(500 + random() * 2_000))) return false;
          const about = await one.redis((redis) => redis.info('server'));
          if (about === undefined) return true;
          if (times === 1) {
            fs.rmSync(path.join(one.folder, 'redis', 'appendonlydir'), { recursive: true });
            emptied += 1;
          }
          process.kill(Number(/process_id:(\d+)/.exec(about)![1]), 'SIGKILL');
          killed += 1;
          return true;
        },
      });
      said('T08', { killed, emptied });
      expect(killed).toBeGreaterThanOrEqual(3);
      expect(emptied).toBe(1);
      expect(await run.outcome(undisturbed)).toEqual(ENDED_WELL);
      run.remove();
      assureFault(
        'T08',
        'Redis killed again and again while several processes play the main job, once with its files',
        {
          'times, at least': 3,
          ...LOST_AND_TWICE,
        },
      );
    },
    HOURS,
  );

  it(
    'T05: PostgreSQL may be restarted at once at any moment; a command that lost its connection is given again',
    async () => {
      const random = numbersOf(seed + 3);
      const seen = new Set<string>();
      let restarts = 0;
      const run = await InstallationRun.play(
        program,
        'postgres-restarted',
        {
          environment: { YANGYU_THROWAWAY: 'no' },
          // The template's server is quicker than safe; this one has to keep what it acknowledged.
          prepare: (folder) => fs.appendFileSync(path.join(folder, 'postgres', 'postgresql.conf'), 'fsync = on\n'),
          meanwhile: async (one, times) => {
            if (times === RESTARTS || !(await one.pause(500 + random() * 4_000))) return false;
            const rows = await one.postgres((client) => client.query<{ row: string }>(KEPT_FOR_EVER));
            const server = one.server();
            if (!rows || !server) return true;
            for (const { row } of rows.rows) seen.add(row);
            process.kill(server.serverPid, 'SIGQUIT');
            restarts += 1;
            return true;
          },
        },
        3 * RESTARTS,
      );
      said('T05', { restarts, commands: run.commands, 'rows seen before a restart': seen.size });
      expect(restarts).toBeGreaterThanOrEqual(3);
      expect(seen.size).toBeGreaterThan(0);
      const { rows } = await run.postgresAfterwards((client) => client.query<{ row: string }>(KEPT_FOR_EVER));
      const left = new Set(rows.map(({ row }) => row));
      expect([...seen].filter((row) => !left.has(row))).toEqual([]);
      expect(await run.outcome(undisturbed)).toEqual(ENDED_WELL);
      run.remove();
      assureFault('T05', 'PostgreSQL stopped with SIGQUIT again and again while several processes play the main job', {
        'times, at least': 3,
        'rows seen committed and gone': 0,
        ...LOST_AND_TWICE,
      });
    },
    HOURS,
  );

  it(
    'T01: a worker may be killed at every failpoint there is',
    async () => {
      const chosen = sample(points, pointsMax, numbersOf(seed + 2));
      process.stdout.write(`${points.length} points, tried ${chosen.length}\n`);
      expect(chosen.length).toBeGreaterThan(0);
      const [waiting, wrong]: [Point[], object[]] = [[...chosen], []];
      const trying = async (): Promise<void> => {
        for (let point = waiting.shift(); point; point = waiting.shift()) {
          const at = point;
          wrong.push(...(await wrongAt(at).catch((error: Error) => [{ ...at, error: error.message }])));
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, trying));
      expect(wrong).toEqual([]);
      if (chosen.length === points.length)
        assureFault('T01', 'Worker processes killed at every failpoint that they pass in the main job', {
          'points tried': `all, at least ${Math.floor(points.length / 10) * 10}`,
          ...LOST_AND_TWICE,
        });
    },
    12 * HOURS,
  );
});

/** What went wrong in a run where every process of a kind died at a point. */
async function wrongAt({ kind, name }: Point): Promise<object[]> {
  const log = fs.mkdtempSync(path.join(program.folder, 'passes-'));
  const run = await InstallationRun.play(program, `${kind}-${name}`, {
    environment: { YANGYU_FAULT_LOG: log, YANGYU_FAULT_PROCESS: kind, YANGYU_FAULT_FAILPOINT: `${name}:1:kill` },
  });
  const deaths = run.deaths();
  const victims = Object.keys(deaths).filter((one) => deaths[one]! > 0);
  const outcome = await run.outcome(undisturbed);
  // They died where they were to.
  const isHit = victims.length > 0 && victims.every((one) => one.startsWith(kind) && diedAt(log, one, name));
  said('T01', { kind, name, victims, isHit, ...outcome });
  if (!isHit || JSON.stringify(outcome) !== JSON.stringify(ENDED_WELL)) return [{ kind, name, deaths, outcome }];
  run.remove();
  return [];
}

const LOST_AND_TWICE = { lost: 0, 'paid twice': 0, 'violations found by verify': 0 };

/** Rows that nothing ever deletes or changes. */
const KEPT_FOR_EVER = `select 'transfer ' || id as row from subsidy.transfer
  union all select concat_ws(' ', 'event', claim_id, seq, to_state) from subsidy.claim_event
  union all select 'attempt ' || id from subsidy.attempt`;

/** For whoever watches; it differs from run to run. */
const said = (id: string, figures: object): void => void process.stdout.write(`${id} ${JSON.stringify(figures)}\n`);

const passesOf = (log: string, name: string): string[] =>
  fs.readFileSync(path.join(log, name), 'utf8').trim().split('\n');

/** What each kind of process passed, whichever of its processes it was. */
function pointsIn(log: string): Point[] {
  const all = fs.readdirSync(log).flatMap((file) => {
    const kind = file.replace(/-\d+$/, '');
    return passesOf(log, file).map((line) => `${kind} ${line.split(' ')[0]}`);
  });
  return [...new Set(all)].sort().map((pair) => ({ kind: pair.split(' ')[0]!, name: pair.split(' ')[1]! }));
}

/** The point is the last thing that its first life passed. */
const diedAt = (log: string, process: string, name: string): boolean =>
  passesOf(log, `${process}.first`).at(-1) === `${name} 1`;

function sample<T>(all: readonly T[], most: number, random: () => number): T[] {
  const left = [...all];
  while (left.length > most) left.splice(Math.floor(random() * left.length), 1);
  return left;
}
