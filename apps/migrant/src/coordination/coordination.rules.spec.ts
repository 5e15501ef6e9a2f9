import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { isNews, isOfferedAtOnce, levelAbove, onlyAsked, otherOf, step } from './coordination.rules';
import { HAND_OVER_MOVES, MOVES } from './coordination.state';
import type { Act, Answer, CoordinationKind, CoordinationOutcome, Place, Standing } from './coordination.types';

const OUTCOMES: Readonly<Record<string, CoordinationOutcome>> = {
  asked: 'waiting',
  returned: 'waiting',
  withdrawn: 'waiting',
  silent: 'no-reply',
  answered: 'confirmed',
  late: 'confirmed',
};

interface Case {
  readonly name: string;
  readonly at: Standing;
  readonly place: Place | null;
  readonly act: Act;
  readonly answer: Answer | undefined;
  readonly becomes: string;
  readonly then: string;
}

const CASES: readonly Case[] = fs
  .readFileSync(path.join(__dirname, 'coordination.cases.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, name, kind, state, held, place, act, answer, becomes, then] = cells;
    const [handOver, responsible] = held!.split('/');
    const at = { kind, state, outcome: OUTCOMES[state!], handOver, responsible } as Standing;
    return {
      ...{ name: name!, at, place: place === '–' ? null : (place as Place), act: act as Act },
      ...{ answer: (answer || undefined) as Answer | undefined, becomes: becomes!, then: then! },
    };
  });

describe('a request', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_name, { at, place, act, answer, becomes, then }) => {
    const next = step(at, place, act, answer);
    if (typeof next === 'string') expect(['no', next]).toEqual([becomes, then]);
    else expect([next.state, `${next.handOver}/${next.responsible}`]).toEqual([becomes, then]);
  });

  it('moves as this says', () => {
    expect(MOVES).toEqual({
      asked: ['returned', 'answered', 'silent', 'withdrawn'],
      returned: ['asked', 'answered', 'silent', 'withdrawn'],
      silent: ['late'],
      answered: [],
      late: [],
      withdrawn: [],
    });
    expect(HAND_OVER_MOVES).toEqual({
      none: ['offered'],
      offered: ['accepted', 'declined'],
      accepted: ['offered'],
      declined: ['offered'],
    });
  });

  it('answers nothing but what was asked, whoever says more', () => {
    expect(onlyAsked({ office: '示例街道', id_number: '110' }, ['office', 'born_on'])).toEqual({ office: '示例街道' });
  });

  it('tells silence and answers, and nothing twice', () => {
    const all = ['waiting', 'confirmed', 'mismatch', 'not-found', 'no-reply'] as const;
    const news = all.flatMap((from) => all.filter((to) => isNews(from, to)).map((to) => `${from} > ${to}`));
    expect(news.filter((one) => one.startsWith('waiting') || one.startsWith('no-reply'))).toEqual([
      'waiting > confirmed',
      'waiting > mismatch',
      'waiting > not-found',
      'waiting > no-reply',
      'no-reply > confirmed',
      'no-reply > mismatch',
      'no-reply > not-found',
    ]);
    expect(all.filter((one) => isNews(one, one))).toEqual([]);
  });

  it.each([
    ['340202100201', '340202100000'],
    ['340202100000', '340202000000'],
    ['340202000000', '340200000000'],
    ['340200000000', '340000000000'],
    ['340000000000', null],
  ])('is escalated from %s to %s', (code, above) => {
    expect(levelAbove(code)).toBe(above);
  });
});

type Said = { readonly seq: number; readonly act: Act; readonly answer?: Answer };

/** One installation's side of a request: how it stands there, what it told, what came and waits for what is before it. */
class Side {
  private heard = 0;
  private readonly kept = new Map<number, Said>();
  readonly told: CoordinationOutcome[] = [];
  readonly sent: Said[] = [];
  unheard = 0;

  constructor(
    readonly place: Place,
    public at: Standing | undefined,
  ) {}

  /** Somebody here does something; whether the rules let them. */
  do(act: Act, answer?: Answer): boolean {
    if (!this.at) return false;
    const by = act === 'silence' ? null : this.place;
    const next = step(this.at, by, act, answer);
    if (typeof next === 'string') return false;
    this.become(next);
    if (by) this.sent.push({ seq: this.sent.length + 1, act, answer });
    return true;
  }

