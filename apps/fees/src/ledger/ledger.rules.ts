/** Which accounts there are, and what money standing there means. A county is its twelve digits. */
export const accountOf = {
  /** What decisions of a county have put into the world; no cash. */
  decided: (county: string) => ({ code: `decided:${county}`, kind: 'source' as const }),
  /** What is still owed of one receivable. */
  receivable: (id: string) => ({ code: `receivable:${id}`, kind: 'working' as const }),
  /** Owed no more, because it was paid. */
  satisfied: (county: string) => ({ code: `satisfied:${county}`, kind: 'final' as const }),
  /** Owed no more, because a later decision took it off. */
  cut: (county: string) => ({ code: `cut:${county}`, kind: 'final' as const }),
  /** The world outside, as the bank tells of it for one of the county's own accounts. */
  bank: (county: string, account: string) => ({ code: `bank:${county}:${account}`, kind: 'source' as const }),
  /** Came in, and nobody knows yet what for. */
  unmatched: (county: string, account: string) => ({
    code: `unmatched:${county}:${account}`,
    kind: 'working' as const,
  }),
  /** Belongs to the budget of a level and year again, and is not yet with its treasury. */
  collected: (county: string, level: string, year: number) => ({
    code: `collected:${county}:${level}:${year}`,
    kind: 'working' as const,
  }),
  /** With the treasury of its level. */
  treasury: (county: string, level: string, year: number) => ({
    code: `treasury:${county}:${level}:${year}`,
    kind: 'final' as const,
  }),
  /** Goes back to who paid it: all or part of one receipt. */
  refundable: (county: string, receiptId: string) => ({
    code: `refundable:${county}:${receiptId}`,
    kind: 'working' as const,
  }),
  /** Went back to who paid it. */
  refunded: (county: string) => ({ code: `refunded:${county}`, kind: 'final' as const }),
};
