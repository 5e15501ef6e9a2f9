import { Refusal } from '@app/kernel';
import type { Decision } from './decide';
import { decide } from './decide';
import type { FactValues, Programme } from './programme';
import type { Run } from './run';

/** Whether either of two programmes names the other as one it may not be paid beside. */
export function areInConflict(one: Programme, other: Programme): boolean {
  const names = (a: Programme, b: Programme) => a.conflicts.some((conflict) => conflict.with === b.code);
  return names(one, other) || names(other, one);
}

/**
 * Refuses programmes whose conflicts do not close: if A excludes B and B excludes C, A must exclude C, otherwise
 * "the higher one" would depend on the order of looking.
 */
export function assertConflictsClose(programmes: readonly Programme[]): void {
  for (const a of programmes) {
    for (const b of programmes) {
      for (const c of programmes) {
        if (a === b || b === c || a === c || !areInConflict(a, b) || !areInConflict(b, c) || areInConflict(a, c))
          continue;
        throw new Refusal(
          'CONFLICTS_NOT_CLOSED',
          {
            zh: `${a.code} 与 ${b.code}、${b.code} 与 ${c.code} 互斥，但 ${a.code} 与 ${c.code} 未声明互斥；请在 programme.yaml 的 conflicts 中补上。`,
            en: `${a.code} excludes ${b.code} and ${b.code} excludes ${c.code}, but ${a.code} and ${c.code} do not; add the conflict to a programme.yaml.`,
          },
          { programmes: [a.code, b.code, c.code] },
        );
      }
    }
  }
}

/**
 * Of conflicting programmes that one person is eligible for in one year, the highest amount stays; of equal ones the
 * one listed first. The others become SUPERSEDED and keep their amount for the explanation. A programme that is
 * still UNKNOWN supersedes nothing: the question it raises shows that the choice may change.
 */
export function resolveConflicts(programmes: readonly Programme[], decisions: readonly Decision[]): Decision[] {
  assertConflictsClose(programmes);
  return decisions.map((decision, index) => {
    if (decision.outcome !== 'ELIGIBLE') return decision;
    const winner = decisions.find(
      (other, place) =>
        place !== index &&
        other.outcome === 'ELIGIBLE' &&
        areInConflict(programmes[index]!, programmes[place]!) &&
        (other.amountFen! > decision.amountFen! || (other.amountFen === decision.amountFen && place < index)),
    );
    return winner
      ? { ...decision, outcome: 'SUPERSEDED', reason: 'SUPERSEDED', supersededBy: winner.programme }
      : decision;
  });
}

/** Decides all programmes for one person, conflicts resolved. The order of the result is that of the programmes. */
export function decideAll(programmes: readonly Programme[], facts: FactValues, run: Run): Decision[] {
  return resolveConflicts(
    programmes,
    programmes.map((programme) => decide(programme, facts, run)),
  );
}
