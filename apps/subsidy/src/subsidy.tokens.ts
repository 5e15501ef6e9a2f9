/** Nest injection token of this app's Database. */
export const SUBSIDY_DATABASE = Symbol('SubsidyDatabase');

/** Nest injection token of this app's Outbox. */
export const SUBSIDY_OUTBOX = Symbol('SubsidyOutbox');
