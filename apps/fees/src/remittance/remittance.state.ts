/** Where a remittance stands. */
export type RemittanceState = 'drafted' | 'prepared' | 'approved' | 'handed' | 'confirmed' | 'failed' | 'cancelled';

/** Every move there is. What is not listed cannot happen; a trigger in PostgreSQL repeats it. */
export const MOVES: Record<RemittanceState, readonly RemittanceState[]> = {
  drafted: ['prepared', 'cancelled'],
  prepared: ['approved', 'cancelled'],
  approved: ['handed', 'cancelled'],
  handed: ['confirmed', 'failed'],
  confirmed: [],
  failed: [], // The money stands again, and the next draft takes it.
  cancelled: [],
};

export const canMove = (from: RemittanceState, to: RemittanceState): boolean => MOVES[from].includes(to);
