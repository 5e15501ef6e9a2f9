import { dayNumber } from './calendar.rules';
import type { EdgeFamilies } from './edge-family.rules';
import { die } from './kinship.rules';

/** Children whose claims are where programmes go wrong: days, deaths, papers, applicants (国卫办人口发〔2025〕24号). */
export function plantChildcareCases(world: EdgeFamilies): void {
  plantBirthDays(world);
  plantDeaths(world);
  plantUnregistered(world);
  plantApplicants(world);
}

const NOT_COVERED: readonly [string, string] = [
  '2022年1月1日以前出生，不在补贴范围。',
  'Born before 2022-01-01: outside the scheme.',
];

function plantBirthDays(world: EdgeFamilies): void {
  const rows: [string, string, number, number, string, string][] = [
    [
      'BORN_2022_01_01',
      '2022-01-01',
      300,
      0,
      '方案首日出生，剩1个月。',
      'Born on the first day covered: one month is left.',
    ],
    ['BORN_2021_12_31', '2021-12-31', 0, 0, ...NOT_COVERED],
    ['BORN_2022_12_31', '2022-12-31', 3600, 0, '2025年12个月，此后无。', 'Twelve months, all in 2025, then none.'],
    ['BORN_2023_12_31', '2023-12-31', 3600, 3600, '共24个月，两年各满额。', 'Twenty-four months: two full years.'],
    [
      'BORN_2024_12_31',
      '2024-12-31',
      3600,
      3600,
      '方案前最后一日出生，满36个月。',
      'Born the day before the scheme: 36 months.',
    ],
    [
      'BORN_2025_01_01',
      '2025-01-01',
      3600,
      3600,
      '方案首日出生，按周岁三年满额。',
      'Born on the first day of the scheme.',
    ],
    [
      'BORN_LEAP_DAY',
      '2024-02-29',
      3600,
      3600,
      '闰日出生，按出生月计26个月。',
      'Leap-day birth: 26 months by birth month.',
    ],
    [
      'BORN_LAST_DAY_OF_MONTH',
      '2023-05-31',
      3600,
      1500,
      '月末出生与月初相同，17个月。',
      'The last day counts as the whole month: 17.',
    ],
    ['BORN_FIRST_DAY_OF_MONTH', '2023-06-01', 3600, 1800, '月初出生，18个月。', 'First day of the month: 18 months.'],
  ];
  for (const [code, born, yuan2025, yuan2026, zh, en] of rows) {
    const reason = born < '2022' ? 'BORN_FROM' : 'MONTHS_LEFT';
    const { children } = world.family({ children: [{ born }] });
    const claims = [world.claim(children[0]!, 2025, '2025-09-16'), world.claim(children[0]!, 2026, '2026-01-12')];
    for (const [index, yuan] of [yuan2025, yuan2026].entries()) {
      const person = children[0];
      world.expect(code, claims[index]!, yuan ? 'PAY' : 'NOT_ELIGIBLE', yuan ? '' : reason, yuan, zh, en, {
        person,
      });
    }
  }

  const twins = world.family({
    children: [
      { born: '2024-08-08', sex: 2 },
      { born: '2024-08-08', sex: 2 },
    ],
  });
  for (const person of twins.children) {
    const claim = world.claim(person, 2025, '2025-10-11');
    const zh = '双胞胎各领一份，同一申领人、同一账户不是重复。';
    world.expect('TWINS', claim, 'PAY', '', 3600, zh, 'Each twin has a subsidy; one applicant is no duplicate.', {
      person,
    });
  }
}

