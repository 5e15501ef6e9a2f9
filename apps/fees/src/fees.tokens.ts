/** Nest injection token of this app's Database. */
export const FEES_DATABASE = Symbol('FeesDatabase');

/** Nest injection token of this app's Outbox. */
export const FEES_OUTBOX = Symbol('FeesOutbox');

/** Nest injection token of what this app does when it is told something: a JobHandler for each of its jobs. */
export const FEES_HANDLERS = Symbol('FeesHandlers');
