/** One booking on an account, as a bank's notice tells it: texts as they stand, judged by whoever takes them in. */
export interface NoticeEntry {
  /** Where it begins in the file. */
  readonly line: number;
  readonly account: string;
  /** The bank's own reference of this booking; empty where the notice has none. */
  readonly bankRef: string;
  /** `BOOK` once it is booked. */
  readonly status: string;
  /** `CRDT` comes in, `DBIT` goes out. */
  readonly direction: string;
  readonly isReversal: boolean;
  /** A day or an instant of ISO 8601. */
  readonly bookedAt: string;
  readonly amount: string;
  readonly currency: string;
  readonly payerName: string;
  readonly payerAccount: string;
  /** Its clearing number where the notice has one, else its name or code. */
  readonly payerBank: string;
  /** What the payer wrote, and the reference of the payee where one is given, one after the other. */
  readonly remittance: string;
  /** The bookings that came as one sum do not add up to it. */
  readonly isSumWrong: boolean;
}

export interface NoticeHead {
  readonly messageId: string;
  /** Accounts that the notice is about. */
  readonly accounts: readonly string[];
  readonly count: number;
}

/** A notice that was read to its end and whose controls held; its entries are read again when asked for. */
export interface OpenBankNotice extends NoticeHead {
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  entries(): AsyncIterable<NoticeEntry>;
}
