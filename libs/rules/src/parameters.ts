import { type Day, addDays, dayOf } from '@app/kernel';
import type { Value, ValueType } from './expression';

/** How sure a value is: what is not confirmed must be confirmed by the deploying authority. */
export type ParameterStatus = 'confirmed' | 'unverified' | 'legal-open' | 'assumed';

/** One dated row of a `parameters.csv`. */
export interface Parameter {
  readonly code: string;
  /** Leading digits of a division code; empty for the whole country. */
  readonly region: string;
  readonly validFrom: Day;
  /** The LAST day in force (inclusive); null while it has no known end. */
  readonly validTo: Day | null;
  readonly value: Exclude<Value, null>;
  /** `day`, `text`, or the unit of a whole number (`fen`, `fen_per_month`, `years`, `basis_points`, …). */
  readonly unit: string;
  readonly source: string;
  readonly status: ParameterStatus;
}

/** A parameter's value over time for one region: in force from `from` until the next step; null where no row is in force. */
export interface Step {
  readonly from: Day;
  readonly parameter: Parameter | null;
}

export const typeOfUnit = (unit: string): ValueType => (unit === 'day' || unit === 'text' ? unit : 'int');

/** The dated rows of one programme. The most specific region wins, then the row that began last. */
export class Parameters {
  private readonly byCode = new Map<string, Parameter[]>();
  private readonly stepsByPlace = new Map<string, readonly Step[]>();

  constructor(readonly rows: readonly Parameter[]) {
    for (const row of rows) this.byCode.set(row.code, [...(this.byCode.get(row.code) ?? []), row]);
  }

  get codes(): string[] {
    return [...this.byCode.keys()];
  }

  typeOf(code: string): ValueType | undefined {
    const rows = this.byCode.get(code);
    return rows && typeOfUnit(rows[0]!.unit);
  }

  /** The largest absolute value any row of this code has; 0 for days and texts. */
  magnitude(code: string): bigint {
    const sizes = (this.byCode.get(code) ?? []).map(({ value }) => (typeof value === 'bigint' ? abs(value) : 0n));
    return sizes.reduce((a, b) => (a > b ? a : b), 0n);
  }

  /** The row in force on a day for a region (a division code or its leading digits); undefined when there is none. */
  find(code: string, region: string, on: Day): Parameter | undefined {
    let best: Parameter | undefined;
    for (const row of this.byCode.get(code) ?? []) {
      if (!region.startsWith(row.region) || row.validFrom > on || (row.validTo !== null && row.validTo < on)) continue;
      if (!best || row.region.length > best.region.length) best = row;
      else if (row.region.length === best.region.length && row.validFrom > best.validFrom) best = row;
    }
    return best;
  }

  /** All changes of a parameter for one region, ascending; empty when the region has no row at all. */
  steps(code: string, region: string): readonly Step[] {
    const place = `${code} ${region}`;
    const known = this.stepsByPlace.get(place);
    if (known) return known;
    const rows = (this.byCode.get(code) ?? []).filter((row) => region.startsWith(row.region));
    const days = rows.flatMap((row) => (row.validTo ? [row.validFrom, addDays(row.validTo, 1)] : [row.validFrom]));
    const steps: Step[] = [];
    for (const from of [...new Set(days)].sort()) {
      const parameter = this.find(code, region, from) ?? null;
      if (steps.length === 0 || steps.at(-1)!.parameter !== parameter) steps.push({ from, parameter });
    }
    this.stepsByPlace.set(place, steps);
    return steps;
  }

  /** The rows in force on the first day of each month of a year; null where none is. */
  monthly(code: string, region: string, year: number): readonly (Parameter | null)[] {
    return Array.from({ length: 12 }, (_, month) => this.find(code, region, dayOf(year, month + 1, 1)) ?? null);
  }
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
