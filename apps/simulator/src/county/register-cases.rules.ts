import type { FailingReason } from './account.rules';
import { dayNumber, dayText } from './calendar.rules';
import { type EdgeFamilies, moveIn, moveOut } from './edge-family.rules';
import { Person } from './person.rules';

/** Children whose claims meet trouble in the register or at the bank: moves, late claims, numbers, accounts, names. */
export function plantRegisterCases(world: EdgeFamilies): void {
  plantMoves(world);
  plantLateClaims(world);
  plantRegisterTroubles(world);
  plantAccounts(world);
  plantRefusedAccounts(world);
  plantNames(world);
}

function plantMoves(world: EdgeFamilies): void {
  const rows = [
    [
      'MOVED_OUT_BEFORE_SUBMISSION',
      '2025-08-15',
      '',
      'HOLD',
      'PLACE',
      '申领前已迁出，由新户籍地办理。',
      'Moved out before claiming: the new place decides.',
    ],
    [
      'MOVED_OUT_AFTER_SUBMISSION',
      '2025-12-20',
      '',
      'PAY',
      '',
      '申领后迁出，原户籍地办结。',
      'Moved out after claiming: the old place completes it.',
    ],
    [
      'MOVED_IN_BEFORE_SUBMISSION',
      '',
      '2025-06-01',
      'PAY',
      '',
      '申领前已迁入，由本地办理。',
      'Moved in before claiming: this place decides.',
    ],
    [
      'MOVED_IN_AFTER_SUBMISSION',
      '',
      '2025-11-20',
      'HOLD',
      'PLACE',
      '申领时户籍尚在外地，核对原户籍地。',
      'Not yet registered here when claimed: ask the old place.',
    ],
  ] as const;
  for (const [code, out, into, expected, reason, zh, en] of rows) {
    const { children, household } = world.family({ children: [{ born: '2024-05-21' }] });
    if (out) moveOut(household, out);
    if (into) moveIn(household, into);
    const person = children[0]!;
    world.expect(code, world.claim(person, 2025, '2025-10-10'), expected, reason, 3600, zh, en, { person });
  }
}

function plantLateClaims(world: EdgeFamilies): void {
  const late = world.family({ children: [{ born: '2024-07-14' }] }).children[0]!;
  world.expect(
    'LATE_SUBMISSION',
    world.claim(late, 2025, '2026-02-11'),
    'NOT_ELIGIBLE',
    'CLAIMED_IN_YEAR',
    0,
    '2025年度逾期申领，视为放弃当年。',
    'The claim for 2025 came in 2026: that year is forfeited.',
    { person: late },
  );
  const missed = world.family({ children: [{ born: '2023-05-15' }] }).children[0]!;
  world.expect(
    'MISSED_FIRST_YEAR',
    world.claim(missed, 2026, '2026-01-19'),
    'PAY',
    '',
    1500,
    '2025年未申领，其后年度仍可申领。',
    '2025 was not claimed; the remaining year still may be.',
    { person: missed },
  );
  const next = world.family({ children: [{ born: '2025-12-31' }] }).children[0]!;
  world.expect(
    'FIRST_CLAIM_NEXT_YEAR',
    world.claim(next, 2026, '2026-02-20'),
    'PAY',
    '',
    3600,
    '出生次年首次申领，仍在期限内。',
    'First claimed in the year after birth: in time.',
    { person: next },
  );
  const silent = world.family({ children: [{ born: '2024-02-02' }] }).children[0]!;
  world.expect('NEVER_CLAIMED', silent, 'NOTHING', '', 0, '无人申领，不发放。', 'Nobody claimed: nothing is paid.', {
    year: 2025,
  });
}

function plantRegisterTroubles(world: EdgeFamilies): void {
  const [one, other] = ['2024-04-25', '2024-04-25'].map((born) => world.family({ children: [{ born, sex: 1 }] }));
  const person = one!.children[0]!;
  other!.children[0]!.number = person.number;
  world.expect(
    'SHARED_NUMBER',
    world.claim(person, 2025, '2025-10-23'),
    'HOLD',
    'CHILD_NOT_REGISTERED',
    3600,
    '两名儿童同号（重号），由公安更正后办理。',
    'Two children hold one number: to be settled with the police.',
    { person },
  );

  const cancelled = world.family({ children: [{ born: '2024-09-01' }] }).children[0]!;
  cancelled.status = 1;
  world.expect(
    'HUKOU_CANCELLED',
    world.claim(cancelled, 2025, '2025-10-24'),
    'HOLD',
    'REGISTRATION_VALID',
    3600,
    '户口已注销，核实原因。',
    'The registration was cancelled: find out why.',
    { person: cancelled },
  );

  const far = world.family({ children: [{ born: '2024-12-12' }], father: null }).children[0]!;
  far.fatherNumber = world.identities.number(dayNumber('1992-03-08'), 1);
  const father = new Person(1, dayNumber('1992-03-08'));
  father.number = far.fatherNumber;
  father.name = '周明远';
  world.expect(
    'PARENT_NOT_IN_EXTRACT',
    world.claim(far, 2025, '2025-11-11', { by: father }),
    'PAY',
    '',
    3600,
    '申领人为登记的父亲，户籍在外地，不影响申领。',
    'The applicant is the recorded father, registered elsewhere: only the child’s place counts.',
    { person: far },
  );
}

