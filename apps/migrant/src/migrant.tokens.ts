/** Nest injection token of this app's Database. */
export const MIGRANT_DATABASE = Symbol('MigrantDatabase');

/** Nest injection token of this app's Outbox. */
export const MIGRANT_OUTBOX = Symbol('MigrantOutbox');

/** Nest injection token of what this app does when it is told something: a JobHandler for each of its jobs. */
export const MIGRANT_HANDLERS = Symbol('MigrantHandlers');
