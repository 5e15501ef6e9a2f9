/** Nest injection token of this app's Database. */
export const EXCHANGE_DATABASE = Symbol('ExchangeDatabase');

/** Nest injection token of this app's Outbox. */
export const EXCHANGE_OUTBOX = Symbol('ExchangeOutbox');

/** Nest injection token of what this app does when it is told something: a JobHandler for each of its jobs. */
export const EXCHANGE_HANDLERS = Symbol('ExchangeHandlers');