function plantDeaths(world: EdgeFamilies): void {
  const before = world.family({ children: [{ born: '2023-07-07' }] }).children[0]!;
  die(before, dayNumber('2024-12-31'));
  world.expect(
    'DIED_BEFORE_SCHEME',
    world.claim(before, 2025, '2025-09-20'),
    'NOT_ELIGIBLE',
    'ALIVE',
    0,
    '2025年1月1日前死亡，不予发放。',
    'Died before 2025-01-01: nothing is due.',
    { person: before },
  );

  const firstDay = world.family({ children: [{ born: '2023-07-09' }] }).children[0]!;
  die(firstDay, dayNumber('2025-01-01'));
  world.expect(
    'DIED_ON_FIRST_DAY',
    world.claim(firstDay, 2025, '2025-09-20'),
    'HOLD',
    'CHILD_DECEASED',
    3600,
    '方案首日死亡，当年应发，人工核实。',
    'Died on the first day of the scheme: that year is due, after a check.',
    { person: firstDay },
  );

  const during = world.family({ children: [{ born: '2024-04-10' }] }).children[0]!;
  die(during, dayNumber('2025-10-15'));
  world.expect(
    'DIED_IN_CLAIM_YEAR',
    world.claim(during, 2025, '2025-09-22'),
    'HOLD',
    'CHILD_DECEASED',
    3600,
    '申领年度内死亡，全年照发；死亡标记须人工核实。',
    'Died in the claim year: the full year is due; a person checks.',
    { person: during },
  );
  world.expect(
    'DIED_IN_EARLIER_YEAR',
    world.claim(during, 2026, '2026-01-15'),
    'NOT_ELIGIBLE',
    'ALIVE',
    0,
    '上年已死亡，以后年度停发。',
    'Died the year before: later years stop.',
    { person: during },
  );

  for (const [code, year] of [
    ['DIED_IN_BIRTH_YEAR_LATE', 2025],
    ['DIED_IN_BIRTH_YEAR_NEXT', 2026],
  ] as const) {
    const child = world.family({ children: [{ born: '2025-03-03' }] }).children[0]!;
    die(child, dayNumber('2025-11-20'));
    world.expect(
      code,
      world.claim(child, year, '2026-02-10'),
      'HOLD',
      'CHILD_DECEASED',
      3600,
      '出生当年死亡，可在次年申领。',
      'Died in the year of birth: may be claimed in the next year.',
      { person: child },
    );
  }
}

function plantUnregistered(world: EdgeFamilies): void {
  const { mother } = world.family({ children: [] });
  const unknown = world.identities.certificate(dayNumber('2025-07-18'));
  world.expect(
    'CERTIFICATE_ONLY',
    world.claim(unknown, 2025, '2025-10-20', { by: mother, byCertificate: true }),
    'HOLD',
    'CHILD_NOT_REGISTERED',
    3600,
    '仅有出生医学证明，户籍中查无此人，先登记。',
    'Only a birth certificate; not in the register yet.',
  );

  const waiting = world.family({ children: [{ born: '2026-01-20' }] }).children[0]!;
  waiting.number = '';
  world.expect(
    'CERTIFICATE_WITHOUT_NUMBER',
    world.claim(waiting, 2026, '2026-03-02', { byCertificate: true }),
    'HOLD',
    'CITIZEN',
    3600,
    '登记表中有此儿童，尚无公民身份号码。',
    'The child is in the extract, still without an identity number.',
    { person: waiting },
  );

  const later = world.family({ children: [{ born: '2025-05-05' }] }).children[0]!;
  world.expect(
    'CERTIFICATE_THEN_NUMBER_FIRST',
    world.claim(later, 2025, '2025-09-18', { byCertificate: true }),
    'PAY',
    '',
    3600,
    '先凭出生证申领，后取得身份号码，是同一儿童。',
    'Claimed by certificate first; later known by number: one child.',
    { person: later },
  );
  world.expect(
    'CERTIFICATE_THEN_NUMBER_AGAIN',
    world.claim(later, 2025, '2025-11-06'),
    'HOLD',
    'ONE_CLAIMANT',
    0,
    '同一儿童同一年度再次申领，只付一次。',
    'The same child and year again, by number: one payment only.',
    { person: later },
  );
}

