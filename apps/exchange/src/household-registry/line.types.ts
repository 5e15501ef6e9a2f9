/** How the line to the household registry is guarded. */
export interface LineSettings {
  /** How long one try of a question may take. */
  readonly attemptMilliseconds: number;
  /** Tries of one question, the first included, as far as its deadline allows. */
  readonly attempts: number;
  readonly backoffMilliseconds: number;
  /** So many failures in a row open the breaker. */
  readonly failuresToOpen: number;
  /** How long it stays open before one question tries whether the registry is back. */
  readonly halfOpenMilliseconds: number;
  /** Questions under way at once, and those that may wait for a place. */
  readonly atOnce: number;
  readonly waiting: number;
}

/** With a registry that is silent, three tries of 2.5 seconds open the breaker in less than ten. */
export const LINE_SETTINGS_DEFAULT: LineSettings = {
  attemptMilliseconds: 2_500,
  attempts: 4,
  backoffMilliseconds: 150,
  failuresToOpen: 3,
  halfOpenMilliseconds: 10_000,
  atOnce: 8,
  waiting: 64,
};

/** Nest injection token. */
export const LINE_SETTINGS = Symbol('LineSettings');

export type LineState = 'closed' | 'open' | 'half-open';

/** The registry was not asked at all: the breaker is open, or too many are asking. */
export class NotAsked extends Error {
  constructor(readonly reason: 'line-open' | 'line-busy') {
    super(`the household registry was not asked: ${reason}`);
  }
}
