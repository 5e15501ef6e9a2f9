import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Day, day, parseYuan, yuanText } from '@app/kernel';
import fc from 'fast-check';
import {
  appealEnds,
  consequenceOf,
  courtUntil,
  faultOf,
  limitationEnds,
  nextOf,
  obstacleToCourt,
  obstacleToDecision,
  obstacleToReminder,
  payBy,
  reminderEnds,
  sharesOf,
  statementEnds,
} from './recovery.rules';
import { RECOVERY_STATES } from './recovery.state';
import { RECOVERY_CAUSES, type RecoveryCause, type RecoveryTerms } from './recovery.types';

type Case = Readonly<Record<string, string>>;

/** The tables of the file, each as rows by column. */
const [CONSEQUENCES, FAULTS, LIMITATION, PERIODS, STEPS] = fs
  .readFileSync(path.join(__dirname, 'recovery.cases.md'), 'utf8')
  .split(/^# /m)
  .slice(1)
  .map((part) => {
    const [head, , ...lines] = part
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    return lines.map((cells): Case => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
  }) as [Case[], Case[], Case[], Case[], Case[]];

/** As the parameters of the migration have it. */
const TERMS: RecoveryTerms = {
  ...{ statementWorkingDays: 5, payDays: 30, reconsiderationDays: 60, suitMonths: 6, reminderWorkingDays: 10 },
  ...{ courtMonths: 3, limitationYears: 3, limitationAbsoluteYears: 20 },
};
const named = (rows: Case[]) => rows.map((row) => [row.case!, row] as const);
const factsOf = (row: Case) => ({
  cause: row.cause as RecoveryCause,
  isInGoodFaith: row['good faith'] === 'yes',
  wrongFen: parseYuan(row['wrongly paid']!)!,
  goneFen: parseYuan(row.gone!)!,
});
const known = (text: string | undefined): Day | null => (text ? day(text) : null);
const TODAY = day('2026-04-01');

describe('what follows from the facts', () => {
  it.each(named(CONSEQUENCES))('%s', (_, row) => {
    const facts = factsOf(row);
    const { owedFen, mayRefer, basis } = consequenceOf(facts);
    expect([faultOf(facts), yuanText(owedFen), mayRefer ? 'yes' : 'no']).toEqual([null, row.owed, row['may refer']]);
    const article = { 985: '第九百八十五条', 986: '第九百八十六条', 987: '第九百八十七条' }[row.basis!]!;
    expect(basis).toContain(article);
  });

  it.each(named(FAULTS))('%s', (_, row) => expect(faultOf(factsOf(row)) ?? '').toBe(row.fault));

  it('is never more than was wrongly paid, whatever the facts, and all of it where they knew', () => {
    const facts = fc
      .record({
        cause: fc.constantFrom(...RECOVERY_CAUSES),
        isInGoodFaith: fc.boolean(),
        wrongFen: fc.bigInt(1n, 10n ** 9n),
        goneFen: fc.bigInt(0n, 10n ** 9n),
      })
      .filter((one) => faultOf(one) === null);
    fc.assert(
      fc.property(facts, (one) => {
        const { owedFen, mayRefer } = consequenceOf(one);
        expect(owedFen >= 0n && owedFen <= one.wrongFen).toBe(true);
        expect(owedFen === one.wrongFen || one.isInGoodFaith).toBe(true);
        expect(mayRefer).toBe(one.cause === 'fraud');
      }),
    );
  });
});

describe('limitation', () => {
  it.each(named(LIMITATION))('%s', (_, row) => {
    const claimed = row.claimed!.split(' ').filter(Boolean).map(day);
    expect(limitationEnds(day(row.known!), day(row.paid!), claimed, TERMS)).toBe(row.ends);
  });
});

describe('a period', () => {
  const PERIOD = {
    statement: statementEnds,
    pay: payBy,
    appeal: appealEnds,
    reminder: reminderEnds,
    court: courtUntil,
  };
  it.each(named(PERIODS))('%s', (_, row) => {
    expect(PERIOD[row.period as keyof typeof PERIOD](day(row.served!), TERMS)).toBe(row.ends);
  });
});

describe('a step', () => {
  const STEP = { decision: obstacleToDecision, reminder: obstacleToReminder, court: obstacleToCourt };
  const standing = (row: Case) => ({
    ...{
      cause: 'authority-error' as const,
      isInGoodFaith: false,
      wrongFen: 100n,
      stillFen: 100n,
      goneFen: 0n,
      owedFen: null,
    },
    limitationEnds: day(row['known until']!),
    noticeServedOn: known(row['notice served']),
    statementEnds: known(row['say until']),
    hearingAskedOn: known(row['hearing asked']),
    hearingHeldOn: known(row['hearing held']),
    decisionServedOn: known(row['decision served']),
    payBy: known(row['pay by']),
    appealEnds: known(row['contest until']),
    courtUntil: known(row['court until']),
    reminderServedOn: known(row['reminder served']),
    reminderEnds: known(row['wait until']),
  });

  it.each(named(STEPS))('%s', (_, row) => {
    expect(STEP[row.step as keyof typeof STEP](standing(row), TODAY) ?? '').toBe(row.obstacle);
  });

  it('waits while less is known to be wrong than was decided', () => {
    const pressed = { ...standing(STEPS.find((row) => row.case === 'all periods are over')!), owedFen: 100n };
    expect(obstacleToCourt(pressed, TODAY)).toBeNull();
    expect(obstacleToCourt({ ...pressed, stillFen: 99n }, TODAY)).toBe('known-better');
    expect(obstacleToReminder({ ...pressed, stillFen: 0n }, TODAY)).toBe('known-better');
    expect(nextOf({ ...pressed, stillFen: 99n, state: 'reminded' }).office).toBe('correct');
  });

  it('comes next in every state but the last, and the person is never asked for anything before a decision', () => {
    const waiting = standing(STEPS[0]!);
    for (const state of RECOVERY_STATES) {
      const { office, person } = nextOf({ ...waiting, state });
      expect([state, office === 'nothing']).toEqual([state, state === 'closed' || state === 'new']);
      const isBefore = ['proposed', 'detected', 'fact-finding', 'noticed', 'decided'].includes(state);
      expect(isBefore && person.startsWith('pay')).toBe(false);
    }
  });
});

describe('shares of budgets', () => {
  it('sum to the fen at every amount, and none is more than was paid from it', () => {
    const budgets = fc.array(fc.bigInt(1n, 500_000n), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(budgets, fc.nat(10_000), (fens, part) => {
        const paid = fens.map((fen, i) => ({ level: ['central', 'province', 'city', 'county'][i]!, year: 2025, fen }));
        const whole = fens.reduce((a, b) => a + b, 0n);
        const fen = (whole * BigInt(part)) / 10_000n;
        const parts = sharesOf(fen, paid);
        expect(parts.reduce((sum, one) => sum + one.fen, 0n)).toBe(fen);
        for (const one of parts) expect(one.fen <= paid.find(({ level }) => level === one.level)!.fen).toBe(true);
      }),
    );
  });
});
