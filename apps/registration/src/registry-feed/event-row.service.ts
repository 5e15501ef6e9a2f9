import type { RegistryEvent, RegistryRecord } from '@app/contracts';
import type { ExtractCells } from '../registry-import/extract-row.rules';

/** The registry's record in the columns of an extract, so that one set of rules judges both. */
export const cellsOf = (record: RegistryRecord, divisionCode: string): ExtractCells => ({
  registry_person_id: record.registryPersonId,
  name: record.name,
  sex: String(record.sex),
  ethnicity: record.ethnicity ?? '',
  id_type: '',
  id_number: record.idNumber ?? '',
  birth_certificate_no: record.birthCertificateNo ?? '',
  birth_date: record.born ?? '',
  death_date: record.died ?? '',
  status: String(record.status),
  household_no: record.householdNo ?? '',
  relation_to_head: record.relationToHead ?? '',
  household_type: record.householdType ?? '',
  division_code: record.divisionCode ?? divisionCode,
  address: record.address ?? '',
  father_id_number: record.fatherNumber ?? '',
  mother_id_number: record.motherNumber ?? '',
  marital_status: record.maritalStatus ?? '',
  moved_in_on: record.movedInOn ?? '',
  moved_out_on: record.movedOutOn ?? '',
  updated_at: record.updatedAt,
});

/**
 * Events in the order in which they happened, no person twice in one group: a later event of a person meets what an
 * earlier one left, whatever the order in which they came.
 */
export function inGroups(events: readonly RegistryEvent[]): RegistryEvent[][] {
  const sorted = [...events].sort(
    (a, b) => Date.parse(a.record.updatedAt) - Date.parse(b.record.updatedAt) || (a.eventId < b.eventId ? -1 : 1),
  );
  const groups: RegistryEvent[][] = [];
  const seen = new Map<string, number>();
  for (const event of sorted) {
    const turn = seen.get(event.record.registryPersonId) ?? 0;
    seen.set(event.record.registryPersonId, turn + 1);
    (groups[turn] ??= []).push(event);
  }
  return groups;
}

/** The number of 15 digits that a change of number replaced; it goes on being found. */
export const formerOf15 = ({ kind, formerIdNumber }: RegistryEvent): string | null =>
  kind === 'number-changed' && formerIdNumber !== null && /^\d{15}$/.test(formerIdNumber) ? formerIdNumber : null;
