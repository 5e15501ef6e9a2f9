import type { AnswerLine, LineStatus } from './bank-answer.types';

/**
 * How far a status goes. Answers come late, twice and out of order, so they are joined, never overwritten: the higher
 * one stays. SETTLED stands above REJECTED because money that may have moved must not be paid again, and RETURNED
 * above SETTLED because nothing that a bank repeats undoes a return.
 */
const STATUS_RANK: Readonly<Record<LineStatus, number>> = {
  PENDING: 1,
  ACCEPTED: 2,
  REJECTED: 3,
  SETTLED: 4,
  RETURNED: 5,
};

/** The same for every order and number of answers: commutative, associative, idempotent. */
export const joinStatus = (a: LineStatus, b: LineStatus): LineStatus => (STATUS_RANK[a] >= STATUS_RANK[b] ? a : b);

/** Of two answers about one transfer the one that stands; of equal status the earlier, then the smaller by its texts. */
export function joinLines(a: AnswerLine, b: AnswerLine): AnswerLine {
  if (STATUS_RANK[a.status] !== STATUS_RANK[b.status]) return STATUS_RANK[a.status] > STATUS_RANK[b.status] ? a : b;
  return orderOf(a) <= orderOf(b) ? a : b;
}

const orderOf = (line: AnswerLine): string =>
  [new Date(line.at).toISOString(), line.bankRef, line.rawCode ?? '', line.reason ?? '', line.amountFen, line.at].join(
    '\u0000',
  );

/**
 * True when both cannot be so, whatever the order: credited and rejected, credited under two bank references, or two
 * amounts. The bank's "I have that already" (DUPL) contradicts nothing.
 */
export function contradict(a: AnswerLine, b: AnswerLine): boolean {
  if (a.amountFen !== b.amountFen) return true;
  const [moved, movedToo] = [isMoneyMoved(a), isMoneyMoved(b)];
  if (moved && movedToo) return a.bankRef !== b.bankRef;
  return (moved && isRejected(b)) || (movedToo && isRejected(a));
}

const isMoneyMoved = (line: AnswerLine): boolean => line.status === 'SETTLED' || line.status === 'RETURNED';
const isRejected = (line: AnswerLine): boolean => line.status === 'REJECTED' && line.rawCode !== 'DUPL';
