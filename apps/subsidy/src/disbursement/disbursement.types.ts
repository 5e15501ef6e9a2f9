import type { Format } from '@app/bankfile';
import type { Day, DivisionCode, Fen } from '@app/kernel';
import type { Level } from '../funding/funding.types';
import type { AttemptState, BatchState } from './batch.state';

/** A calendar quarter: `2026Q1`. */
export type Quarter = `${number}Q${1 | 2 | 3 | 4}`;

export interface PrepareRequest {
  readonly programme: string;
  /** A county or any division inside one. */
  readonly division: DivisionCode;
  readonly period: Quarter;
  /** Officer id: the maker, who may not approve. */
  readonly actor: string;
}

/** What preparing came to. Without anything to pay there is no batch. */
export interface Prepared {
  readonly batchId: string | null;
  readonly lines: number;
  readonly totalFen: Fen;
  readonly shares: readonly { level: Level; fen: Fen }[];
  /** Claims put aside for a person to look at; nobody else was disturbed. */
  readonly held: { readonly accountMissing: number; readonly paidElsewhere: number };
  /** Lines the approving officers should look at. */
  readonly attention: number;
}

export interface Batch {
  readonly id: string;
  readonly programme: string;
  readonly divisionCode: DivisionCode;
  readonly countyCode: DivisionCode;
  readonly period: Quarter;
  readonly kind: 'regular' | 'repair';
  readonly no: number;
  readonly state: BatchState;
  readonly maker: string;
  /** Hex of what the approving officers sign. */
  readonly contentHash: string;
  readonly lineCount: number;
  readonly totalFen: Fen;
  readonly preparedAt: Date;
  readonly approvedAt: Date | null;
  readonly sentAt: Date | null;
  readonly reconciledAt: Date | null;
}

export interface StateTotal {
  readonly state: AttemptState;
  readonly lines: number;
  readonly fen: Fen;
}

export interface BatchSummary extends Batch {
  readonly states: readonly StateTotal[];
  readonly shares: readonly { level: Level; fen: Fen }[];
  readonly approvers: readonly string[];
  readonly attention: readonly { line: number; endToEndId: string; reason: string }[];
  readonly attentionCount: number;
}

/** A line as people look at it. */
export interface AttemptRow {
  readonly id: string;
  readonly instructionId: string;
  readonly batchId: string;
  readonly line: number;
  readonly no: number;
  readonly endToEndId: string;
  readonly holderName: string;
  readonly accountMask: string;
  readonly bankCode: string;
  readonly amountFen: Fen;
  readonly state: AttemptState;
  readonly attention: string | null;
}

export interface InstructionRow {
  readonly id: string;
  readonly claimId: string;
  readonly programme: string;
  readonly claimYear: number;
  readonly amountFen: Fen;
  readonly state: string;
}

export interface InstructionFilter {
  readonly divisionPrefix: string;
  readonly programme?: string;
  readonly state?: string;
  /** Id of the last one seen. */
  readonly after?: string;
  readonly first: number;
}

export interface Approved {
  readonly batchId: string;
  readonly state: BatchState;
  /** Approvals given so far; two are needed. */
  readonly approvals: number;
}

export interface Sent {
  readonly batchId: string;
  readonly messageId: string;
  readonly path: string;
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
  readonly lines: number;
  readonly totalFen: Fen;
}

export interface SendRequest {
  readonly batchId: string;
  /** Where the bank fetches files; made when it does not exist. */
  readonly folder: string;
  readonly format: Format;
  /** Stops it before the point of no return. */
  readonly signal?: AbortSignal | undefined;
}

/** Folders that the bank's own transfer empties and fills. Files appear in them whole, under their final name. */
export interface BankFolders {
  readonly out: string;
  readonly in: string;
  /** Of files out; answers say themselves what they are. */
  readonly format: Format;
}

/** Nest injection token; a process that is not told them exchanges nothing by itself. */
export const BANK_FOLDERS = Symbol('BankFolders');

/** The account a county pays a programme from, and the item's code in the bank's list. */
export interface PayingAccount {
  readonly name: string;
  readonly account: string;
  readonly bank: string;
  /** 补贴项目编码: letters, digits, dots, dashes. */
  readonly itemCode: string;
}

export interface PayingAccounts {
  of(programme: string, county: DivisionCode): PayingAccount | Promise<PayingAccount>;
}

/** Nest injection token. */
export const PAYING_ACCOUNTS = Symbol('PayingAccounts');

/** The quarter a day is in. */
export function quarterOf(day: Day): Quarter {
  return `${Number(day.slice(0, 4))}Q${Math.ceil(Number(day.slice(5, 7)) / 3) as 1 | 2 | 3 | 4}`;
}
