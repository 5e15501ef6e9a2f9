/** How many numbers one allotment may have at most. */
export const SERIES_MAX = 1_000_000n;
