import { divisionLevel, type DivisionCode } from '@app/kernel';
import { canMove, type CoordinationState, HAND_OVER_MOVES } from './coordination.state';
import type {
  Act,
  Answer,
  CoordinationApp,
  CoordinationKind,
  CoordinationOutcome,
  Place,
  Standing,
} from './coordination.types';

/** Why something cannot be done with a request as it stands. */
export type Obstacle = 'wrong-place' | 'wrong-state' | 'not-responsible' | 'taken-on' | 'nothing-offered';

export const otherOf = (place: Place): Place => (place === 'asker' ? 'asked' : 'asker');

const isAnswer = (outcome: CoordinationOutcome): boolean => outcome !== 'waiting' && outcome !== 'no-reply';

/**
 * What a request becomes by an act of one of its two places, or why it cannot. Each installation keeps its own side by this
 * alone: what is done here, and what the other is heard to have done.
 */
export function step(at: Standing, place: Place | null, act: Act, answer?: Answer): Standing | Obstacle {
  switch (act) {
    case 'silence':
      return moved(at, 'silent', { outcome: 'no-reply' });
    case 'answer':
      return place === 'asked' ? answered(at, answer!) : 'wrong-place';
    case 'return':
      if (place !== 'asked') return 'wrong-place';
      return at.responsible === 'asked' ? 'taken-on' : moved(at, 'returned');
    case 'ask-again':
      if (place !== 'asker') return 'wrong-place';
      return at.state === 'returned' ? moved(at, 'asked') : 'wrong-state';
    case 'withdraw':
      if (place !== 'asker') return 'wrong-place';
      // What is offered may be accepted in this very moment elsewhere.
      return at.responsible === 'asked' || at.handOver === 'offered' ? 'taken-on' : moved(at, 'withdrawn');
    default:
      return handedOver(at, place, act);
  }
}

function answered(at: Standing, outcome: Answer): Standing | Obstacle {
  const next = moved(at, at.state === 'silent' ? 'late' : 'answered', { outcome });
  if (typeof next === 'string' || at.kind !== 'transfer-case') return next;
  if (at.handOver !== 'offered' || at.responsible !== 'asker') return next;
  // Who confirms that they take a case takes it.
  return outcome === 'confirmed'
    ? { ...next, handOver: 'accepted', responsible: 'asked' }
    : { ...next, handOver: 'declined' };
}

function handedOver(at: Standing, place: Place | null, act: 'hand-over' | 'accept' | 'decline'): Standing | Obstacle {
  if (at.state === 'withdrawn') return 'wrong-state';
  if (act === 'hand-over') {
    if (place !== at.responsible) return 'not-responsible';
    return HAND_OVER_MOVES[at.handOver].includes('offered') ? { ...at, handOver: 'offered' } : 'wrong-state';
  }
  if (at.handOver !== 'offered') return 'nothing-offered';
  if (place !== otherOf(at.responsible)) return 'wrong-place';
  return act === 'accept' ? { ...at, handOver: 'accepted', responsible: place } : { ...at, handOver: 'declined' };
}

const moved = (at: Standing, to: CoordinationState, more: Partial<Standing> = {}): Standing | Obstacle =>
  canMove(at.state, to) ? { ...at, ...more, state: to } : 'wrong-state';

/** What is told to the app whose matter it is: silence once, an answer once, and nothing twice. */
export const isNews = (before: CoordinationOutcome, after: CoordinationOutcome): boolean =>
  before !== after && (after === 'no-reply' || isAnswer(after));

/** Nothing but the fields that were asked for is ever answered, whoever says more. */
export function onlyAsked(
  values: Readonly<Record<string, string>>,
  fields: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => fields.includes(name)));
}

/** The next authority up the tree of divisions; null above a province. */
export function levelAbove(code: string): string | null {
  const digits = { village: 9, township: 6, county: 4, city: 2, province: 0 }[divisionLevel(code as DivisionCode)];
  return digits === 0 ? null : code.slice(0, digits).padEnd(12, '0');
}

/** Who may know the answer without an officer. */
export const ANSWERED_BY: Readonly<Record<CoordinationKind, CoordinationApp>> = {
  'verify-fact': 'registration',
  'confirm-registration': 'registration',
  'transfer-case': 'subsidy',
  'settle-payment': 'subsidy',
};

/** A case is offered as it is transferred; everything else stays with who was contacted first. */
export const isOfferedAtOnce = (kind: CoordinationKind): boolean => kind === 'transfer-case';
