/** Nest injection token of this app's Database. */
export const SUBSIDY_DATABASE = Symbol('SubsidyDatabase');

/** Nest injection token of this app's Outbox. */
export const SUBSIDY_OUTBOX = Symbol('SubsidyOutbox');

/** Nest injection token of what this app does when it is told something: a JobHandler for each of its jobs. */
export const SUBSIDY_HANDLERS = Symbol('SubsidyHandlers');
