interface Asked<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does in one round what several ask for at about the same time: while one round is under way, the next one gathers.
 * Of two that ask for the same thing the second waits for the next round.
 */
export class Gather<Item, Result> {
  private waiting: Asked<Item, Result>[] = [];
  private isUnderWay = false;

  constructor(
    private readonly keyOf: (item: Item) => string,
    /** Results in the order of the items. */
    private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>,
  ) {}

  ask(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isUnderWay) void this.rounds();
    });
  }

  private async rounds(): Promise<void> {
    this.isUnderWay = true;
    await Promise.resolve(); // Whoever asks in this very moment comes along.
    while (this.waiting.length > 0) {
      const round = new Map<string, Asked<Item, Result>>();
      const later: Asked<Item, Result>[] = [];
      for (const asked of this.waiting) {
        const key = this.keyOf(asked.item);
        if (round.has(key)) later.push(asked);
        else round.set(key, asked);
      }
      this.waiting = later;
      const all = [...round.values()];
      await this.work(all.map(({ item }) => item)).then(
        (results) => all.forEach(({ resolve }, i) => resolve(results[i]!)),
        (error: unknown) => all.forEach(({ reject }) => reject(error)),
      );
    }
    this.isUnderWay = false;
  }
}
