import { findDay, Refusal } from '@app/kernel';
import { refuse } from './bankfile.errors';
import { type Carrier, checkAmount, checkText, type FieldName, LABELS } from './field';
import type { CreditTransfer, Format, PaymentFileHead } from './payment-file.types';

const HEAD_TEXTS = [
  'messageId',
  'debtorName',
  'debtorAccount',
  'debtorBank',
  'divisionCode',
  'itemCode',
  'batch',
] as const satisfies readonly FieldName[];

export function checkHead(head: PaymentFileHead, carrier: Carrier): void {
  for (const name of HEAD_TEXTS) checkText(name, head[name], 0, carrier);
  if (Number.isNaN(head.createdAt.getTime())) throw refuse.field(0, LABELS.createdAt, 'instant');
  if (!findDay(head.executionDay)) throw refuse.field(0, LABELS.executionDay, 'YYYY-MM-DD');
  if (!Number.isSafeInteger(head.count) || head.count < 1) throw refuse.field(0, LABELS.count, '≥ 1');
  checkAmount(head.totalFen, 0);
}

/** In a file being written, the place of a transfer is its sequence. */
export function checkTransfer(transfer: CreditTransfer, previous: number, carrier: Carrier): void {
  const { sequence } = transfer;
  if (!Number.isSafeInteger(sequence) || sequence <= previous) throw refuse.sequence(sequence, previous);
  checkText('endToEndId', transfer.endToEndId, sequence, carrier);
  checkAmount(transfer.amountFen, sequence);
  checkText('payeeName', transfer.payeeName, sequence, carrier);
  checkText('payeeIdNumber', transfer.payeeIdNumber, sequence, carrier);
  checkText('payeeAccount', transfer.payeeAccount, sequence, carrier);
  checkText('payeeBank', transfer.payeeBank, sequence, carrier);
  checkText('remark', transfer.remark, sequence, carrier);
}

/**
 * Why this transfer cannot stand in a file of this format, if so: ask before a run is approved, and hold the one
 * payee, instead of meeting the refusal when the whole file is written.
 */
export function findTransferProblem(format: Format, transfer: CreditTransfer): Refusal | undefined {
  try {
    checkTransfer(transfer, 0, format === 'csv' ? 'GB18030' : 'UTF-8');
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
