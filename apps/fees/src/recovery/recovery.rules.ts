import { addMonths, type Day } from '@app/kernel';
import { periodEnd, workingDaysLater } from '@app/working-days';
import { spread } from '../receivable/receivable.rules';
import type { RecoveryCause, RecoveryRow, RecoveryShare, RecoveryTerms } from './recovery.types';

/** Years that nobody has published a calendar for yet are counted by Mondays to Fridays. */
const BEYOND = 'count-weekdays';

export interface Facts {
  readonly cause: RecoveryCause;
  readonly isInGoodFaith: boolean;
  readonly wrongFen: bigint;
  readonly goneFen: bigint;
}

/** What follows from the facts: how much is owed, on which articles, and whether it may be referred. */
export interface Consequence {
  readonly owedFen: bigint;
  readonly basis: string;
  readonly mayRefer: boolean;
}

/** Why facts cannot be as they are stated. */
export type FactFault = 'fraud-in-good-faith' | 'gone-without-good-faith' | 'gone-out-of-bounds';

/** Good faith is about not having known; whoever deceived knew, and only in good faith does it matter what is left. */
export function faultOf({ cause, isInGoodFaith, wrongFen, goneFen }: Facts): FactFault | null {
  if (cause === 'fraud' && isInGoodFaith) return 'fraud-in-good-faith';
  if (goneFen < 0n || goneFen > wrongFen) return 'gone-out-of-bounds';
  if (goneFen > 0n && !isInGoodFaith) return 'gone-without-good-faith';
  return null;
}

/** 民法典 985–988, applied to public money. No interest, no penalty: never more than was wrongly paid. */
export function consequenceOf(facts: Facts): Consequence {
  const { cause, isInGoodFaith, wrongFen, goneFen } = facts;
  if (isInGoodFaith) {
    const basis = goneFen > 0n ? '民法典第九百八十五条、第九百八十六条' : '民法典第九百八十五条';
    return { owedFen: wrongFen - goneFen, basis, mayRefer: false };
  }
  if (cause === 'fraud') {
    return {
      owedFen: wrongFen,
      basis:
        '民法典第九百八十五条、第九百八十七条；骗取、冒领的，依各项补贴的管理规定（育儿补贴：国卫办人口发〔2025〕24号第二十九条）',
      mayRefer: true,
    };
  }
  return { owedFen: wrongFen, basis: '民法典第九百八十五条、第九百八十七条', mayRefer: false };
}

/**
 * The last day on which it may still be decided: `years` from the day it was known or last claimed in a letter that
 * reached them (民法典 188, 195), never later than `absolute` years after the payment. What was over stays over.
 */
export function limitationEnds(
  knownOn: Day,
  paidOn: Day,
  claimedOn: readonly Day[],
  { limitationYears: years, limitationAbsoluteYears: absolute }: RecoveryTerms,
): Day {
  const last = rolled(addMonths(paidOn, 12 * absolute));
  let ends = earlier(rolled(addMonths(knownOn, 12 * years)), last);
  for (const claimed of [...claimedOn].sort()) {
    if (claimed > ends) break;
    ends = later(ends, earlier(rolled(addMonths(claimed, 12 * years)), last));
  }
  return ends;
}

/** Last day to say something about a notice, and to ask for a hearing. */
export const statementEnds = (servedOn: Day, { statementWorkingDays }: RecoveryTerms): Day =>
  workingDaysLater(servedOn, statementWorkingDays, BEYOND);

/** Last day to pay of one's own accord. */
export const payBy = (servedOn: Day, { payDays }: RecoveryTerms): Day => periodEnd(servedOn, payDays, BEYOND);

/** Last day to contest a decision: the later of both ways (复议法 20, 诉讼法 46). */
export const appealEnds = (servedOn: Day, { reconsiderationDays, suitMonths }: RecoveryTerms): Day =>
  later(periodEnd(servedOn, reconsiderationDays, BEYOND), rolled(addMonths(servedOn, suitMonths)));

/** Last day of the wait after a reminder (强制法 54, 69: working days). */
export const reminderEnds = (servedOn: Day, { reminderWorkingDays }: RecoveryTerms): Day =>
  workingDaysLater(servedOn, reminderWorkingDays, BEYOND);

/** Last day to apply to the court: months after nothing can be contested any more (强制法 53). */
export const courtUntil = (contestedUntil: Day, { courtMonths }: RecoveryTerms): Day =>
  rolled(addMonths(contestedUntil, courtMonths));

/** Budgets of what is owed, in the proportions of what was paid: largest remainder, so that they sum to the fen. */
export function sharesOf(fen: bigint, shares: readonly RecoveryShare[]): RecoveryShare[] {
  const parts = spread(
    shares.map((share) => share.fen),
    shares.map(() => 0n),
    fen,
  );
  return shares.map((share, i) => ({ ...share, fen: parts[i]! })).filter((share) => share.fen > 0n);
}

/** Why a step may not be taken yet, or no more. */
export type Obstacle =
  | 'facts-missing'
  | 'notice-not-served'
  | 'statement-period-open'
  | 'hearing-open'
  | 'past-limitation'
  | 'nothing-owed'
  | 'something-owed'
  | 'known-better'
  | 'decision-not-served'
  | 'pay-period-open'
  | 'reminder-not-served'
  | 'reminder-period-open'
  | 'contestable'
  | 'court-period-over';

