/** A household as the graph shows it. */
export interface HouseholdView {
  readonly id: string;
  readonly householdNo: string;
  readonly divisionCode: string;
  readonly householdType: string | null;
  readonly address: string | null;
}

export interface HouseholdFilter {
  /** Leading digits of the division code. */
  readonly prefix: string;
  readonly householdNo?: string;
}
