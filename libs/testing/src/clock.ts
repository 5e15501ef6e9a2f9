import { type Clock, type Day, day, dayInChina } from '@app/kernel';

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  private at: Date;

  constructor(at: string) {
    this.at = toInstant(at);
  }

  now = (): Date => new Date(this.at);
  today = (): Day => dayInChina(this.at);

  /** Moves on by so many milliseconds. */
  advance(milliseconds: number): void {
    this.at = new Date(this.at.getTime() + milliseconds);
  }

  /** A day (`2026-04-01`, noon in China) or an instant. */
  set(at: string): void {
    this.at = toInstant(at);
  }
}

const toInstant = (at: string): Date => new Date(at.length === 10 ? `${day(at)}T12:00:00+08:00` : at);
