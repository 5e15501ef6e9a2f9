import { type DayNumber, dayNumber } from './calendar.rules';
import type { EdgeFamilies, Expectation, FamilyPlan } from './edge-family.rules';
import { type Finding, disability, lawful, onlyChild } from './finding.rules';
import { die } from './kinship.rules';
import type { Person } from './person.rules';

/** Yuan in 2025 by the national tables: 960 a year; 590 and 460 a month. */
const AGEING = 960;
const CHILD_DIED = 590 * 12;
const CHILD_DISABLED = 460 * 12;
const ATTESTED = dayNumber('2016-05-20');

interface ParentCase {
  readonly code: string;
  readonly programme: 'JF' | 'TF';
  readonly family: FamilyPlan;
  /** The day on which all children died. */
  readonly childDied?: string;
  readonly disabilityGrade?: number;
  readonly findings: (person: Person) => Finding[];
  readonly expected: Expectation;
  readonly reason: string;
  readonly yuan: number;
  readonly zh: string;
  readonly en: string;
}

const attested = (person: Person): Finding[] => [lawful(person, true, ATTESTED)];
const certified = (person: Person): Finding[] => [...attested(person), onlyChild(person, true, ATTESTED)];
const nothing = (): Finding[] => [];
const son = { born: '1986', sex: 1 } as const;
const daughter = { born: '1988', sex: 2 } as const;
const old = { mother: '1957', father: '1955', type: 'rural' } as const;
const middle = { mother: '1970', father: '1968', type: 'urban' } as const;
const single = { born: '1996', sex: 1 } as const;

