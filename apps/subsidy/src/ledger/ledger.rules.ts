/** Which accounts there are, and what money standing there means. */
export const accountOf = {
  /** The treasury of a level of government: where money comes from. */
  source: (level: string) => ({ code: `source:${level}`, kind: 'source' as const }),
  /** Released to a county for a programme and year, and not yet paid out. */
  budget: (programme: string, county: string, year: number, level: string) => ({
    code: `budget:${programme}:${county}:${year}:${level}`,
    kind: 'budget' as const,
  }),
  /** With the bank for one batch, no word yet. Empty when the batch is answered. */
  paying: (batchId: string) => ({ code: `paying:${batchId}`, kind: 'working' as const }),
  /** Credited to families. */
  paid: (programme: string, county: string) => ({ code: `paid:${programme}:${county}`, kind: 'final' as const }),
  /** Came back, or never left: waits for the account to be repaired. */
  returned: (programme: string, county: string) => ({
    code: `returned:${programme}:${county}`,
    kind: 'working' as const,
  }),
};
