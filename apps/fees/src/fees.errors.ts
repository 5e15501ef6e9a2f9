import type { Refusal } from '@app/kernel';
import { explainInstalment } from './instalment/instalment.errors';
import { explainConstraint as explainBankReceipt } from './bank-receipt/bank-receipt.errors';
import { explainConstraint as explainLegacyFee } from './legacy-fee/legacy-fee.errors';
import { explainConstraint as explainMatch } from './match/match.errors';
import { explainConstraint as explainPaymentRequest } from './payment-request/payment-request.errors';
import { explainConstraint as explainReceiptReconciliation } from './receipt-reconciliation/receipt-reconciliation.errors';
import { explainConstraint as explainReceivable } from './receivable/receivable.errors';
import { explainConstraint as explainRecovery } from './recovery/recovery.errors';
import { explainConstraint as explainRefund } from './refund/refund.errors';
import { explainConstraint as explainRemittance } from './remittance/remittance.errors';

const EXPLAIN = [
  explainInstalment,
  explainBankReceipt,
  explainLegacyFee,
  explainMatch,
  explainPaymentRequest,
  explainReceivable,
  explainRecovery,
  explainRefund,
  explainRemittance,
  explainReceiptReconciliation,
];

/** What a constraint of this app means to whoever runs into it, as the slice says that it belongs to; undefined: a bug. */
export function explainConstraint(name: string): Refusal | undefined {
  for (const explain of EXPLAIN) {
    const refusal = explain(name);
    if (refusal) return refusal;
  }
  return undefined;
}