/** Parents for whom support in old age (JF) and special support (TF) are decided, for the year 2025. */
const CASES: readonly ParentCase[] = [
  {
    code: 'JF_ONE_CHILD',
    programme: 'JF',
    family: { ...old, children: [son] },
    findings: attested,
    expected: 'PAY',
    reason: '',
    yuan: AGEING,
    zh: '农村夫妻满60周岁，一个子女。',
    en: 'A rural couple over 60 with one child.',
  },
  {
    code: 'JF_TWO_DAUGHTERS',
    programme: 'JF',
    family: { ...old, children: [{ born: '1983', sex: 2 }, daughter] },
    findings: attested,
    expected: 'PAY',
    reason: '',
    yuan: AGEING,
    zh: '农村夫妻满60周岁，两个女儿。',
    en: 'A rural couple over 60 with two daughters.',
  },
  {
    code: 'JF_SON_AND_DAUGHTER',
    programme: 'JF',
    family: { ...old, children: [son, daughter] },
    findings: attested,
    expected: 'NOT_ELIGIBLE',
    reason: 'CHILDREN',
    yuan: 0,
    zh: '一子一女，不符合条件。',
    en: 'A son and a daughter: not within the programme.',
  },
  {
    code: 'JF_CHILDREN_DIED',
    programme: 'JF',
    family: { ...old, children: [son, daughter] },
    childDied: '2011-06-30',
    findings: attested,
    expected: 'PAY',
    reason: '',
    yuan: AGEING,
    zh: '子女均已死亡，现无子女。',
    en: 'Both children died: none is living.',
  },
  {
    code: 'JF_BORN_1933_01_01',
    programme: 'JF',
    family: { mother: '1933-01-01', father: null, type: 'rural', children: [{ born: '1958-05-05', sex: 1 }] },
    findings: attested,
    expected: 'PAY',
    reason: '',
    yuan: AGEING,
    zh: '1933年1月1日出生，首日符合。',
    en: 'Born on the first day covered.',
  },
  {
    code: 'JF_BORN_1932_12_31',
    programme: 'JF',
    family: { mother: '1932-12-31', father: null, type: 'rural', children: [{ born: '1958-05-06', sex: 1 }] },
    findings: attested,
    expected: 'NOT_ELIGIBLE',
    reason: 'BORN_FROM',
    yuan: 0,
    zh: '1933年以前出生，不符合条件。',
    en: 'Born a day too early.',
  },
  {
    code: 'JF_URBAN',
    programme: 'JF',
    family: { ...old, type: 'urban', children: [son] },
    findings: attested,
    expected: 'NOT_ELIGIBLE',
    reason: 'RURAL',
    yuan: 0,
    zh: '非农村户口。',
    en: 'Not a rural household.',
  },
  {
    code: 'JF_NO_FINDING',
    programme: 'JF',
    family: { ...old, children: [daughter] },
    findings: nothing,
    expected: 'HOLD',
    reason: 'BIRTHS_LAWFUL',
    yuan: AGEING,
    zh: '缺少当年生育是否合法的认定，须人工核实。',
    en: 'No finding on record: a question to a clerk.',
  },
  {
    code: 'JF_UNIFIED_NO_FINDING',
    programme: 'JF',
    family: { ...old, type: 'unified', children: [daughter] },
    findings: attested,
    expected: 'HOLD',
    reason: 'RURAL',
    yuan: AGEING,
    zh: '居民户口，缺少原农业户口认定。',
    en: 'A unified hukou: whether it was rural is not on record.',
  },
  {
    code: 'TF_CHILD_DIED',
    programme: 'TF',
    family: { ...middle, children: [single] },
    childDied: '2019-08-19',
    findings: certified,
    expected: 'PAY',
    reason: '',
    yuan: CHILD_DIED,
    zh: '独生子女死亡，妻满49周岁。',
    en: 'The only child died; the wife is over 49.',
  },
  {
    code: 'TF_CHILD_DISABLED',
    programme: 'TF',
    family: { ...middle, children: [single] },
    disabilityGrade: 2,
    findings: certified,
    expected: 'PAY',
    reason: '',
    yuan: CHILD_DISABLED,
    zh: '独生子女二级残疾。',
    en: 'The only child is disabled, grade 2.',
  },
  {
    code: 'TF_DISABILITY_GRADE_4',
    programme: 'TF',
    family: { ...middle, children: [single] },
    disabilityGrade: 4,
    findings: certified,
    expected: 'NOT_ELIGIBLE',
    reason: 'LOSS',
    yuan: 0,
    zh: '四级残疾，不在一至三级之内。',
    en: 'Grade 4 lies outside grades 1 to 3.',
  },
  {
    code: 'TF_WIFE_UNDER_49',
    programme: 'TF',
    family: { mother: '1979-09-09', father: '1972-01-15', type: 'urban', children: [{ born: '2003-04-01', sex: 2 }] },
    childDied: '2020-12-02',
    findings: certified,
    expected: 'NOT_ELIGIBLE',
    reason: 'WIFE_AGE',
    yuan: 0,
    zh: '妻未满49周岁，夫妻同时进入。',
    en: 'The wife is not 49 yet; spouses enter together.',
  },
  {
    code: 'TF_NO_FINDING',
    programme: 'TF',
    family: { ...middle, children: [single] },
    childDied: '2018-02-27',
    findings: nothing,
    expected: 'HOLD',
    reason: 'BIRTHS_LAWFUL',
    yuan: CHILD_DIED,
    zh: '缺少认定，须人工核实。',
    en: 'No finding on record: a question to a clerk.',
  },
  {
    code: 'TF_HIGHER_THAN_JF',
    programme: 'TF',
    family: { ...old, children: [son] },
    childDied: '2012-09-03',
    findings: certified,
    expected: 'PAY',
    reason: '',
    yuan: CHILD_DIED,
    zh: '两项均符合，就高发放特别扶助。',
    en: 'Both programmes fit: the higher one is paid.',
  },
];

export function plantParentCases(world: EdgeFamilies): void {
  for (const planned of CASES) {
    const { family, mother, father, children } = world.family(planned.family);
    const parents = [mother, father].filter((parent) => parent !== undefined);
    if (planned.childDied) for (const child of children) die(child, dayNumber(planned.childDied));
    const since: DayNumber = dayNumber('2015-03-10');
    for (const person of parents) {
      world.findings.push(...planned.findings(person));
      if (planned.disabilityGrade) world.findings.push(...disability(person, planned.disabilityGrade, since));
      const { code, programme, expected, reason, yuan, zh, en } = planned;
      world.expect(code, person, expected, reason, yuan, zh, en, { programme, year: 2025 });
      if (code !== 'TF_HIGHER_THAN_JF') continue;
      const [sentenceZh, sentenceEn] = ['已发放较高的特别扶助，不重复。', 'The special support is higher: not both.'];
      world.expect(code, person, 'SUPERSEDED', 'TF', 0, sentenceZh, sentenceEn, { programme: 'JF', year: 2025 });
    }
    family.disabilityGrade = planned.disabilityGrade ?? 0;
  }
}
