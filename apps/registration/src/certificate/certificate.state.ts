/** Where a legacy certificate stands. */
export type CertificateState = 'valid' | 'cancelling' | 'cancelled' | 'replaced';

/** Every move there is. What is not listed cannot happen; PostgreSQL mirrors it in certificate_state_move. */
export const MOVES: Record<CertificateState, readonly CertificateState[]> = {
  valid: ['cancelling', 'cancelled', 'replaced'],
  cancelling: ['valid', 'cancelled'], // One holder wishes it; the other has not agreed, or the wish is taken back.
  cancelled: [], // Future rights ended; what was paid stays.
  replaced: [],
};

export const canMove = (from: CertificateState, to: CertificateState): boolean => MOVES[from].includes(to);

/** States in which a certificate carries rights. */
export const VALID: readonly CertificateState[] = ['valid', 'cancelling'];