  /** A message comes, for whatever time and in whatever order. */
  take(said: Said, opening: Standing): void {
    if (said.seq <= this.heard || this.kept.has(said.seq)) return;
    this.kept.set(said.seq, said);
    for (let next = this.kept.get(this.heard + 1); next; next = this.kept.get(this.heard + 1)) {
      this.kept.delete(next.seq);
      this.heard = next.seq;
      if (!this.at) this.at = opening;
      else this.hear(next);
    }
  }

  private hear({ act, answer }: Said): void {
    const next = step(this.at!, otherOf(this.place), act, answer);
    if (typeof next === 'string') this.unheard++;
    else this.become(next);
  }

  private become(next: Standing): void {
    if (this.place === 'asker' && isNews(this.at!.outcome, next.outcome)) this.told.push(next.outcome);
    this.at = next;
  }

  get isAllUnderstood(): boolean {
    return this.kept.size === 0;
  }

  get hasHeard(): number {
    return this.heard;
  }
}

const ACTS: readonly Act[] = ['answer', 'return', 'ask-again', 'withdraw', 'hand-over', 'accept', 'decline', 'silence'];
const move = fc.oneof(
  fc.record({
    at: fc.constantFrom<Place>('asker', 'asked'),
    act: fc.constantFrom(...ACTS),
    answer: fc.constantFrom<Answer>('confirmed', 'mismatch', 'not-found'),
  }),
  // A copy of some message arrives; what is lost arrives later, as the exchange sends it until it is acknowledged.
  fc.record({ to: fc.constantFrom<Place>('asker', 'asked'), which: fc.nat(30) }),
);

describe('a request between two installations, over a line that loses, doubles and reorders', () => {
  it('comes to one end on both sides: nothing lost, nothing twice, never nobody responsible, and nobody waits', () => {
    let crossed = 0;
    fc.assert(
      fc.property(
        fc.constantFrom<CoordinationKind>('verify-fact', 'transfer-case'),
        fc.array(move, { maxLength: 60 }),
        fc.array(fc.nat(1_000), { minLength: 10, maxLength: 10 }),
        (kind, moves, shuffles) => {
          const opening: Standing = {
            ...{ kind, state: 'asked', outcome: 'waiting', responsible: 'asker' },
            handOver: isOfferedAtOnce(kind) ? 'offered' : 'none',
          };
          const asker = new Side('asker', opening);
          asker.sent.push({ seq: 1, act: 'answer' }); // The question itself: what it is called makes no difference to its number.
          const asked = new Side('asked', undefined);
          const sides = { asker, asked };
          const deliver = (to: Place, which: number) => {
            const bag = sides[otherOf(to)].sent;
            if (bag.length > 0) sides[to].take(bag[which % bag.length]!, opening);
          };
          for (const one of moves) {
            if ('to' in one) deliver(one.to, one.which);
            else sides[one.at].do(one.act, one.answer);
            // Whoever is asked now, one of the two says "I am".
            const holders = [asker, asked].filter((side) => side.at?.responsible === side.place);
            expect(holders.length).toBeGreaterThanOrEqual(1);
          }
          asker.do('silence'); // The day passes for both.
          asked.do('silence');
          // Everything that was told comes in the end, some of it again, and the last of it first.
          for (const [i, shuffle] of shuffles.entries()) deliver(i % 2 ? 'asker' : 'asked', shuffle);
          for (const to of ['asker', 'asked'] as const)
            for (let which = sides[otherOf(to)].sent.length - 1; which >= 0; which--) deliver(to, which);
          expect([asker.hasHeard, asked.hasHeard]).toEqual([asked.sent.length, asker.sent.length]);
          expect([asker.isAllUnderstood, asked.isAllUnderstood]).toEqual([true, true]);
          expect(asker.at!.responsible).toBe(asked.at!.responsible);
          crossed += asker.unheard + asked.unheard;
          if (asker.at!.state === 'withdrawn') return;
          const said = asked.at!.outcome;
          if (said !== 'no-reply' && said !== 'waiting') expect(asker.at!.outcome).toBe(said);
          expect(asker.at!.outcome).not.toBe('waiting');
          const answers = asker.told.filter((outcome) => outcome !== 'no-reply');
          expect(answers.length).toBeLessThanOrEqual(1);
          expect(asker.told.filter((outcome) => outcome === 'no-reply').length).toBeLessThanOrEqual(1);
          expect(asker.told.at(-1)).toBe(asker.at!.outcome);
        },
      ),
      { numRuns: 5_000 },
    );
    expect(crossed).toBeGreaterThan(0); // Acts did cross on their way, and it mattered to nobody.
  });
});
