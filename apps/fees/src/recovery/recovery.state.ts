/** Where a recovery case stands. `new` is nowhere yet. */
export const RECOVERY_STATES = [
  'new',
  'proposed', // An officer stated it; a second one has to confirm it.
  'detected',
  'fact-finding',
  'noticed',
  'decided',
  'served',
  'repaying',
  'reminded',
  'court',
  'closed',
] as const;
export type RecoveryState = (typeof RECOVERY_STATES)[number];

export const RECOVERY_OUTCOMES = ['repaid', 'waived', 'ceased', 'court'] as const;
export type RecoveryOutcome = (typeof RECOVERY_OUTCOMES)[number];

const UNDECIDED = ['fact-finding', 'noticed'] as const;
const OWED = ['served', 'repaying', 'reminded', 'court'] as const;

interface Act {
  readonly moves: readonly (readonly [from: RecoveryState, to: RecoveryState])[];
  /** How the case is closed by it. */
  readonly outcome?: RecoveryOutcome;
}

const staying = (...states: RecoveryState[]): Act => ({ moves: states.map((state) => [state, state] as const) });
const closing = (outcome: RecoveryOutcome, ...states: RecoveryState[]): Act => ({
  moves: states.map((state) => [state, 'closed'] as const),
  outcome,
});

/** Every step there is. What is not listed cannot happen; PostgreSQL mirrors it in recovery_move and guards each. */
export const ACTS = {
  propose: { moves: [['new', 'proposed']] },
  detect: { moves: [['new', 'detected']] },
  confirm: { moves: [['proposed', 'detected']] },
  begin: { moves: [['detected', 'fact-finding']] },
  establish: staying('fact-finding'),
  notice: { moves: [['fact-finding', 'noticed']] },
  'notice-served': staying('noticed'),
  say: staying('detected', ...UNDECIDED, 'decided', ...OWED), // Whoever speaks is heard at any time (行政强制法 36).
  'ask-hearing': staying('noticed'),
  hear: staying('noticed'),
  refer: staying(...UNDECIDED, 'decided', ...OWED), // Fraud, to who prosecutes it; the case goes on as it would.
  'find-again': { moves: [['noticed', 'fact-finding']] }, // What was said shows something else: facts, and a notice, anew.
  decide: { moves: [['noticed', 'decided']] },
  serve: { moves: [['decided', 'served']] },
  repay: { moves: [['served', 'repaying']] },
  remind: {
    moves: [
      ['served', 'reminded'],
      ['repaying', 'reminded'],
    ],
  },
  'reminder-served': staying('reminded'),
  'correct-service': staying('noticed', 'served', 'repaying', 'reminded'), // A wrong proof: periods run from the right day, or not at all.
  apply: { moves: [['reminded', 'court']] },
  reduce: staying('decided', ...OWED), // A reconsideration or a court upheld it in part.
  settle: closing('repaid', ...OWED),
  release: closing('waived', ...UNDECIDED), // Good faith, and nothing of it is left: nothing is owed.
  waive: closing('waived', ...UNDECIDED, ...OWED), // Only where a dated rule allows it.
  cease: closing('ceased', 'proposed', 'detected', ...UNDECIDED, 'decided', ...OWED),
  learn: staying('detected', ...UNDECIDED, 'decided', ...OWED, 'closed'), // Subsidy tells that a fact was corrected again.
  quash: closing('ceased', 'decided', ...OWED),
  'end-court': closing('court', 'court'),
  reopen: { moves: [['closed', 'repaying']] }, // What it was repaid with turned out to be somebody else's money.
  'give-back': staying('closed'), // A remedy that comes after the end takes off what was paid: it goes back, the case stays closed.
} as const satisfies Record<string, Act>;
export type RecoveryAct = keyof typeof ACTS;

/** Where a step leads from a state; undefined where it cannot be done. */
export function leadsTo(act: RecoveryAct, from: RecoveryState): RecoveryState | undefined {
  const { moves }: Act = ACTS[act];
  return moves.find(([state]) => state === from)?.[1];
}

/** How a case is closed by a step; null where it is not. */
export const outcomeOf = (act: RecoveryAct): RecoveryOutcome | null => (ACTS[act] as Act).outcome ?? null;
