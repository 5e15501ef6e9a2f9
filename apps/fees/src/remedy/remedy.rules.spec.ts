import * as fs from 'node:fs';
import * as path from 'node:path';
import { addDays, day, type Day } from '@app/kernel';
import * as fc from 'fast-check';
import { rollForward } from '../delivery/deadline.rules';
import { type Known, lastReconsideration, lastSuit, type Reconsidered, type RemedyTerms } from './remedy.rules';
import { canMove, isOpen, MOVES, type RemedyState } from './remedy.state';

const TERMS: RemedyTerms = { reconsiderationDays: 60, untoldYears: 1, capYears: 5, suitMonths: 6, suitAfterDays: 15 };

const ROWS = fs
  .readFileSync(path.join(__dirname, 'remedy-period.cases.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| 2/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const orNull = (text: string): Day | null => (text === '' ? null : day(text));
const reconsideredOf = (text: string): Reconsidered | null => {
  if (text === '') return null;
  const [outcome, on = ''] = text.split(' ') as [Reconsidered['outcome'], string?];
  return { outcome, on: orNull(on) };
};
const isLast = (last: Day | null, expected: string) =>
  // Of a year that is not published only the day before it rolls forward is known.
  expected === 'none runs' ? last === null : last !== null && (rollForward(last) ?? last) === expected;

describe('the time to contest a decision', () => {
  it.each(ROWS)('made %s, served %s, told %s, learned %s: %s after "%s" until %s (%s)', (...cells) => {
    const [made, served, told, learned, kind, reconsidered, last] = cells as [string, ...string[]];
    const known: Known = {
      madeOn: day(made),
      knownOn: orNull(served!),
      toldOfRights: told === 'yes',
      learnedOn: orNull(learned!),
    };
    const found =
      kind === 'suit' ? lastSuit(known, reconsideredOf(reconsidered!), TERMS) : lastReconsideration(known, TERMS);
    expect([found, isLast(found, last!)]).toEqual([found, true]);
  });

  it('is never longer than five years from the decision, nor than a year from knowing', () => {
    const days = fc.integer({ min: 0, max: 3_000 }).map((count) => addDays(day('2021-08-20'), count));
    fc.assert(
      fc.property(days, fc.nat(2_000), fc.nat(800), fc.boolean(), (madeOn, after, later, toldOfRights) => {
        const knownOn = addDays(madeOn, after);
        const learnedOn = toldOfRights ? null : addDays(knownOn, later);
        const last = lastReconsideration({ madeOn, knownOn, toldOfRights, learnedOn }, TERMS)!;
        expect(last <= addDays(madeOn, 5 * 366)).toBe(true);
        expect(last <= addDays(knownOn, 366)).toBe(true);
      }),
    );
  });
});

describe('the moves of a remedy', () => {
  const states = Object.keys(MOVES) as RemedyState[];

  it('lead everybody to an end, and from an end nowhere', () => {
    expect(states.filter((state) => !isOpen(state))).toEqual(['refused', 'decided']);
    for (const state of states.filter(isOpen)) expect(canMove(state, 'decided')).toBe(true);
  });

  it('are those that PostgreSQL knows', () => {
    const sql = fs.readFileSync(path.join(__dirname, '..', 'migrations', '1764400000061-remedies.sql'), 'utf8');
    const listed = /insert into remedy_move[^;]+;/.exec(sql)![0];
    const known = [...listed.matchAll(/\('([a-z]+)', '([a-z]+)'\)/g)].map(([, from, to]) => `${from} ${to}`);
    const ours = states.flatMap((from) => MOVES[from].map((to) => `${from} ${to}`));
    expect(known.sort()).toEqual(['new filed', ...ours].sort());
  });
});
