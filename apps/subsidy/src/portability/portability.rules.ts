import { addMonths, type Day, dayOf, monthOf, yearOf } from '@app/kernel';
import type {
  AuthorityStretch,
  Move,
  OldClaim,
  ParameterName,
  ParameterRow,
  Period,
  Place,
  Primary,
  RuleName,
} from './portability.types';

/** What holds where no row says anything: the one that lets nobody fall between two places. */
const SAFE: Readonly<Record<ParameterName, string>> = {
  follows: 'hukou',
  completes: 'submitted',
  unit: 'year',
  'year-paid': 'settles',
  'cross-check-months': '12',
  'cross-check-after-silence-days': '30',
};
const NO_TEXT = '无地方规定，按最有利于家庭的口径';

/** The text about people who move, of one programme and day: the narrowest region's row of each name, the programme's own first. */
export class MoveText {
  constructor(
    private readonly rows: readonly ParameterRow[],
    private readonly programme: string,
    private readonly on: Day,
  ) {}

  row(name: ParameterName, { county }: Place): ParameterRow | undefined {
    return this.rows
      .filter((row) => row.name === name && (row.programme === '*' || row.programme === this.programme))
      .filter((row) => row.region === 'CN' || county.startsWith(row.region))
      .filter((row) => row.from <= this.on && (row.until === null || this.on < row.until))
      .sort((a, b) => rank(b) - rank(a))[0];
  }

  value(name: ParameterName, place: Place): string {
    return this.row(name, place)?.value ?? SAFE[name];
  }

  source(name: ParameterName, place: Place): string {
    return this.row(name, place)?.source ?? NO_TEXT;
  }
}

/** The narrowest region first, then the programme's own row before one for all. */
const rank = ({ region, programme }: ParameterRow): number =>
  (region === 'CN' ? 0 : region.length * 2) + (programme === '*' ? 0 : 1);

export const samePlace = (a: Place, b: Place): boolean => a.county === b.county;

export interface PeriodFacts {
  readonly move: Move;
  readonly period: Period;
  /** Who is responsible for the period so far. */
  readonly standing: Place;
  /** The old place's claim for it; null where it has none that is alive. */
  readonly claim: OldClaim | null;
}

/**
 * Which of two places is primary for a period after a move. There always is one, and only one: what the old place does not
 * complete the new one takes on.
 */
export function primaryAuthority(text: MoveText, { move, period, standing, claim }: PeriodFacts): Primary {
  const { from, to, leftOn } = move;
  const by = (place: Place, rule: RuleName, name: ParameterName, of: Place): Primary => ({
    place,
    rule,
    source: text.source(name, of),
  });
  if (!samePlace(standing, from)) return by(standing, 'not-of-this-move', 'follows', standing);
  if (period.until !== null && period.until <= leftOn) return by(from, 'over-before-the-move', 'completes', from);
  if (text.value('unit', from) === 'month') {
    return by(period.from > leftOn ? to : from, 'from-the-month-after', 'unit', from);
  }
  if (claim?.isSettledHere) return by(from, 'settled-by-officer', 'completes', from);
  if (claim?.isPaid && text.value('year-paid', to) === 'stays') return by(from, 'year-paid', 'year-paid', to);
  if (period.from > leftOn) return by(to, 'later-year', 'follows', to);
  if (!claim) return by(to, 'nothing-submitted', 'completes', from);
  if (claim.submittedOn >= leftOn) return by(to, 'submitted-after', 'completes', from);
  if (text.value('completes', from) === 'submitted') return by(from, 'submitted-before', 'completes', from);
  const isConfirmed = claim.confirmedOn !== null && claim.confirmedOn < leftOn;
  return isConfirmed
    ? by(from, 'confirmed-before', 'completes', from)
    : by(to, 'not-confirmed-before', 'completes', from);
}

export interface MoveFacts {
  readonly move: Move;
  /** Who stands as responsible for which days, in order; days that nobody stands for are the old place's. */
  readonly standing: readonly { readonly valid: Period; readonly place: Place }[];
  /** The old place's claim by its year. */
  readonly claims: ReadonlyMap<number, OldClaim>;
}

/** Who is responsible for which days from the year of the move on, and for the years of claims before it: period by period. */
export function authorityAfter(text: MoveText, { move, standing, claims }: MoveFacts): AuthorityStretch[] {
  return periodsOf(text, move, standing, claims).map((period) => {
    const place = standing.find(({ valid }) => holds(valid, period.from))?.place ?? move.from;
    const claim = claims.get(yearOf(period.from)) ?? null;
    return { ...primaryAuthority(text, { move, period, standing: place, claim }), valid: period };
  });
}

