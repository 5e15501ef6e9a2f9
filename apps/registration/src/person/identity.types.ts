/** Who a registered person is, for a slice that has to name them: the number only as index and mask. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly idType: string | null;
  readonly idNumberKey: Buffer | null;
  readonly idNumberMask: string | null;
  readonly divisionCode: string;
}
