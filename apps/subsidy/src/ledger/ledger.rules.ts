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
  /** What a county has promised to give another back, below nothing until it does. */
  owing: (programme: string, county: string) => ({ code: `owing:${programme}:${county}`, kind: 'source' as const }),
  /** What a county has been promised by others. */
  owed: (programme: string, county: string) => ({ code: `owed:${programme}:${county}`, kind: 'working' as const }),
  /** On its way from one county's budgets to this one's; empty between transactions. */
  between: (programme: string, county: string) => ({
    code: `between:${programme}:${county}`,
    kind: 'working' as const,
  }),
  /** Given back to a county of another installation. */
  elsewhere: (programme: string, county: string) => ({
    code: `elsewhere:${programme}:${county}`,
    kind: 'final' as const,
  }),
};
