import type { Day, Fen } from '@app/kernel';

export type RequestState = 'open' | 'part' | 'paid' | 'cancelled';

/** What somebody is to be asked for. */
export interface NewPaymentRequest {
  readonly receivableId: string;
  readonly fen: Fen;
  readonly dueOn: Day | null;
  readonly instalmentId: string | null;
}

export interface PaymentRequest {
  readonly id: string;
  readonly reference: string;
  readonly receivableId: string;
  readonly divisionCode: string;
  readonly debtorName: string;
  readonly fen: Fen;
  readonly paidFen: Fen;
  readonly leftFen: Fen;
  readonly state: RequestState;
  readonly dueOn: Day | null;
  readonly instalmentId: string | null;
  readonly askedOn: Day;
  readonly askedBy: string;
  readonly cancelReason: string | null;
}
