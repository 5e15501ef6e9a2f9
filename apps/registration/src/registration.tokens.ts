/** Nest injection token of this app's Database. */
export const REGISTRATION_DATABASE = Symbol('RegistrationDatabase');

/** Nest injection token of this app's Outbox. */
export const REGISTRATION_OUTBOX = Symbol('RegistrationOutbox');

/** Nest injection token of what this app does when it is told something: a JobHandler for each of its jobs. */
export const REGISTRATION_HANDLERS = Symbol('RegistrationHandlers');
