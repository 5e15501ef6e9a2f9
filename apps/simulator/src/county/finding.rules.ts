import { type DayNumber, dayText, yearOfDay, yearsToDays } from './calendar.rules';
import { ageOn } from './cohort.rules';
import { type Family, NEVER, type Person } from './person.rules';
import type { Random } from './random.rules';

export type FindingName =
  | 'births_lawful_then'
  | 'only_child_certificate'
  | 'child_disability_grade'
  | 'child_disability_since'
  | 'certified_level'
  | 'rural_hukou';

/** What an authority attested about a person, with the document behind it. */
export interface Finding {
  readonly person: Person;
  readonly name: FindingName;
  readonly value: string;
  readonly validFrom: DayNumber;
  readonly issuedBy: string;
}

const HEALTH = '示例县卫生健康委员会';
const POLICE = '示例县公安局';
const DISABLED = '示例县残疾人联合会';

export const FINDING_COLUMNS = 'person_id_number,finding,value,valid_from,document_no,issued_by';

export function findingRow(finding: Finding, documentNumber: number): string {
  const document = `示证〔${yearOfDay(finding.validFrom)}〕${documentNumber}号`;
  const { person, name, value, validFrom, issuedBy } = finding;
  return `${person.number},${name},${value},${dayText(validFrom)},${document},${issuedBy}`;
}

export const lawful = (person: Person, value: boolean, from: DayNumber): Finding =>
  finding(person, 'births_lawful_then', String(value), from, HEALTH);
export const onlyChild = (person: Person, value: boolean, from: DayNumber): Finding =>
  finding(person, 'only_child_certificate', String(value), from, HEALTH);
const rural = (person: Person, value: boolean, from: DayNumber): Finding =>
  finding(person, 'rural_hukou', String(value), from, POLICE);
export const disability = (person: Person, grade: number, since: DayNumber): Finding[] => [
  finding(person, 'child_disability_grade', String(grade), since, DISABLED),
  finding(person, 'child_disability_since', dayText(since), since, DISABLED),
];

function finding(person: Person, name: FindingName, value: string, validFrom: DayNumber, issuedBy: string): Finding {
  return { person, name, value, validFrom, issuedBy };
}

/** Findings about the parents of a family; a share is left without any, and becomes a question to a clerk. */
export function findingsOf(random: Random, family: Family, urban: boolean, asOf: DayNumber): Finding[] {
  const findings: Finding[] = [];
  for (const parent of [family.mother, family.father]) {
    if (!parent || parent.status !== 0 || family.children.length === 0) continue;
    const age = ageOn(asOf, parent);
    const from = asOf - random.between(30, yearsToDays(9));
    if (parent.sex === 2 && age >= 55 && random.chance(3)) {
      findings.push(finding(parent, 'certified_level', String(random.between(1, 3)), from, HEALTH));
    }
    const special = specialSupport(family);
    if (!(special && age >= 45) && !(age >= 58 && fewChildren(family))) continue;
    if (random.chance(850)) findings.push(lawful(parent, random.chance(965), from));
    if (special && random.chance(880)) findings.push(onlyChild(parent, random.chance(970), from));
    if (family.disabilityGrade > 0) {
      findings.push(...disability(parent, family.disabilityGrade, family.disabledSince));
    }
    if (parent.household?.type === 'unified' && random.chance(850)) {
      findings.push(rural(parent, !urban || random.chance(200), from));
    }
  }
  return findings;
}

const specialSupport = (family: Family): boolean =>
  family.children.length === 1 && (family.disabilityGrade > 0 || family.children[0]!.died !== NEVER);

/** One living child, two daughters, or none left: who may be helped in old age. */
function fewChildren(family: Family): boolean {
  const living = family.children.filter((child) => child.died === NEVER);
  return living.length <= 1 || (living.length === 2 && living.every((child) => child.sex === 2));
}
