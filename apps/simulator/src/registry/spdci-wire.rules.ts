import type { Verdict } from './mixing-up.rules';
import type { BookedEvent, RegistryPerson } from './registry.types';

export const VERDICT = 'cn-extensions:NameAndNumberVerdict';
export const PERSON = 'spdci-extensions-dci:CRVSPerson';
export const EVENT = 'cn-extensions:VitalEvent';

const SEXES = { 0: 'unknown', 1: 'male', 2: 'female', 9: 'unspecified' } as const;
const STATUSES = { 0: 'valid', 1: 'cancelled', 8: 'moved-out', 9: 'deceased' } as const;

const identifier = (type: string, value: string | null): object[] =>
  value ? [{ '@type': 'Identifier', identifier_type: type, identifier_value: value }] : [];

const nameOf = (name: string): object => ({ '@type': 'Name', surname: '', given_name: name });

export const personRecord = (one: RegistryPerson): object => ({
  '@context': { '@vocab': 'https://schema.spdci.org/common/v1' },
  '@id': one.registryPersonId,
  '@type': 'CRVS_Person',
  identifier: [...identifier('UIN', one.idNumber), ...identifier('BRN', one.birthCertificateNo)],
  name: nameOf(one.name),
  sex: SEXES[one.sex],
  birth_date: one.born ?? '',
  death_date: one.died ?? '',
  address: {
    '@type': 'Address',
    address_line1: one.address ?? '',
    region_code: one.divisionCode ?? '',
    country_code: 'CN',
  },
  marital_status: one.maritalStatus ?? '',
  parent1_identifier: identifier('UIN', one.fatherNumber)[0] ?? null,
  parent2_identifier: identifier('UIN', one.motherNumber)[0] ?? null,
  household: {
    household_no: one.householdNo ?? '',
    relation_to_head: one.relationToHead ?? '',
    household_type: one.householdType,
    ethnicity: one.ethnicity ?? '',
    moved_in_on: one.movedInOn ?? '',
    moved_out_on: one.movedOutOn ?? '',
  },
  registration_status: STATUSES[one.status],
  last_updated: new Date(one.updatedAt).toISOString(),
});

export const verdictRecord = (idNumber: string, name: string, { result, isDeceased }: Verdict): object => ({
  identifier: identifier('UIN', idNumber),
  name: nameOf(name),
  verdict: result,
  is_deceased: result === 'not-found' ? null : isDeceased,
});

export const eventRecord = (event: BookedEvent, place: string): object => ({
  event_id: event.eventId,
  event_no: place,
  happened_at: event.happenedAt,
  kind: event.kind,
  person: personRecord(event.person),
  former_identifier: identifier('UIN', event.formerIdNumber ?? null)[0] ?? null,
  merged_id: event.mergedRegistryPersonId ?? '',
  reverses: event.reverses ?? '',
});

interface Expression {
  readonly attribute_name: string;
  readonly attribute_value: string;
}
export interface SearchItem {
  readonly reference_id: string;
  readonly search_criteria: {
    readonly reg_record_type: string;
    readonly query_type: string;
    readonly query: { readonly value: string } | readonly { expression1: Expression; expression2?: Expression }[];
    readonly pagination: { readonly page_size: number };
    readonly authorize?: {
      readonly purpose?: { readonly code?: string; readonly text?: string };
      readonly clerk?: { readonly identifier_value?: string };
      readonly unit?: { readonly code?: string };
    };
  };
}

/** Attribute name → value of a query in either of the forms that are understood. */
export function askedBy({ search_criteria: { query } }: SearchItem): Readonly<Record<string, string>> {
  if (!Array.isArray(query)) return { UIN: (query as { value: string }).value };
  const [{ expression1, expression2 }] = query as [{ expression1: Expression; expression2?: Expression }];
  return Object.fromEntries(
    [expression1, expression2]
      .filter((one) => one !== undefined)
      .map(({ attribute_name: name, attribute_value: value }) => [name, value]),
  );
}

/** Clerk, unit, purpose and basis: the registry answers nobody without. */
export const isAuthorised = ({ search_criteria: { authorize } }: SearchItem): boolean =>
  [authorize?.purpose?.code, authorize?.purpose?.text, authorize?.clerk?.identifier_value, authorize?.unit?.code].every(
    Boolean,
  );
