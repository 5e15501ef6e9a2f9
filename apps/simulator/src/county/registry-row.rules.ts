import { type DayNumber, dayText } from './calendar.rules';
import type { Village } from './division.rules';
import { NEVER, type Person } from './person.rules';
import type { Random } from './random.rules';

export const REGISTRY_COLUMNS =
  'registry_person_id,name,sex,ethnicity,id_type,id_number,birth_date,birth_certificate_no,death_date,status,' +
  'household_no,relation_to_head,household_type,division_code,address,father_id_number,mother_id_number,' +
  'marital_status,moved_in_on,moved_out_on,updated_at';

const optional = (at: DayNumber): string => (at === NEVER ? '' : dayText(at));
const two = (count: number): string => (count < 10 ? `0${count}` : String(count));

/** One line of registry.csv. `serial` counts the rows of the whole county and becomes the registry's person number. */
export function registryRow(
  random: Random,
  person: Person,
  serial: number,
  householdNumber: number,
  address: string,
  village: Village,
  asOf: DayNumber,
): string {
  const father = person.fatherNumber || (person.parents?.father?.number ?? '');
  const mother = person.motherNumber || (person.parents?.mother?.number ?? '');
  const lastEvent = Math.max(person.born, person.died, person.movedIn, person.movedOut, asOf - 700);
  const updated = lastEvent + random.below(asOf - lastEvent + 1);
  const seconds = random.below(36_000); // Office hours and a little more: 08:00–18:00.
  const time = `${two(8 + Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return (
    `R${String(serial).padStart(10, '0')},${person.name},${person.sex},${person.ethnicity},` +
    `${person.number ? '111' : ''},${person.spelling || person.number},${dayText(person.born)},${person.certificate},` +
    `${optional(person.died)},${person.status},${householdNumber},${person.relation},${person.household!.type},` +
    `${village.code},${address},${father},${mother},${person.marital},${optional(person.movedIn)},` +
    `${optional(person.movedOut)},${dayText(updated)}T${time}+08:00`
  );
}

/** A household's address: one for all its members. */
export function drawAddress(random: Random, village: Village): string {
  const place = village.name.replace(/(社区居委会|村委会)$/, village.urban ? '社区' : '村');
  return `示例县${village.townshipName}${place}${random.between(1, 12)}组${random.between(1, 199)}号`;
}

export const householdNumberOf = (serial: number): number => 200_000_000 + serial;
