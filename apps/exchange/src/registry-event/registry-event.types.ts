/** What one pull of the registry's changes brought. */
export interface Pulled {
  readonly events: number;
  /** Those that were not here before. */
  readonly fresh: number;
}

/** Where the feed of changes stands. */
export interface FeedState {
  readonly pulledAt: Date | null;
  readonly lastEventAt: Date | null;
  readonly count: number;
}
