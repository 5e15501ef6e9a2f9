/** Where a payment batch stands. */
export type BatchState =
  'preparing' | 'prepared' | 'approved' | 'sent' | 'in_doubt' | 'answered' | 'reconciled' | 'closed' | 'cancelled';

/** Every move there is. What is not listed cannot happen; PostgreSQL mirrors it in batch_state_move. */
export const BATCH_MOVES: Record<BatchState, readonly BatchState[]> = {
  preparing: ['prepared'],
  prepared: ['approved', 'cancelled'],
  approved: ['sent', 'cancelled'],
  sent: ['answered', 'in_doubt'],
  in_doubt: ['answered', 'sent'],
  answered: ['reconciled', 'in_doubt'],
  reconciled: ['closed', 'answered', 'in_doubt'], // A bank may send money back weeks after it said "paid".
  closed: ['answered', 'in_doubt'],
  cancelled: [],
};

/** Where a line of a batch stands. */
export type AttemptState =
  'READY' | 'SENT' | 'ACCEPTED' | 'SETTLED' | 'RETURNED' | 'REJECTED' | 'IN_DOUBT' | 'CANCELLED';
