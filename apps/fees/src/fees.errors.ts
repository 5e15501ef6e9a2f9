import type { Refusal } from '@app/kernel';
import { explainConstraint as explainLegacyFee } from './legacy-fee/legacy-fee.errors';
import { explainConstraint as explainPaymentRequest } from './payment-request/payment-request.errors';
import { explainConstraint as explainReceivable } from './receivable/receivable.errors';
import { explainConstraint as explainRefund } from './refund/refund.errors';
import { explainConstraint as explainRemittance } from './remittance/remittance.errors';

const EXPLAIN = [explainLegacyFee, explainReceivable, explainPaymentRequest, explainRefund, explainRemittance];

/** What a constraint of this app means to whoever runs into it, as the slice says that it belongs to; undefined: a bug. */
export function explainConstraint(name: string): Refusal | undefined {
  for (const explain of EXPLAIN) {
    const refusal = explain(name);
    if (refusal) return refusal;
  }
  return undefined;
}
