/** One word of the bank about a line. */
export interface BankWord {
  readonly status: 'PENDING' | 'ACCEPTED' | 'SETTLED' | 'REJECTED' | 'RETURNED';
  /** The bank's reference of the credit. */
  readonly bankRef: string;
  readonly rawCode?: string;
}

export type JoinedState = 'ACCEPTED' | 'SETTLED' | 'REJECTED' | 'RETURNED' | 'IN_DOUBT';

/**
 * What all words about a line say together, whatever their order and number. Nothing undoes a return; a line that was
 * both settled and rejected, or credited under two references, is in doubt until a person has ruled. "I have that
 * already" (DUPL) and "pending" say nothing. Undefined when nothing was said. JOINED_STATE below is the same in SQL.
 */
export function joinedState(words: readonly BankWord[], ruled?: 'SETTLED' | 'REJECTED'): JoinedState | undefined {
  const said = new Set(
    words.filter((word) => !(word.status === 'REJECTED' && word.rawCode === 'DUPL')).map((word) => word.status),
  );
  const credits = new Set(words.filter((word) => word.status === 'SETTLED').map((word) => word.bankRef)).size;
  if (credits > 1) return ruled ?? 'IN_DOUBT';
  if (said.has('RETURNED')) return 'RETURNED';
  if (said.has('SETTLED') && said.has('REJECTED')) return ruled ?? 'IN_DOUBT';
  if (said.has('SETTLED')) return 'SETTLED';
  if (said.has('REJECTED')) return 'REJECTED';
  return said.has('ACCEPTED') ? 'ACCEPTED' : undefined;
}

/** Over rows of bank_status_line `w` of one attempt, grouped; null when nothing was said. `ruled` is an SQL expression. */
export const joinedStateSql = (ruled: string): string => `case
  when count(distinct w.bank_ref) filter (where w.status = 'SETTLED') > 1 then coalesce(${ruled}, 'IN_DOUBT')
  when bool_or(w.status = 'RETURNED') then 'RETURNED'
  when bool_or(w.status = 'SETTLED') and bool_or(w.status = 'REJECTED' and w.raw_code is distinct from 'DUPL') then coalesce(${ruled}, 'IN_DOUBT')
  when bool_or(w.status = 'SETTLED') then 'SETTLED'
  when bool_or(w.status = 'REJECTED' and w.raw_code is distinct from 'DUPL') then 'REJECTED'
  when bool_or(w.status = 'ACCEPTED') then 'ACCEPTED' end`;

/** Where the money of a line in a state stands. */
export const MONEY_AT = { SETTLED: 'paid', REJECTED: 'returned', RETURNED: 'returned' } as const;
