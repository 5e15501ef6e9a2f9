import type { Random } from './random.rules';

export interface Account {
  readonly holderNumber: string;
  readonly holderName: string;
  /** Twelve digits, made up in the form of a bank's clearing number. */
  readonly bank: string;
  /** 16–19 digits. */
  readonly number: string;
  readonly kind: 'social_card' | 'debit';
}

const BANKS = ['402340200018', '103340200026', '403340200034', '105340200042', '102340200059'];
const SOCIAL_CARD = '623999';
const DEBIT = '629999';

/** The last four digits by which the demo's bank knows an account that it has to refuse. */
export const FAILING_ENDINGS = {
  ACCOUNT_CLOSED: '0000',
  NAME_MISMATCH: '1111',
  ACCOUNT_FROZEN: '2222',
} as const;
export type FailingReason = keyof typeof FAILING_ENDINGS;
/** Of one county. */
const MOST_ACCOUNTS = 10_000_000;
const ENDINGS = new Set<string>(Object.values(FAILING_ENDINGS));

/** Opens accounts, no number twice; about two in a hundred fail Luhn, as passbook numbers do. */
export class Accounts {
  private opened: number;

  /** `turn` counts the counties before this one: each has numbers of its own. */
  constructor(
    private readonly random: Random,
    turn: number,
  ) {
    this.opened = turn * MOST_ACCOUNTS;
  }

  open(holderNumber: string, holderName: string, failing?: FailingReason): Account {
    const kind = this.random.chance(620) ? 'social_card' : 'debit';
    const prefix = kind === 'social_card' ? SOCIAL_CARD : DEBIT;
    const number = failing ? this.failingNumber(prefix, FAILING_ENDINGS[failing]) : this.number(prefix);
    return { holderNumber, holderName, bank: this.random.pick(BANKS), number, kind };
  }

  private number(prefix: string): string {
    const filler = ['', '7', '36', '582'][this.random.below(4)]!;
    const wrong = this.random.chance(20) ? 1 : 0;
    for (;;) {
      const body = prefix + this.turn(1_000_000_000, 9) + filler;
      const number = body + String((luhnDigit(body) + wrong) % 10);
      if (!ENDINGS.has(number.slice(-4))) return number;
    }
  }

  private failingNumber(prefix: string, ending: string): string {
    const body = prefix + this.turn(100_000_000, 8);
    for (let free = 0; ; free++) {
      const leading = body + String(free) + ending.slice(0, 3);
      if (luhnDigit(leading) === Number(ending[3])) return leading + ending[3]!;
    }
  }

  /** Steps through all numbers below the limit without meeting one twice (7,919 is prime to it). */
  private turn(limit: number, digits: number): string {
    this.opened += 1;
    return String((this.opened * 7919) % limit).padStart(digits, '0');
  }
}

/** The check digit that follows these digits. */
export function luhnDigit(body: string): number {
  let sum = 0;
  for (let i = body.length - 1, double = true; i >= 0; i--, double = !double) {
    const digit = body.charCodeAt(i) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return (10 - (sum % 10)) % 10;
}
