import type { Caller } from '@app/access';
import { checkCharacter } from '@app/kernel';
import { assure } from '../support/assurance';
import { GraphClient } from '../support/graph-client';
import { openTwoCounties, OURS, THEIRS, type TwoCounties } from '../support/two-counties';

const EXPLAIN = 'query ($n: String!) { explain(number: $n) }';

let world: TwoCounties;
let graph: GraphClient;
beforeAll(async () => {
  world = await openTwoCounties();
  graph = await GraphClient.open(world);
}, 120_000);
const figures: Record<string, number> = {};
afterAll(async () => {
  await graph?.close();
  await world?.close();
  assure('T39', 'Trying numbers out: five misses for a region and birth date end it', figures);
});

const clerk = (id: string): Caller => ({ id, name: id, roles: ['township-reviewer'], division: OURS });

/** Numbers of children of a county that have a claim, each of another birthday. */
function known(files: TwoCounties['ours'], count: number): string[] {
  const days = new Map(files.claims.map((row) => [row.child_id_number!.slice(6, 14), row.child_id_number!]));
  return [...days.values()].filter((number) => /^\d{17}[\dX]$/.test(number)).slice(0, count);
}

/** All thousand numbers of a region and birth date, but for one. */
function neighbours(number: string): string[] {
  return Array.from({ length: 1_000 }, (_, n) => number.slice(0, 14) + String(n).padStart(3, '0'))
    .map((digits) => digits + checkCharacter(digits))
    .filter((one) => one !== number);
}

const look = async (caller: Caller, number: string) =>
  (await graph.ask(caller, EXPLAIN, { n: number })).refused[0] ?? 'FOUND';

describe('looking people up by number', () => {
  it('lets a clerk find whoever stands before them, as often as they like', async () => {
    const caller = clerk('honest');
    for (const number of known(world.ours, 8)) {
      expect([await look(caller, number), await look(caller, number.toLowerCase())]).toEqual(['FOUND', 'FOUND']);
    }
  });

  it('stops a stolen token that walks a birthday’s numbers after five misses', async () => {
    const [caller, target] = [clerk('thief'), known(world.ours, 9).at(-1)!];
    const outcomes: string[] = [];
    for (const number of neighbours(target).slice(0, 200)) outcomes.push(await look(caller, number));
    const misses = outcomes.filter((code) => code === 'NOTHING_TO_EXPLAIN').length;
    figures['misses let through, one after the other'] = misses;
    expect(misses).toBe(5);
    expect(new Set(outcomes.slice(5))).toEqual(new Set(['LOOKUP_LOCKED']));
    expect(await look(caller, target)).toBe('LOOKUP_LOCKED');
    expect(await look(caller, known(world.ours, 1)[0]!)).toBe('FOUND'); // Another birthday goes on.
  });

  it('stops it as well when it asks by aliases, or fifty times at once', async () => {
    const target = known(world.ours, 10).at(-1)!;
    const numbers = neighbours(target);
    const aliases = numbers.slice(0, 25).map((number, n) => `a${n}: explain(number: "${number}")`);
    const byAlias = await graph.ask(clerk('aliases'), `{ ${aliases.join(' ')} }`);
    expect(byAlias.refused.filter((code) => code === 'NOTHING_TO_EXPLAIN').length).toBeLessThanOrEqual(5);
    const fifty = await Promise.all(numbers.slice(30, 80).map((number) => look(clerk('hurried'), number)));
    figures['misses let through, fifty at once'] = fifty.filter((code) => code === 'NOTHING_TO_EXPLAIN').length;
    expect(figures['misses let through, fifty at once']).toBeLessThanOrEqual(5);
  });

  it('stops a hundred who share the numbers among them, all together', async () => {
    const target = known(world.ours, 11).at(-1)!;
    let misses = 0;
    for (const [n, number] of neighbours(target).slice(0, 300).entries()) {
      if ((await look(clerk(`shared-${n % 100}`), number)) === 'NOTHING_TO_EXPLAIN') misses++;
    }
    figures['misses let through, a hundred sharing'] = misses;
    expect(misses).toBe(20);
  });

  it('answers about somebody elsewhere as about nobody, to the letter, and counts it as a miss', async () => {
    const caller = clerk('curious');
    const [foreign] = known(world.theirs, 1);
    const nobody = neighbours(foreign!)[17]!;
    graph.answers.length = 0;
    expect([await look(caller, foreign!), await look(caller, nobody)]).toEqual([
      'NOTHING_TO_EXPLAIN',
      'NOTHING_TO_EXPLAIN',
    ]);
    expect(graph.answers[0]).toBe(graph.answers[1]);
    expect(await look({ ...caller, division: THEIRS }, foreign!)).toBe('FOUND');
    for (let n = 0; n < 3; n++) await look(caller, foreign!);
    expect(await look(caller, foreign!)).toBe('LOOKUP_LOCKED');
  });

  it('lets one actor find two hundred people a day', async () => {
    await world.database.admin(
      `insert into subsidy.lookup_found (actor, person_id, day) select 'busy', gen_random_uuid(), $1 from generate_series(1, 199)`,
      [world.clock.today()],
    );
    const [first, second] = known(world.ours, 2);
    expect(await look(clerk('busy'), first!)).toBe('FOUND');
    expect(await look(clerk('busy'), second!)).toBe('LOOKUP_BUDGET_SPENT');
    figures['people found by one actor in a day, at most'] = 200;
  });

  it('puts every stop on record for the supervisor', async () => {
    const caller = clerk('recorded');
    for (const number of neighbours(known(world.ours, 12).at(-1)!).slice(0, 7)) await look(caller, number);
    const rows = await world.database.admin<{ code: string; n: number }>(
      `select code, count(*)::int as n from subsidy.audit_entry where actor = 'recorded' and kind = 'refused' group by 1`,
    );
    expect(rows).toEqual([{ code: 'LOOKUP_LOCKED', n: 2 }]);
  });
});
