import * as fs from 'node:fs';
import * as path from 'node:path';
import { addDays, day, type Day } from '@app/kernel';
import * as fc from 'fast-check';
import { type Deadline, daysOf, deadlineEnd, isPast, monthsOf, type Statute, yearsOf } from './deadline.rules';
import { missingOf, type Mode, MODES, NO_PROOF, type Proof, servedDay, statedDay } from './delivery.rules';

/** Cells of the rows of the n-th table of served-date.cases.md. */
const rows = (table: number): string[][] =>
  fs
    .readFileSync(path.join(__dirname, 'served-date.cases.md'), 'utf8')
    .split('## ')
    [table]!.split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (mode|from|-)/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const SHA256 = 'ab'.repeat(32);

/** A proof that has everything, with its day where the mode has it. */
const whole = (mode: Mode, stated: string): Proof => {
  const at: Partial<Proof> =
    mode === 'electronic'
      ? { arrivedAt: new Date(stated) }
      : {
          [{ left: 'leftOn', mail: 'receivedOn', 'public-notice': 'publishedOn' }[mode as 'left'] ?? 'signedOn']:
            day(stated),
        };
  return {
    ...NO_PROOF,
    ...at,
    reference: '1号',
    signerName: '李示例',
    signerTie: '配偶',
    isAdult: true,
    livesTogether: true,
    authority: '授权委托书',
    refusal: '拒绝签收',
    witnesses: ['甲', '乙'],
    recording: 'video',
    recordingSha256: SHA256,
    medium: '本机关网站',
    said: '两次上门无人，邮件退回',
  };
};

const WITHOUT: Readonly<Record<string, Partial<Proof>>> = {
  receipt: { reference: null },
  day: { signedOn: null, leftOn: null, receivedOn: null, arrivedAt: null, publishedOn: null },
  signer: { signerName: null },
  tie: { signerTie: null },
  'of age': { isAdult: false },
  'lives there': { livesTogether: false },
  authority: { authority: null },
  refusal: { refusal: null },
  witnesses: { witnesses: [] },
  'one witness': { witnesses: ['甲', ' 甲'] },
  recording: { recording: null, recordingSha256: null },
  checksum: { recordingSha256: 'x' },
  medium: { medium: null },
  reasons: { said: null },
};

function proofOf(mode: Mode, stated: string, without: string): Proof {
  return without
    .split(', ')
    .filter(Boolean)
    .reduce(
      (proof, name) => {
        const lacking = WITHOUT[name];
        if (!lacking) throw new RangeError(`no part of a proof: ${name}`);
        return { ...proof, ...lacking };
      },
      whole(mode, stated),
    );
}

const refusal = expect.objectContaining({ code: 'WORKING_DAYS_NOT_PUBLISHED' });

describe('the day on which a letter is served', () => {
  it.each(rows(1))('%s of %s, without "%s": %s (%s)', (mode, stated, without, served, because) => {
    const proof = proofOf(mode as Mode, stated, without);
    const lacking = missingOf(mode as Mode, proof).map(({ zh }) => zh);
    if (served === 'not served') {
      expect(lacking.join('；')).toBe(because);
      return;
    }
    expect(lacking).toEqual([]);
    const terms = { noticeDays: stated < '2022' ? 60 : 30 };
    const ask = () => servedDay(mode as Mode, proof, terms);
    if (served === 'refused') expect(ask).toThrow(refusal);
    else expect(ask()).toBe(served);
  });

  it('has rows for every mode, served and not, and at least forty of them with the periods', () => {
    const served = rows(1).map(([mode, , , on]) => `${mode} ${on === 'not served' ? 'not' : 'is'}`);
    expect(MODES.filter((mode) => !served.includes(`${mode} is`) || !served.includes(`${mode} not`))).toEqual([]);
    expect(rows(1).length + rows(2).length).toBeGreaterThanOrEqual(60);
  });

  it('demands a day of its own of every mode: a proof with nothing serves nothing', () => {
    for (const mode of MODES) expect(missingOf(mode, NO_PROOF).length).toBeGreaterThan(0);
    expect(statedDay(NO_PROOF)).toBeNull();
  });

  it('is never before the day that the proof states', () => {
    const days = fc.integer({ min: 0, max: 300 }).map((count) => addDays(day('2026-01-05'), count));
    fc.assert(
      fc.property(fc.constantFrom(...MODES), days, (mode, stated) => {
        const proof = whole(mode, mode === 'electronic' ? `${stated}T04:00:00Z` : stated);
        expect(servedDay(mode, proof, { noticeDays: 30 }) >= stated).toBe(true);
      }),
    );
  });
});

const deadlineOf = (statute: Statute, period: string): Deadline => {
  const [count, unit] = period.split(' ') as [string, 'days' | 'months' | 'years'];
  return { days: daysOf, months: monthsOf, years: yearsOf }[unit](statute, Number(count));
};

describe('a period', () => {
  it.each(rows(2))('from %s, %s, %s, counted in %s, ends: %s (%s)', (from, act, period, unit, ends) => {
    const deadline = deadlineOf(act as Statute, period);
    expect(deadline.unit).toBe(unit.replace(' ', '-'));
    if (ends === 'refused') {
      expect(() => deadlineEnd(deadline, day(from))).toThrow(refusal);
      expect(deadlineEnd(deadline, day(from), 'leave-open')).toBeNull();
    } else expect(deadlineEnd(deadline, day(from))).toBe(ends);
  });

  it('is not past on its last day nor before it rolls forward, and needs no calendar for that', () => {
    const past = (last: string, today: string) => isPast(last as Day, today as Day);
    expect([
      past('2026-10-05', '2026-10-05'),
      past('2026-10-05', '2026-10-08'),
      past('2026-10-05', '2026-10-09'),
    ]).toEqual([false, false, true]);
    expect(past('2027-01-25', '2027-01-20')).toBe(false);
    expect(() => past('2027-01-25', '2027-01-26')).toThrow(refusal);
  });
});
