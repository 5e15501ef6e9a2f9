import type { Day } from '@app/kernel';

/** What letters there are; each is about a row of the slice that writes it. */
export const LETTER_KINDS = [
  'legacy-closing',
  'recovery-notice',
  'recovery-decision',
  'recovery-reminder',
  'recovery-closing',
  'recovery-waiver',
  'recovery-correction',
  'instalment-agreement',
  'instalment-reminder',
  'instalment-broken',
  'payment-request',
  'remedy-decision',
] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/** What is to be written to somebody. */
export interface LetterText {
  readonly kind: LetterKind;
  readonly aboutId: string;
  /** Twelve digits: who writes. */
  readonly divisionCode: string;
  readonly officeName: string;
  readonly recipient: { readonly name: string; readonly key: Buffer | null };
  readonly title: string;
  readonly titleEn: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
  readonly paragraphs: readonly string[];
  readonly small: string | null;
}

export interface LetterRow {
  readonly id: string;
  readonly no: string;
  readonly kind: LetterKind;
  readonly aboutId: string;
  readonly divisionCode: string;
  readonly officeName: string;
  readonly recipientName: string;
  readonly pdfSha256: Buffer;
  readonly madeBy: string;
  readonly madeOn: Day;
}

/** What anybody is told who holds a letter's code. */
export interface VerifiedLetter {
  readonly isKnown: boolean;
  readonly no: string | null;
  readonly kind: LetterKind | null;
  readonly office: string | null;
  readonly recipient: string | null;
  readonly madeOn: Day | null;
  /** Whether the file that was named is the delivered one, to the byte; null where none was named. */
  readonly isSameFile: boolean | null;
}