/** The periods that are decided one by one: years, or for what is paid by months the days before and after the month's turn. */
function periodsOf(
  text: MoveText,
  { from, leftOn }: Move,
  standing: readonly { readonly valid: Period }[],
  claims: ReadonlyMap<number, OldClaim>,
): Period[] {
  const known = [...claims.keys(), ...standing.map(({ valid }) => yearOf(valid.from))];
  const first = Math.min(yearOf(leftOn), ...known);
  const last = Math.max(yearOf(leftOn), ...known) + 1;
  const starts: Day[] = Array.from({ length: last - first + 1 }, (_, n) => dayOf(first + n, 1, 1));
  // A boundary that stands already stays one.
  starts.push(...standing.map(({ valid }) => valid.from));
  if (text.value('unit', from) === 'month') starts.push(addMonths(dayOf(yearOf(leftOn), monthOf(leftOn), 1), 1));
  const ordered = [...new Set(starts)].sort();
  return ordered.map((start, n) => ({ from: start, until: ordered[n + 1] ?? null }));
}

/** Neighbours with one authority by one rule are one stretch. */
export function joined(stretches: readonly AuthorityStretch[]): AuthorityStretch[] {
  const out: AuthorityStretch[] = [];
  for (const stretch of stretches) {
    const before = out.at(-1);
    if (before && samePlace(before.place, stretch.place) && before.rule === stretch.rule) {
      out[out.length - 1] = { ...before, valid: { from: before.valid.from, until: stretch.valid.until } };
    } else out.push(stretch);
  }
  return out;
}

export const holds = ({ from, until }: Period, on: Day): boolean => from <= on && (until === null || on < until);

/** How much of a year's amount falls into the days of another authority: by whole months, a month counting where it begins. */
export function portion(fen: bigint, whole: { readonly from: Day; readonly until: Day }, part: Period): bigint {
  const [months, other] = [
    monthsIn(whole.from, whole.until),
    monthsIn(later(whole.from, part.from), earlier(whole.until, part.until)),
  ];
  return other >= months ? fen : (fen * BigInt(other)) / BigInt(months);
}

const later = (a: Day, b: Day): Day => (a > b ? a : b);
const earlier = (a: Day, b: Day | null): Day => (b === null || a < b ? a : b);
const index = (at: Day): number => yearOf(at) * 12 + monthOf(at);
const monthsIn = (from: Day, until: Day): number => Math.max(0, index(until) - index(from));

/** What the register says of where somebody is registered, as far as a move can be read from it. */
export interface RegisteredMove {
  readonly county: string;
  /** 0 valid, 1 cancelled, 8 moved out, 9 deceased. */
  readonly status: number;
  readonly born: Day | null;
  readonly died: Day | null;
  readonly movedInOn: Day | null;
  readonly movedOutOn: Day | null;
  readonly isNumberShared: boolean;
}

/** Why a move is not followed without a person. */
export type Doubt =
  | 'NUMBER_SHARED'
  | 'MOVED_OUT'
  | 'DATE_UNKNOWN'
  | 'DATE_AHEAD'
  | 'DATES_DISAGREE'
  | 'BEFORE_BIRTH'
  | 'PLACES_DISAGREE'
  | 'CANCELLED';

export type Reading =
  | { readonly is: 'nothing' }
  | { readonly is: 'clear'; readonly leftOn: Day }
  | { readonly is: 'back' }
  | { readonly is: 'unclear'; readonly doubt: Doubt };

/** The last move that was followed for the same programme, if any stands. */
export interface LastMove {
  readonly from: string;
  readonly to: string;
  readonly leftOn: Day;
}

/**
 * What a change in the register means for who is responsible: nothing, a clear move, a clear return of one that was reported
 * wrongly, or a question for a person.
 * @param responsible Counties that have something to pay or stand as responsible from today on: one where all is in order.
 */
export function readMove(
  now: RegisteredMove,
  responsible: readonly string[],
  last: LastMove | null,
  today: Day,
): Reading {
  if (now.died !== null || now.status === 9) return { is: 'nothing' };
  if (responsible.length === 0) return { is: 'nothing' };
  const unclear = (doubt: Doubt): Reading => ({ is: 'unclear', doubt });
  const isHere = responsible.every((county) => county === now.county);
  if (now.status === 8) return isHere ? unclear('MOVED_OUT') : unclear('PLACES_DISAGREE');
  if (isHere) return { is: 'nothing' };
  if (now.isNumberShared) return unclear('NUMBER_SHARED');
  if (now.status === 1) return unclear('CANCELLED');
  const others = responsible.filter((county) => county !== now.county);
  if (others.length > 1) return unclear('PLACES_DISAGREE');
  const isReturn = last !== null && last.from === now.county && last.to === others[0];
  if (isReturn && (now.movedInOn === null || now.movedInOn < last.leftOn)) return { is: 'back' };
  if (now.movedInOn === null) return unclear('DATE_UNKNOWN');
  if (now.movedInOn > today) return unclear('DATE_AHEAD');
  if (now.born !== null && now.movedInOn < now.born) return unclear('BEFORE_BIRTH');
  if (last !== null && now.movedInOn < last.leftOn) return unclear('DATES_DISAGREE');
  if (now.movedOutOn !== null && now.movedOutOn > now.movedInOn) return unclear('DATES_DISAGREE');
  return { is: 'clear', leftOn: now.movedOutOn ?? now.movedInOn };
}
