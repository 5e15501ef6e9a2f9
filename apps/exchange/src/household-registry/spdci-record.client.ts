import { type Day, findDay } from '@app/kernel';
import { z } from 'zod';
import type { BatchResult, RegistryEvent, RegistryRecord } from './household-registry.types';
import { fail } from './registry-failure.rules';

/** Kinds of records and events are names of the implementation by the specification; these are of this connection. */
export const RECORDS = {
  person: 'spdci-extensions-dci:CRVSPerson',
  verdict: 'cn-extensions:NameAndNumberVerdict',
  event: 'cn-extensions:VitalEvent',
} as const;

const text = z.string().max(400);
const told = text.nullish().transform((value) => value || null);
const dayTold = told.transform((value, context): Day | null => {
  if (value === null) return null;
  const found = findDay(value.slice(0, 10));
  if (found && /^(T[\d:.+Z-]*)?$/.test(value.slice(10))) return found;
  context.addIssue('no calendar day');
  return z.NEVER;
});
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString());

const identifier = z.object({ identifier_type: text, identifier_value: text });
const identifiers = z.union([identifier.transform((one) => [one]), z.array(identifier).max(20)]);
const name = z.object({ surname: text.default(''), given_name: text.default('') });

const SEXES = { male: 1, female: 2, unknown: 0, unspecified: 9 } as const;
const STATUSES = { valid: 0, cancelled: 1, 'moved-out': 8, deceased: 9 } as const;

/** CRVSPerson, with what a Chinese household registry adds to it. */
const person = z.object({
  '@id': text.min(1),
  identifier: identifiers,
  name,
  sex: z.enum(['male', 'female', 'unknown', 'unspecified']).transform((value) => SEXES[value]),
  birth_date: dayTold,
  death_date: dayTold,
  address: z
    .object({
      address_line1: told,
      region_code: told.pipe(
        z
          .string()
          .regex(/^\d{12}$/)
          .nullable(),
      ),
    })
    .nullish(),
  marital_status: told,
  parent1_identifier: identifier.nullish(),
  parent2_identifier: identifier.nullish(),
  household: z
    .object({
      household_no: told,
      relation_to_head: told,
      household_type: z.enum(['urban', 'rural', 'unified']).nullish(),
      ethnicity: told,
      moved_in_on: dayTold,
      moved_out_on: dayTold,
    })
    .nullish(),
  registration_status: z.enum(['valid', 'cancelled', 'moved-out', 'deceased']).transform((value) => STATUSES[value]),
  last_updated: instant,
});

const event = z.object({
  event_id: text.min(1),
  event_no: text.min(1),
  happened_at: instant,
  kind: z.enum([
    'birth',
    'death',
    'death-reversed',
    'moved-in',
    'moved-out',
    'cancelled',
    'corrected',
    'number-changed',
    'merged',
  ]),
  person,
  former_identifier: identifier.nullish(),
  merged_id: told,
  reverses: told,
});

const verdict = z.object({
  identifier: identifiers,
  name,
  verdict: z.enum(['match', 'mismatch', 'not-found']),
  is_deceased: z.boolean().nullish(),
});

function readAs<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const read = shape.safeParse(value);
  if (!read.success) throw fail.unreadable('a field is missing or means nothing');
  return read.data;
}

const valueOf = (all: readonly { identifier_type: string; identifier_value: string }[], type: string): string | null =>
  all.find((one) => one.identifier_type === type)?.identifier_value || null;

/** The number stands once: two of one kind could each be the one that is meant. */
function numberOf(all: z.output<typeof identifiers>): string | null {
  if (all.filter(({ identifier_type: type }) => type === 'UIN').length > 1)
    throw fail.unreadable('a person has two numbers');
  return valueOf(all, 'UIN');
}

const fullName = ({ surname, given_name: given }: z.output<typeof name>): string => surname + given;

export const personOf = (value: unknown): RegistryRecord => recordOf(readAs(person, value));

function recordOf(one: z.output<typeof person>): RegistryRecord {
  const { household, address } = one;
  if (!fullName(one.name)) throw fail.unreadable('a person has no name');
  return {
    registryPersonId: one['@id'],
    name: fullName(one.name),
    idNumber: numberOf(one.identifier),
    sex: one.sex,
    ethnicity: household?.ethnicity ?? null,
    born: one.birth_date,
    died: one.death_date,
    status: one.registration_status,
    householdNo: household?.household_no ?? null,
    relationToHead: household?.relation_to_head ?? null,
    householdType: household?.household_type ?? null,
    divisionCode: address?.region_code ?? null,
    address: address?.address_line1 ?? null,
    // The specification does not say which parent is which; this connection agreed on father, then mother.
    fatherNumber: one.parent1_identifier?.identifier_value || null,
    motherNumber: one.parent2_identifier?.identifier_value || null,
    birthCertificateNo: valueOf(one.identifier, 'BRN'),
    maritalStatus: one.marital_status,
    movedInOn: household?.moved_in_on ?? null,
    movedOutOn: household?.moved_out_on ?? null,
    updatedAt: one.last_updated,
  };
}

/** The event, and its place in the registry's feed. */
export function eventOf(value: unknown): { readonly event: RegistryEvent; readonly place: string } {
  const one = readAs(event, value);
  const formerIdNumber = one.former_identifier?.identifier_value || null;
  if (one.kind === 'number-changed' && !formerIdNumber)
    throw fail.unreadable('a number changed without the one before');
  if (one.kind === 'merged' && !one.merged_id) throw fail.unreadable('a record was merged without saying which');
  if (one.kind === 'death-reversed' && !one.reverses) throw fail.unreadable('it takes back it does not say what');
  const read: RegistryEvent = {
    eventId: one.event_id,
    kind: one.kind,
    happenedAt: one.happened_at,
    record: recordOf(one.person),
    formerIdNumber,
    mergedRegistryPersonId: one.merged_id,
    reverses: one.reverses,
  };
  return { event: read, place: one.event_no };
}

/** What the registry says to a name and number. It repeats both, whatever it says. */
export function verdictOf(records: readonly unknown[]): Omit<BatchResult, 'lineNo'> {
  if (records.length !== 1) throw fail.unreadable('it holds not one verdict');
  const one = readAs(verdict, records[0]);
  const idNumber = numberOf(one.identifier);
  if (idNumber === null) throw fail.unreadable('the verdict names no number');
  return { idNumber, name: fullName(one.name), result: one.verdict, isDeathMarked: one.is_deceased ?? null };
}
