import type { DayNumber } from './calendar.rules';

/** No day: nobody in the county was born on 1900-01-01 minus one. */
export const NEVER: DayNumber = -1;

/** One row of the registry extract while it is being made. */
export class Person {
  name = '';
  ethnicity = '01';
  /** 18 characters; empty while a child has no household registration. */
  number = '';
  /** How the extract spells the number, where it differs: 15 digits, or a lower-case x. */
  spelling = '';
  certificate = '';
  died: DayNumber = NEVER;
  status: 0 | 1 | 8 | 9 = 0;
  /** GB/T 2261.2. */
  marital = '10';
  /** GB/T 4761, to the head of the household. */
  relation = '';
  movedIn: DayNumber = NEVER;
  movedOut: DayNumber = NEVER;
  spouse: Person | undefined = undefined;
  /** The family this person has children in. */
  family: Family | undefined = undefined;
  /** The family this person was born or adopted into. */
  parents: Family | undefined = undefined;
  /** A parent who is not in the extract. */
  fatherNumber = '';
  motherNumber = '';
  household: Household | undefined = undefined;
  account = '';

  constructor(
    readonly sex: 1 | 2,
    readonly born: DayNumber,
  ) {}
}

/** A mother, a father, or both, and the children they have. */
export class Family {
  readonly children: Person[] = [];
  /** Grade 1–4 of an only child's disability, 0 for none. */
  disabilityGrade = 0;
  disabledSince: DayNumber = NEVER;

  constructor(
    readonly mother: Person | undefined,
    readonly father: Person | undefined,
    /** How many children this family is made for. */
    readonly room: number,
  ) {}
}

export class Household {
  readonly members: Person[] = [];
  /** Elders live here already. */
  elders = false;
  type: 'urban' | 'rural' | 'unified' = 'unified';
}
