import { addDays, type Day, Refusal, uncertainPeriod } from '@app/kernel';
import * as fc from 'fast-check';
import { excludes } from '../fact/fact.rules';
import { FactService } from '../fact/fact.service';
import type { FactRow } from '../fact/fact.types';
import { HouseholdChangeService } from './household-change.service';
import { MergeService } from './merge.service';
import { type OpenRegister, openRegister } from './register.fixture';
import { RegisterService } from './register.service';
import type { Evidence, KinshipKind } from './register.types';

/** Runs of the model; YANGYU_MODEL_RUNS for a long one. */
const RUNS = Number(process.env.YANGYU_MODEL_RUNS ?? 20);
const PERSONS = 4;
const HOUSEHOLDS = 3;
const DAYS = ['2019-12-31', '2020-01-01', '2020-06-15', '2021-01-01', '2023-03-03', '2026-04-01'] as Day[];
const EVIDENCE: Evidence[] = [
  { basis: 'document', reason: '凭证件办理' },
  { basis: 'court', reason: '凭判决办理' },
];

let opened: OpenRegister;
beforeAll(async () => void (opened = await openRegister()), 60_000);
afterAll(() => opened?.close());

const who = fc.nat(PERSONS - 1);
const where = fc.nat(HOUSEHOLDS - 1);
const on = fc.constantFrom(...DAYS);
const bound = fc.constantFrom<string | null>(...DAYS, '2020', '2021-01', 'unknown', null);
const relation = fc.constantFrom('02', '20', '12');
const kinship = fc.constantFrom<KinshipKind>('birth-father', 'adoptive-mother', 'adoptive-father', 'guardian');
const step = fc.oneof(
  // What needs something before it comes more often, so that it goes through at times.
  ...[1, 2].map(() => fc.record({ op: fc.constant('undo' as const), n: fc.nat(2) })),
  ...[1, 2].map(() => fc.record({ op: fc.constant('settle' as const), n: fc.nat(20), holds: fc.boolean() })),
  ...[1, 2].map(() => fc.record({ op: fc.constant('investigate' as const), n: fc.nat(20) })),
  fc.record({
    op: fc.constant('move' as const),
    a: who,
    h: fc.constant(0),
    relation: fc.constant('20'),
    on: fc.constant('2021-01-01' as Day),
  }),
  ...[1, 2].map(() =>
    fc.record({
      op: fc.constant('head' as const),
      h: fc.constant(0),
      a: who,
      b: who,
      on: fc.constant('2026-04-01' as Day),
    }),
  ),
  fc.record({ op: fc.constant('move' as const), a: who, h: where, relation, on }),
  fc.record({ op: fc.constant('move-out' as const), a: who, on }),
  fc.record({ op: fc.constant('kinship' as const), a: who, b: who, kinship, from: bound, until: bound }),
  fc.record({ op: fc.constant('marriage' as const), a: who, b: who, from: bound, until: bound }),
  fc.record({ op: fc.constant('paper' as const), a: who, from: bound, until: bound }),
  fc.record({ op: fc.constant('death' as const), a: who, day: fc.constantFrom(...DAYS, '2020', '2021-01') }),
  fc.record({ op: fc.constant('reverse-death' as const), a: who }),
  fc.record({ op: fc.constant('close' as const), n: fc.nat(20), on }),
  fc.record({ op: fc.constant('withdraw' as const), n: fc.nat(20) }),
  fc.record({ op: fc.constant('investigate' as const), n: fc.nat(20) }),
  fc.record({ op: fc.constant('settle' as const), n: fc.nat(20), holds: fc.boolean() }),
  fc.record({ op: fc.constant('merge' as const), a: who, b: who, keepsFirst: fc.boolean() }),
  fc.record({ op: fc.constant('split' as const), a: who, n: fc.nat(20) }),
  fc.record({ op: fc.constant('merge-households' as const), h: where, i: where, on }),
  fc.record({ op: fc.constant('head' as const), h: where, a: who, b: who, on }),
  fc.record({ op: fc.constant('correct' as const), a: who, name: fc.constantFrom('甲', '乙', '丙') }),
  fc.record({ op: fc.constant('registry' as const), a: who, h: where, isDead: fc.boolean() }),
  fc.record({ op: fc.constant('undo' as const), n: fc.nat(10) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** One history in which everything goes through that needs something before it; every third change is undone at once. */
const AT_ONCE_UNDONE: Step = { op: 'correct', a: 0, name: '甲' };
const EVERYTHING: Step[] = [
  AT_ONCE_UNDONE,
  { op: 'death', a: 0, day: '2020' },
  { op: 'reverse-death', a: 0 },
  AT_ONCE_UNDONE,
  { op: 'investigate', n: 0 },
  { op: 'settle', n: 0, holds: true },
  AT_ONCE_UNDONE,
  { op: 'move', a: 3, h: 0, relation: '20', on: '2021-01-01' as Day },
  { op: 'head', h: 0, a: 0, b: 3, on: '2026-04-01' as Day },
  { op: 'undo', n: 0 },
  AT_ONCE_UNDONE,
  { op: 'merge', a: 1, b: 2, keepsFirst: true },
  { op: 'withdraw', n: 0 },
  { op: 'kinship', a: 3, b: 0, kinship: 'guardian', from: '2020', until: null },
  { op: 'marriage', a: 0, b: 2, from: '2021-01', until: null },
  { op: 'paper', a: 0, from: '2020-01-01', until: null },
  { op: 'split', a: 2, n: 0 },
  { op: 'merge-households', h: 0, i: 1, on: '2026-04-01' as Day },
  { op: 'move-out', a: 3, on: '2026-04-01' as Day },
  { op: 'close', n: 0, on: '2026-04-01' as Day },
  { op: 'registry', a: 0, h: 0, isDead: false },
];

type Raw = Record<string, unknown> & { id: string; ended_at: string | null };

/** One small register, changed step by step. */
class Village {
  readonly persons: string[] = [];
  readonly households: string[] = [];
  readonly numbers: string[] = [];
  readonly changes: string[] = [];
  private stated = 0;
  private readonly name = `V${Village.count++}`;
  private static count = 0;

  static async open(): Promise<Village> {
    const village = new Village();
    const born = ['1950-01-01', '1955-01-01', '1980-01-01', '2019-01-01'];
    for (let n = 0; n < PERSONS; n++) village.numbers.push(opened.numberOf(born[n]!));
    const rows = village.numbers.map((number, n) => ({
      registry_person_id: `${village.name}-${n}`,
      name: `人${n}`,
      id_number: number,
      birth_date: born[n]!,
      ...(n < HOUSEHOLDS && {
        household_no: `${village.name}-${n}`,
        relation_to_head: '02',
        moved_in_on: '2000-01-01',
      }),
    }));
    await opened.state('2026-01-01', ...rows);
    for (const { registry_person_id } of rows) village.persons.push(await opened.person(registry_person_id));
    for (let n = 0; n < HOUSEHOLDS; n++) village.households.push(await opened.household(`${village.name}-${n}`));
    return village;
  }

  /** Every row there is about these people, whatever became of it; everything but when it ended must stay. */
  rows(): Promise<Raw[]> {
    return opened.world.admin<Raw>(
      `select f.*, f.valid::text as valid, f.certain::text as certain, f.recorded_at::text, f.ended_at::text, encode(f.number_key, 'hex') as number_key, null as number_sealed
         from registration.fact f where f.person_id = any($1::uuid[]) order by f.id`,
      [this.persons],
    );
  }

  standing(): Promise<FactRow[]> {
    return opened.database.read((read) => opened.get(FactService).standing(read, this.persons));
  }

  async projections(): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for (const id of this.persons) rows.push(await opened.row(id));
    return rows;
  }

  async take(one: Step, evidence: Evidence): Promise<string | undefined> {
    const [register, merges, households] = [
      opened.get(RegisterService),
      opened.get(MergeService),
      opened.get(HouseholdChangeService),
    ];
    const person = (n: number) => this.persons[n]!;
    const fact = async (n: number, isMeant: (row: FactRow) => boolean = () => true): Promise<string> => {
      const found = (await this.standing()).filter(isMeant);
      return found[n % Math.max(found.length, 1)]?.id ?? '00000000-0000-4000-8000-000000000000';
    };
    const period = ({ from, until }: { from: string | null; until: string | null }) =>
      ({ from, until }) as { from: never; until: never };
    switch (one.op) {
      case 'move':
        return households.move(
          this.households[one.h]!,
          [{ personId: person(one.a), relation: one.relation }],
          one.on,
          evidence,
        );
      case 'move-out':
        return households.moveOut([person(one.a)], one.on, evidence);
      case 'kinship':
        return register.recordKinship(
          person(one.a),
          [{ personId: person(one.b), kind: one.kinship }],
          period(one),
          [],
          evidence,
        );
      case 'marriage':
        return register.recordMarriage(person(one.a), { id: person(one.b) }, period(one), evidence);
      case 'paper':
        return register.recordPaper(
          person(one.a),
          { kind: 'PASSPORT', number: `E${String(this.changes.length).padStart(8, '0')}`, ...period(one) },
          evidence,
        );
      case 'death':
        return register.recordDeath(person(one.a), one.day, evidence);
      case 'reverse-death': {
        const dead = (await this.standing()).filter(({ kind }) => kind === 'death').map(({ personId }) => personId);
        return register.reverseDeath(dead[one.a % Math.max(dead.length, 1)] ?? person(one.a), evidence);
      }
      case 'close':
        return register.closeFact(await fact(one.n), one.on, evidence);
      case 'withdraw':
        return register.withdrawFact(await fact(one.n), evidence);
      case 'investigate':
        return register.investigate(await fact(one.n), evidence);
      case 'settle':
        return register.settle(await fact(one.n, ({ isDisputed }) => isDisputed), one.holds, evidence);
      case 'merge': {
        const standing = await this.standing();
        const keep = standing
          .filter(({ personId }) => personId === person(one.keepsFirst ? one.a : one.b))
          .map(({ id }) => id);
        return merges.merge(person(one.a), person(one.b), keep, evidence);
      }
      case 'split': {
        const id = await fact(one.n, ({ personId }) => personId === person(one.a));
        const made = await merges.split(person(one.a), [id], { name: '另一人', sex: 1, born: null }, evidence);
        this.persons.push(made.personId);
        return made.changeId;
      }
      case 'merge-households':
        return households.mergeInto(this.households[one.h]!, this.households[one.i]!, [], one.on, evidence);
      case 'head': {
        const householdId = this.households[one.h]!;
        const members = (await this.standing()).filter(
          (fact) => fact.householdId === householdId && fact.period.valid.until === null,
        );
        // Whoever is head makes way for another member.
        const head = members.find(({ code }) => code === '02')?.personId ?? person(one.a);
        const next = members.find(({ personId }) => personId !== head)?.personId ?? person(one.b);
        const relations = [
          { personId: next, relation: '02' },
          { personId: head, relation: '20' },
        ];
        return households.changeHead(householdId, relations, one.on, evidence);
      }
      case 'correct':
        return register.correct(person(one.a), { name: one.name }, null, evidence);
      case 'registry': {
        const day = addDays('2026-02-01' as Day, this.stated++); // Each later than the last, none in the future.
        await opened
          .state(day, {
            registry_person_id: `${this.name}-${one.a}`,
            name: `人${one.a}${this.stated}`,
            id_number: this.numbers[one.a]!,
            household_no: `${this.name}-${one.h}`,
            relation_to_head: '20',
            ...(one.isDead && { status: '9', death_date: '2021-05-05' }),
          })
          .catch((error: unknown) => {
            if (!String(error).includes('ROW_')) throw error; // Older than what the registry said before.
          });
        return undefined;
      }
      case 'undo':
        return register.undo(this.changes.at(-1 - (one.n % 3)) ?? '00000000-0000-4000-8000-000000000000', '撤销重办');
    }
  }
}

/** What a standing row says, without ids of rows that undoing makes anew. */
const meaning = (rows: readonly FactRow[]): string[] =>
  rows
    .map(({ kind, personId, code, otherPersonId, householdId, words, numberMask, period, isDisputed, basis }) =>
      JSON.stringify([kind, personId, code, otherPersonId, householdId, words, numberMask, period, isDisputed, basis]),
    )
    .sort();

const asOf = (village: Village, validOn: Day, knownAt: Date) =>
  opened
    .get(FactService)
    .answers(village.persons, { validOn, knownAt })
    .then((rows) => rows.map(({ id, answer }) => `${id} ${answer}`).sort());

describe('the register under any sequence of changes', () => {
  it('never breaks a constraint, never loses a row, answers every past question as it did, and undoes what it did', async () => {
    const seen = new Map<string, [done: number, refused: number]>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16, size: 'max' }), fc.nat(1), async (steps, e) => {
        const village = await Village.open();
        let before = await village.rows();
        let done = 0;
        const moments: { at: Date; day: Day; answers: string[] }[] = [];
        for (const one of steps) {
          opened.clock.advance(1_000);
          const [standing, projections] = [await village.standing(), await village.projections()];
          const counted = seen.get(one.op) ?? [0, 0];
          let change: string | undefined;
          let isRefused = false;
          try {
            change = await village.take(one, EVIDENCE[e]!);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            isRefused = true;
          }
          seen.set(one.op, isRefused ? [counted[0], counted[1] + 1] : [counted[0] + 1, counted[1]]);
          const after = await village.rows();

          if (isRefused) expect(after).toEqual(before);
          // History only grows: what was there is there, and only its end may have been added, once.
          for (const row of before) {
            const now = after.find(({ id }) => id === row.id)!;
            const isEnding = row.ended_at === null;
            expect({ ...now, ...(isEnding && { ended_at: null, ended_by: null }) }).toEqual(row);
          }
          // Nothing that stands excludes anything else that stands, looked at without PostgreSQL.
          const now = await village.standing();
          const clashes = now.flatMap((a, i) =>
            now
              .slice(i + 1)
              .filter((b) => excludes(a, b))
              .map((b) => [a.id, b.id]),
          );
          expect(clashes).toEqual([]);
          for (const [n, row] of (await village.projections()).entries())
            expect(projected(row)).toEqual(expectedRow(now, village.persons[n]!, row));

          // Whatever was done can be undone at once, and leaves nothing but its trace.
          if (change !== undefined && one.op !== 'undo' && done++ % 3 === 0) {
            opened.clock.advance(1_000);
            await opened.get(RegisterService).undo(change, '当即撤销');
            const split = one.op === 'split' ? village.persons.length - 1 : village.persons.length;
            expect(meaning(await village.standing())).toEqual(meaning(standing));
            expect((await village.projections()).slice(0, split)).toEqual(projections.slice(0, split));
          } else if (change !== undefined) village.changes.push(change);
          const at = opened.clock.now();
          for (const day of [DAYS[1]!, DAYS[4]!]) moments.push({ at, day, answers: await asOf(village, day, at) });
          before = await village.rows();
        }
        opened.clock.advance(1_000);
        for (const { at, day, answers } of moments) expect(await asOf(village, day, at)).toEqual(answers);
      }),
      {
        numRuns: RUNS,
        examples: [[EVERYTHING, 1]],
        ...(process.env.YANGYU_SEED && { seed: Number(process.env.YANGYU_SEED) }),
      },
    );
    // The model would prove nothing about an operation that never went through.
    if (RUNS >= 20) expect([...seen].filter(([, [done]]) => done === 0)).toEqual([]);
  }, 600_000);
});