function plantAccounts(world: EdgeFamilies): void {
  const none = world.family({ children: [{ born: '2024-08-30' }] }).children[0]!;
  world.expect(
    'ACCOUNT_MISSING',
    world.claim(none, 2025, '2025-10-26', { account: '' }),
    'HOLD',
    'ACCOUNT_MISSING',
    3600,
    '未填收款账户，请补充。',
    'No account was given: ask for one.',
    { person: none },
  );
  const unlisted = world.family({ children: [{ born: '2024-08-31' }] }).children[0]!;
  world.expect(
    'ACCOUNT_UNKNOWN',
    world.claim(unlisted, 2025, '2025-10-27', { account: world.accountNobodyOpened() }),
    'HOLD',
    'ACCOUNT_MISSING',
    3600,
    '账户不在账户清册中，请核实。',
    'The account is in no list of accounts: check it.',
    { person: unlisted },
  );
  const other = world.family({ children: [{ born: '2024-09-13' }] });
  const neighbour = world.single(2, '1971-01-16');
  world.expect(
    'ACCOUNT_OF_ANOTHER',
    world.claim(other.children[0]!, 2025, '2025-10-28', { account: world.accountOf(neighbour) }),
    'HOLD',
    'ACCOUNT_OF_OTHER_HOLDER',
    3600,
    '账户户名既非申领人也非儿童。',
    'The account belongs to neither the applicant nor the child.',
    { person: other.children[0]! },
  );
  const own = world.family({ children: [{ born: '2024-09-17' }] }).children[0]!;
  world.expect(
    'ACCOUNT_OF_CHILD',
    world.claim(own, 2025, '2025-10-29', { account: world.accountOf(own) }),
    'PAY',
    '',
    3600,
    '打入儿童本人社保卡。',
    'Paid into the child’s own account.',
    { person: own },
  );
}

/** Accounts that the bank will not credit, known to it by their last four digits. */
function plantRefusedAccounts(world: EdgeFamilies): void {
  const rows: [FailingReason, string, string][] = [
    ['ACCOUNT_CLOSED', '账户已销户，银行退回后更正重发。', 'The account is closed: returned, corrected, paid again.'],
    [
      'NAME_MISMATCH',
      '户名不符，银行退回后更正重发。',
      'The bank knows another name: returned, corrected, paid again.',
    ],
    ['ACCOUNT_FROZEN', '账户冻结，银行退回后更正重发。', 'The account is frozen: returned, corrected, paid again.'],
  ];
  for (const [reason, zh, en] of rows) {
    for (const born of ['2024-05-06', '2025-02-17']) {
      const { children, mother } = world.family({ children: [{ born }] });
      const person = children[0]!;
      const account = world.accountOf(mother, reason);
      const claim = world.claim(person, 2025, '2025-10-30', { account });
      world.expect(`BANK_${reason}`, claim, 'RETURNED', reason, 3600, zh, en, { person });
    }
  }
}

function plantNames(world: EdgeFamilies): void {
  const rows = [
    ['RARE_NAME_BEYOND_BMP', '李𬱖', '姓名含基本平面以外汉字。', 'A name beyond the Basic Multilingual Plane.'],
    ['RARE_NAME_TWO_SURROGATES', '𠮷𬱖', '姓名两字均在基本平面以外。', 'Both characters beyond the BMP.'],
    ['RARE_NAME_EXTENSION_A', '王㛃', '姓名含扩展A区汉字。', 'A character of CJK Extension A.'],
    ['NAME_WITH_DOT', '迪丽热巴尔·艾合买提', '姓名含间隔号。', 'A name with the middle dot U+00B7.'],
    ['NAME_OF_ONE_CHARACTER', '云', '单字姓名有效。', 'A name of one character is valid.'],
  ] as const;
  for (const [code, name, zh, en] of rows) {
    const { children, mother } = world.family({ children: [{ born: '2024-10-15', name }] });
    mother.name = name; // The bank is paid in the mother’s name: the rare character has to reach the file.
    const person = children[0]!;
    world.expect(code, world.claim(person, 2025, '2025-11-01'), 'PAY', '', 3600, zh, en, { person });
  }

  const withX = childWithX(world);
  withX.spelling = withX.number.toLowerCase();
  world.expect(
    'LOWER_CASE_X',
    world.claim(withX, 2025, '2025-11-02', { childNumber: withX.spelling }),
    'PAY',
    '',
    3600,
    '身份号码末位写成小写x，仍是同一号码。',
    'The last character in lower case is the same number.',
    { person: withX },
  );
}

/** Tries day after day, so that no day runs out of numbers however often the case is planted. */
function childWithX(world: EdgeFamilies): Person {
  let born = dayNumber('2024-06-01') + world.random.below(180);
  while (!world.identities.preview(born, 1).endsWith('X')) born += 1;
  return world.family({ children: [{ born: dayText(born), sex: 1 }] }).children[0]!;
}