function plantApplicants(world: EdgeFamilies): void {
  const both = world.family({ children: [{ born: '2024-10-02' }] });
  const person = both.children[0]!;
  const [zh, en] = [
    '父母双方分别申领，先到者办理，后到者由人核查，只付一份。',
    'Both parents claim: the first goes on, a person looks at the second; one payment.',
  ];
  const first = world.claim(person, 2025, '2025-09-25', { by: both.mother });
  const second = world.claim(person, 2025, '2025-10-09', { by: both.father });
  world.expect('TWO_CLAIMANTS', first, 'PAY', '', 3600, zh, en, { person });
  world.expect('TWO_CLAIMANTS', second, 'HOLD', 'ONE_CLAIMANT', 0, zh, en, { person });

  const cared = world.family({ children: [{ born: '2023-09-12' }] });
  const grandmother = world.member(cared.household, 2, '1964-02-11', '52');
  world.expect(
    'APPLICANT_NOT_PARENT',
    world.claim(cared.children[0]!, 2025, '2025-10-12', { by: grandmother, relation: '97' }),
    'HOLD',
    'APPLICANT',
    3600,
    '祖母申领，父母健在，须由父母或监护人申领。',
    'A grandmother applies while both parents live.',
    { person: cared.children[0]! },
  );

  const orphan = world.family({ children: [{ born: '2023-11-23' }] });
  die(orphan.mother, dayNumber('2025-02-03'));
  die(orphan.father, dayNumber('2025-02-03'));
  const uncle = world.single(1, '1987-06-30');
  world.expect(
    'GUARDIAN',
    world.claim(orphan.children[0]!, 2025, '2025-10-21', { by: uncle, relation: '99' }),
    'HOLD',
    'APPLICANT',
    3600,
    '孤儿由监护人申领，核对监护证明后发放。',
    'An orphan’s guardian applies: guardianship is checked first.',
    { person: orphan.children[0]! },
  );

  const divorced = world.family({ children: [{ born: '2024-03-19' }], father: null });
  divorced.children[0]!.fatherNumber = world.identities.number(dayNumber('1990-04-04'), 1);
  world.expect(
    'DIVORCED_MOTHER',
    world.claim(divorced.children[0]!, 2025, '2025-09-28'),
    'PAY',
    '',
    3600,
    '离异母亲申领，婚姻状况不影响权利。',
    'A divorced mother applies: marital status is no obstacle.',
    { person: divorced.children[0]! },
  );

  const adopted = world.family({ children: [{ born: '2024-06-06' }] }).children[0]!;
  adopted.relation = adopted.sex === 1 ? '27' : '37';
  world.expect(
    'ADOPTION',
    world.claim(adopted, 2025, '2025-10-17'),
    'PAY',
    '',
    3600,
    '依法收养的儿童与亲生相同。',
    'A lawfully adopted child has the same right.',
    { person: adopted },
  );

  const unknownFather = world.family({ children: [{ born: '2024-11-11' }], father: null }).children[0]!;
  unknownFather.fatherNumber = '';
  world.expect(
    'FATHER_UNKNOWN',
    world.claim(unknownFather, 2025, '2025-11-03'),
    'PAY',
    '',
    3600,
    '父亲不详，母亲申领。',
    'The father is not recorded; the mother applies.',
    { person: unknownFather },
  );

  const foundling = world.family({ children: [{ born: '2024-01-27' }], mother: null, father: null }).children[0]!;
  foundling.fatherNumber = foundling.motherNumber = '';
  const claimant = world.single(2, '1993-12-09');
  world.expect(
    'PARENTS_UNKNOWN',
    world.claim(foundling, 2025, '2025-11-04', { by: claimant }),
    'HOLD',
    'APPLICANT',
    3600,
    '登记中无父母信息，无法确认申领人为母亲。',
    'The register names no parents, so the applicant cannot be matched.',
    { person: foundling },
  );
}