const projected = ({ household_id, father_id, mother_id, died, merged_into }: Record<string, unknown>) => ({
  household_id,
  father_id,
  mother_id,
  died,
  isMerged: merged_into !== null,
});

/** What the row of a person must say, by the facts that stand: told again, without the SQL of the product. */
function expectedRow(facts: readonly FactRow[], id: string, row: Record<string, unknown>) {
  const today = opened.clock.today();
  const holds = ({ period: { valid } }: FactRow) =>
    (valid.from === null || valid.from <= today) && (valid.until === null || today < valid.until);
  const isSure = ({ period: { certain } }: FactRow) =>
    certain !== null &&
    (certain.from === null || certain.from <= today) &&
    (certain.until === null || today < certain.until);
  const own = facts.filter((fact) => fact.personId === id);
  const usable = own.filter((fact) => !fact.isDisputed && holds(fact));
  const parent = (role: string) => {
    for (const kind of ['adoptive', 'registered', 'birth']) {
      const found = usable.filter(({ code }) => code === `${kind}-${role}`);
      const best = found.filter(isSure)[0] ?? found[0];
      if (best) return found.length > 1 && !found.some(isSure) ? row[`${role}_id`] : best.otherPersonId;
    }
    return null;
  };
  const begun = own.filter(
    ({ kind, isDisputed, period }) =>
      kind === 'membership' && !isDisputed && (period.valid.from === null || period.valid.from <= today),
  );
  // Now if there is one, surely before possibly; else the last one.
  const now = begun.filter(holds);
  const best = now.some(isSure) ? now.filter(isSure) : now;
  const ends = ({ period }: FactRow): string => period.valid.until ?? '9999';
  const lastDay = begun.map(ends).sort().at(-1);
  const candidates = (best.length > 0 ? best : begun.filter((fact) => ends(fact) === lastDay)).map(
    ({ householdId }) => householdId,
  );
  const death = own
    .filter(({ kind }) => kind === 'death')
    .sort((a, b) => Number(a.isDisputed) - Number(b.isDisputed))[0];
  return {
    // Where nothing tells them apart, either will do.
    household_id: candidates.includes(row.household_id as string) ? row.household_id : (candidates[0] ?? null),
    father_id: parent('father'),
    mother_id: parent('mother'),
    died: death?.period.certain?.from ?? null,
    isMerged: row.merged_into !== null,
  };
}

it('has a period for every bound that the model draws', () => {
  expect(uncertainPeriod('2020' as never, null)).toBeDefined();
});
