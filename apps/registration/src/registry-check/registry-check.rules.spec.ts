import { type Day, day } from '@app/kernel';
import {
  type CheckFacts,
  type CheckOutcome,
  holdOf,
  reasonOf,
  type Silence,
  stateOf,
  toldOf,
} from './registry-check.rules';

const DUE = day('2026-04-09');
const BEFORE = day('2026-04-01');
const AFTER = day('2026-04-10');
const HEARD = new Date('2026-04-02T10:00:00+08:00');

const check = (outcome: CheckOutcome | null, more: Partial<CheckFacts> = {}): CheckFacts => ({
  outcome,
  isDeathMarked: null,
  answeredAt: outcome === null ? null : HEARD,
  dueOn: DUE,
  saidAt: null,
  ...more,
});

/** What came, on which day: how it stands, what holds it, and what the family is told, by either text. */
const ROWS: readonly [string, CheckFacts, Day, [string, string, string], [string, string, string]][] = [
  ['nothing yet', check(null), BEFORE, ['asked', '-', '-'], ['asked', 'waits', 'waits']],
  ['nothing in time', check(null), AFTER, ['by-commitment', '-', 'commitment'], ['waits', 'waits', 'waits']],
  ['given up', check('no-reply'), BEFORE, ['by-commitment', '-', 'commitment'], ['waits', 'waits', 'waits']],
  ['another person', check('set-aside'), BEFORE, ['look', '-', 'commitment'], ['look', 'look', 'waits']],
  ['a match', check('match'), AFTER, ['verified', '-', '-'], ['verified', '-', '-']],
  ['a mismatch', check('mismatch'), AFTER, ['look', 'look', '-'], ['look', 'look', '-']],
  ['nobody there', check('not-found'), AFTER, ['look', 'look', '-'], ['look', 'look', '-']],
  ['a death mark', check('match', { isDeathMarked: true }), AFTER, ['look', 'look', '-'], ['look', 'look', '-']],
  ['another paper', check('not-asked'), AFTER, ['not-asked', '-', '-'], ['not-asked', '-', '-']],
];

describe('what the household registry says of a parent', () => {
  it.each(ROWS)('%s: is for a person or goes on, and refuses nothing', (_, facts, today, commits, waits) => {
    const seen = (silence: Silence) => [
      stateOf(facts, today, silence),
      holdOf(facts, today, silence) ?? '-',
      toldOf([facts], today, silence) ?? '-',
    ];
    expect(seen('commitment')).toEqual(commits);
    expect(seen('waits')).toEqual(waits);
  });

  it.each(['mismatch', 'not-found', 'set-aside', 'no-reply', null] as const)(
    'after an officer’s word %s holds nothing any more',
    (outcome) => {
      const facts = check(outcome, { saidAt: HEARD });
      for (const silence of ['commitment', 'waits'] as const) {
        expect([stateOf(facts, AFTER, silence), holdOf(facts, AFTER, silence)]).toEqual(['settled', undefined]);
        expect(toldOf([facts], AFTER, silence)).toBeUndefined();
      }
    },
  );

  it('what is answered after a word was said about silence is looked at anew', () => {
    const said = { saidAt: new Date('2026-04-01T09:00:00+08:00') };
    expect(stateOf(check('no-reply', said), AFTER, 'waits')).toBe('settled');
    expect(stateOf(check('mismatch', said), AFTER, 'commitment')).toBe('look');
  });

  it('a family cannot tell from what it is told whether somebody’s name and number belong together', () => {
    for (const silence of ['commitment', 'waits'] as const) {
      const told = (['match', 'mismatch', 'not-found'] as const).map((outcome) =>
        toldOf([check(outcome), check('match', { isDeathMarked: true })], AFTER, silence),
      );
      expect(new Set(told)).toEqual(new Set([undefined]));
    }
  });

  it('a death mark comes first among the reasons', () => {
    expect(reasonOf(check('mismatch', { isDeathMarked: true }))).toBe('DEATH_MARK');
  });
});
