import type { Day, Sentence } from '@app/kernel';

export type CheckOutcome = 'match' | 'mismatch' | 'not-found' | 'set-aside' | 'no-reply' | 'not-asked';
export type CheckState = 'asked' | 'verified' | 'look' | 'by-commitment' | 'waits' | 'settled' | 'not-asked';
export type LookReason = 'MISMATCH' | 'NOT_FOUND' | 'SET_ASIDE' | 'DEATH_MARK';

/** What a place's text says of a registry that does not answer. */
export type Silence = 'commitment' | 'waits';

export interface CheckFacts {
  readonly outcome: CheckOutcome | null;
  readonly isDeathMarked: boolean | null;
  readonly answeredAt: Date | null;
  readonly dueOn: Day;
  readonly saidAt: Date | null;
}

/** Why an officer has to look; undefined where nobody has to. */
export function reasonOf({ outcome, isDeathMarked }: Pick<CheckFacts, 'outcome' | 'isDeathMarked'>) {
  if (isDeathMarked === true) return 'DEATH_MARK' satisfies LookReason;
  const reasons: Partial<Record<CheckOutcome, LookReason>> = {
    mismatch: 'MISMATCH',
    'not-found': 'NOT_FOUND',
    'set-aside': 'SET_ASIDE',
  };
  return outcome === null ? undefined : reasons[outcome];
}

/** Nothing was said about the person: no answer in time, or one that must not be used. */
export const isSilent = ({ outcome, dueOn }: Pick<CheckFacts, 'outcome' | 'dueOn'>, today: Day): boolean =>
  outcome === null ? today > dueOn : outcome === 'no-reply' || outcome === 'set-aside';

/** An officer's word counts for what was known when it was said; what comes later is looked at again. */
const isSaid = ({ saidAt, answeredAt, outcome }: CheckFacts): boolean =>
  saidAt !== null && (outcome === null || outcome === 'no-reply' || answeredAt === null || saidAt >= answeredAt);

export function stateOf(check: CheckFacts, today: Day, silence: Silence): CheckState {
  if (check.outcome === 'not-asked') return 'not-asked';
  if (isSaid(check)) return 'settled';
  if (reasonOf(check)) return 'look';
  if (check.outcome === 'match') return 'verified';
  if (!isSilent(check, today)) return 'asked';
  return silence === 'waits' ? 'waits' : 'by-commitment';
}

/** Whether a person has something to do before it goes on, and what; a silent registry holds nothing up by itself. */
export function holdOf(check: CheckFacts, today: Day, silence: Silence): 'look' | 'waits' | undefined {
  const state = stateOf(check, today, silence);
  if (state === 'look') return check.outcome === 'set-aside' && silence === 'commitment' ? undefined : 'look';
  return silence === 'waits' && (state === 'asked' || state === 'waits') ? 'waits' : undefined;
}

/**
 * What the family is told of the registry: only whether it was silent. Whether a name and a number belong together is told
 * to officers alone, so that nobody learns it about others by filing.
 */
export function toldOf(checks: readonly CheckFacts[], today: Day, silence: Silence): Silence | undefined {
  const open = checks.filter((check) => stateOf(check, today, silence) !== 'settled');
  if (open.some((check) => holdOf(check, today, silence) === 'waits')) return 'waits';
  const silent = open.filter((check) => isSilent(check, today));
  return silent.length > 0 ? silence : undefined;
}

export const TOLD: Readonly<Record<Silence, Sentence>> = {
  commitment: {
    zh: '户籍登记机关未在期限内给出可用的答复。按您的陈述继续办理，您无需补交任何材料。',
    en: 'The household registry has given no usable answer in time. Your case goes on by your own statement; you need bring nothing.',
  },
  waits: {
    zh: '正在等待户籍登记机关答复，本地规定须等待。您的申请没有被拒绝；可持身份证到受理窗口，由工作人员核看后继续办理。',
    en: 'The household registry has not answered, and the text of this place has the case wait. It is not refused; an officer at the counter may look at your identity card and go on.',
  },
};
