import { type Day, dayInChina } from './day';

/** The only source of "now". Tests set it; nothing else in the product calls Date.now() for a decision. */
export interface Clock {
  now(): Date;
  /** Today in China. */
  today(): Day;
}

/** Nest injection token of the Clock. */
export const CLOCK = Symbol('Clock');

export const systemClock: Clock = {
  now: () => new Date(),
  today: () => dayInChina(new Date()),
};
