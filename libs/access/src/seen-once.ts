import type { Clock } from '@app/kernel';

const ENTRIES_MAX = 200_000;

/**
 * What was said in the last while, so that it is not heard twice: two halves that take turns, so that forgetting costs
 * nothing. When there is no room for more, nothing more is heard; what would have to be forgotten could be said again.
 */
export class SeenOnce {
  private current = new Set<string>();
  private previous = new Set<string>();
  private turnedAt: number;

  /** @param seconds How long at least everything is remembered. */
  constructor(
    private readonly clock: Clock,
    private readonly seconds: number,
    private readonly entriesMax = ENTRIES_MAX,
  ) {
    this.turnedAt = clock.now().getTime();
  }

  /** False when it was said before, or cannot be remembered. */
  note(what: string): boolean {
    const now = this.clock.now().getTime();
    if (now - this.turnedAt >= this.seconds * 1000) {
      [this.previous, this.current, this.turnedAt] = [this.current, new Set(), now];
    }
    if (this.current.has(what) || this.previous.has(what) || this.current.size >= this.entriesMax) return false;
    this.current.add(what);
    return true;
  }
}