type Standing = Pick<
  RecoveryRow,
  | 'cause'
  | 'isInGoodFaith'
  | 'wrongFen'
  | 'stillFen'
  | 'goneFen'
  | 'owedFen'
  | 'limitationEnds'
  | 'noticeServedOn'
  | 'statementEnds'
  | 'hearingAskedOn'
  | 'hearingHeldOn'
  | 'decisionServedOn'
  | 'payBy'
  | 'appealEnds'
  | 'courtUntil'
  | 'reminderServedOn'
  | 'reminderEnds'
>;

export const factsOf = (row: Pick<Standing, 'cause' | 'isInGoodFaith' | 'wrongFen' | 'goneFen'>): Facts | null =>
  row.cause === null
    ? null
    : { cause: row.cause, isInGoodFaith: row.isInGoodFaith!, wrongFen: row.wrongFen, goneFen: row.goneFen! };

/** What is to be returned as is known now; null where the facts are not found. */
export function owedOf(
  row: Pick<Standing, 'cause' | 'isInGoodFaith' | 'wrongFen' | 'stillFen' | 'goneFen'>,
): bigint | null {
  const facts = factsOf(row);
  if (!facts) return null;
  const { owedFen } = consequenceOf(facts);
  return owedFen < row.stillFen ? owedFen : row.stillFen;
}

export function obstacleToNotice(row: Standing, today: Day): Obstacle | null {
  const owedFen = owedOf(row);
  if (owedFen === null) return 'facts-missing';
  if (today > row.limitationEnds) return 'past-limitation';
  return owedFen === 0n ? 'nothing-owed' : null;
}

export function obstacleToDecision(row: Standing, today: Day): Obstacle | null {
  const before = obstacleToNotice(row, today);
  if (before) return before;
  if (row.noticeServedOn === null || row.statementEnds === null) return 'notice-not-served';
  if (today <= row.statementEnds) return 'statement-period-open';
  return row.hearingAskedOn !== null && row.hearingHeldOn === null ? 'hearing-open' : null;
}

/** Whether nothing is owed at all, so that the case ends without a decision against anybody. */
export function obstacleToRelease(row: Standing): Obstacle | null {
  const facts = factsOf(row);
  if (!facts) return 'facts-missing';
  return consequenceOf(facts).owedFen === 0n ? null : 'something-owed';
}

export function obstacleToReminder(row: Standing, today: Day): Obstacle | null {
  if (isTooMuch(row)) return 'known-better';
  if (row.decisionServedOn === null || row.payBy === null) return 'decision-not-served';
  return today <= row.payBy ? 'pay-period-open' : null;
}

export function obstacleToCourt(row: Standing, today: Day): Obstacle | null {
  if (isTooMuch(row)) return 'known-better';
  if (row.reminderServedOn === null || row.reminderEnds === null) return 'reminder-not-served';
  if (today <= row.reminderEnds) return 'reminder-period-open';
  if (row.appealEnds === null || today <= row.appealEnds) return 'contestable';
  return today > row.courtUntil! ? 'court-period-over' : null;
}

/** Less is known to be wrong by now than was decided: an officer corrects that before anybody is pressed. */
export const isTooMuch = ({ owedFen, stillFen }: Pick<Standing, 'owedFen' | 'stillFen'>): boolean =>
  owedFen !== null && stillFen < owedFen;

/** What the office, and what the person, can do next, and until which day where one runs. */
export interface Next {
  readonly office: string;
  /** Mirrored by the column due_on. */
  readonly officeBy: Day | null;
  readonly person: string;
  readonly personBy: Day | null;
}

/** Nobody has to do anything that is not here. */
export function nextOf(row: Standing & Pick<RecoveryRow, 'state'>): Next {
  const { limitationEnds: limit } = row;
  const next = (office: string, officeBy: Day | null, person = 'nothing', personBy: Day | null = null): Next => ({
    office,
    officeBy,
    person,
    personBy,
  });
  if (isTooMuch(row)) return next('correct', null);
  switch (row.state) {
    case 'proposed':
      return next('confirm', limit);
    case 'detected':
      return next('begin', limit);
    case 'fact-finding':
      return next(stepAfterFacts(row), limit, 'may-say');
    case 'noticed':
      if (row.statementEnds === null) return next('serve-notice', limit, 'may-say');
      if (row.hearingAskedOn !== null && row.hearingHeldOn === null) return next('hear', limit, 'be-heard');
      return next('decide', limit, 'say-or-ask-hearing', row.statementEnds);
    case 'decided':
      return next('serve-decision', null);
    case 'served':
    case 'repaying':
      return next('await-payment', row.payBy, 'pay-or-contest', row.payBy);
    case 'reminded':
      if (row.reminderEnds === null) return next('serve-reminder', row.courtUntil, 'pay-or-say');
      return next('apply', row.courtUntil, 'pay-or-say', row.reminderEnds);
    case 'court':
      return next('await-court', null, 'pay-or-say');
    default:
      return next('nothing', null);
  }
}

function stepAfterFacts(row: Standing): string {
  const owedFen = owedOf(row);
  if (owedFen === null) return 'establish';
  if (owedFen > 0n) return 'notice';
  return obstacleToRelease(row) === null ? 'release' : 'cease';
}

const earlier = (a: Day, b: Day): Day => (a < b ? a : b);
const later = (a: Day, b: Day): Day => (a > b ? a : b);
/** A last day that is off is the next working day (民法典 203). */
const rolled = (last: Day): Day => periodEnd(last, 0, BEYOND);
