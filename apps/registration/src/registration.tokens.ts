/** Nest injection token of this app's Database. */
export const REGISTRATION_DATABASE = Symbol('RegistrationDatabase');

/** Nest injection token of this app's Outbox. */
export const REGISTRATION_OUTBOX = Symbol('RegistrationOutbox');
