/** Where an overpayment can stand. */
export type OverpaymentState = 'reported' | 'found' | 'told' | 'taken-up' | 'taken-back' | 'dismissed';

/** Every move there is, mirrored by the table `overpayment_move`. What is not listed cannot happen. */
export const OVERPAYMENT_MOVES: Readonly<Record<OverpaymentState, readonly OverpaymentState[]>> = {
  /** By one officer; another one has to see it. */
  reported: ['found', 'dismissed'],
  found: ['told', 'taken-back'],
  /** Fees was told, and has not asked for it yet. */
  told: ['taken-up', 'taken-back'],
  /** Fees has it: what changes from now on is a row of its own. */
  'taken-up': [],
  'taken-back': [],
  dismissed: [],
};
