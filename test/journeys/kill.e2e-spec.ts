import { randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CompiledProgram, type Ended } from '../support/compiled-program';
import { numbersOf } from '../support/fault-world';
import { differences, finalState, type FinalState } from '../support/final-state';

/** A place where the process dies: the `pass`-th time it comes by there. */
interface Point {
  readonly name: string;
  readonly pass: number;
}

interface Stage {
  readonly what: string;
  readonly places: RegExp;
  /** How many of its points are tried, unless all are. */
  readonly sample: number;
}

const STAGES: readonly Stage[] = [
  { what: 'the register is imported', places: /^registration\.import\./, sample: 1 },
  { what: 'one app tells the other', places: /^(relay|consumer|producer|facts)\./, sample: 2 },
  { what: 'findings, accounts and claims are taken in', places: /^intake\./, sample: 1 },
  { what: 'claims are determined', places: /^determination\./, sample: 1 },
  { what: 'claims are reviewed and confirmed', places: /^review\./, sample: 1 },
  { what: 'the batch is prepared', places: /^disbursement\.prepare$/, sample: 1 },
  { what: 'two officers approve it', places: /^disbursement\.approve$/, sample: 1 },
  { what: 'its file goes to the bank', places: /^disbursement\.send\./, sample: 2 },
  { what: 'the bank’s answers are taken in', places: /^reconciliation\.receive\./, sample: 1 },
  { what: 'list, bank and ledger are compared', places: /^reconciliation\.reconcile$/, sample: 1 },
];
/** Everything from here on pays returned money again. */
const AGAIN: Stage = { what: 'returned money is paid again', places: /^disbursement\.prepareRepair$/, sample: 2 };

const PEOPLE = 4_000;
/** YANGYU_FAULTS=all tries every point there is; YANGYU_SEED repeats a sample. */
const isExhaustive = process.env.YANGYU_FAULTS === 'all';
const seed = Number(process.env.YANGYU_SEED ?? randomInt(1_000_000));
const CHILDREN_AT_A_TIME = 2;

interface Outcome {
  readonly point: Point;
  readonly died: Ended;
  readonly resumed: Ended;
  readonly state: FinalState | undefined;
}

let program: CompiledProgram;
let undisturbed: FinalState;
let outcomes: Map<Stage, Promise<Outcome>[]>;

beforeAll(async () => {
  program = await CompiledProgram.build(PEOPLE);
  const folder = program.dataFolder('undisturbed');
  const log = path.join(folder, 'passes');
  const ended = await program.run(folder, { YANGYU_FAILPOINT_LOG: log });
  expect(ended).toMatchObject({ code: 0 });
  undisturbed = await finalState(folder);
  const stages = stagesOf(fs.readFileSync(log, 'utf8'));
  const inTurn = turnstile(CHILDREN_AT_A_TIME);
  outcomes = new Map(
    [...stages].map(([stage, points]) => [stage, points.map((point) => inTurn(() => killAndResume(point)))]),
  );
  const tried = [...stages.values()].flat().map(({ name, pass }) => `${name}:${pass}`);
  process.stdout.write(`killed at ${tried.length} points, YANGYU_SEED=${seed}: ${tried.join(' ')}\n`);
}, 300_000);

afterAll(async () => {
  await Promise.allSettled([...(outcomes?.values() ?? [])].flat());
  await program?.remove();
}, 300_000);

describe('kill -9, and the same command again', () => {
  it.each([...STAGES, AGAIN].map((stage) => [stage.what, stage] as const))(
    'ends as if nothing had happened when it hits while %s',
    async (_what, stage) => {
      for (const { point, died, resumed, state } of await Promise.all(outcomes.get(stage)!)) {
        const at = `${point.name}:${point.pass}`;
        expect({ at, signal: died.signal }).toEqual({ at, signal: 'SIGKILL' });
        expect({ at, code: resumed.code, errors: resumed.errors.slice(-1500) }).toMatchObject({ at, code: 0 });
        expect({ at, differences: differences(undisturbed, state!) }).toEqual({ at, differences: [] });
      }
    },
    1_800_000,
  );

  it('pays nobody twice and everybody who is to be paid, in the bank’s own book', async () => {
    const owed = undisturbed.tables.claims!.map((line) => line.split('|')).filter((cells) => cells[2] === 'closed');
    expect(owed.length).toBeGreaterThan(80);
    const paid = owed.map((cells) => `${cells[0]}: ${cells[3]}`).sort();
    expect([...undisturbed.credited].sort()).toEqual(paid);
  });
});

async function killAndResume(point: Point): Promise<Outcome> {
  const folder = program.dataFolder(`${point.name}-${point.pass}`);
  const died = await program.run(folder, { YANGYU_FAILPOINT: `${point.name}:${point.pass}:kill` });
  const resumed = await program.run(folder);
  const state = resumed.code === 0 ? await finalState(folder) : undefined;
  if (resumed.code === 0) fs.rmSync(folder, { recursive: true, force: true });
  return { point, died, resumed, state };
}

/** Every stage with the points to try, of all that the undisturbed run passed. */
function stagesOf(log: string): Map<Stage, Point[]> {
  const points = log
    .trim()
    .split('\n')
    .map((line) => ({ name: line.split(' ')[0]!, pass: Number(line.split(' ')[1]) }));
  const again = points.findIndex(({ name }) => AGAIN.places.test(name));
  const random = numbersOf(seed);
  const stages = new Map<Stage, Point[]>([[AGAIN, points.slice(again)]]);
  for (const stage of STAGES)
    stages.set(
      stage,
      points.slice(0, again).filter(({ name }) => stage.places.test(name)),
    );
  for (const [stage, all] of stages) {
    expect({ stage: stage.what, points: all.length >= stage.sample }).toEqual({ stage: stage.what, points: true });
    if (isExhaustive) continue;
    const left = [...all];
    stages.set(
      stage,
      Array.from({ length: stage.sample }, () => left.splice(Math.floor(random() * left.length), 1)[0]!),
    );
  }
  return stages;
}

/** Lets so many pieces of work run at a time. */
function turnstile(places: number): <R>(work: () => Promise<R>) => Promise<R> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free === 0) await new Promise<void>((go) => waiting.push(go));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
