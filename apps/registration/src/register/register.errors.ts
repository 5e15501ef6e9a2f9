import { Refusal } from '@app/kernel';

/** Every way a governed change of the register can say no. */
export const refuse = {
  nothingToCorrect: () =>
    new Refusal('NOTHING_TO_CORRECT', {
      zh: '更正未改变任何内容：请填写与现有记录不同的姓名、性别或出生日期。',
      en: 'This correction changes nothing: give a name, sex or day of birth other than the one on record.',
    }),
  nothingChanges: () =>
    new Refusal('NOTHING_CHANGES', {
      zh: '所列人员当日已在该户且与户主关系相同，无需变更。',
      en: 'On that day everybody named is in this household already, in the same relation to its head; there is nothing to change.',
    }),
  newbornOnRecord: (id: string) =>
    new Refusal(
      'NEWBORN_ON_RECORD',
      {
        zh: `同一依据下已登记同样的新生儿（${id}）。如为同一儿童请使用该记录；如为多胞胎请填写各自的姓名、出生医学证明编号或材料编号。`,
        en: `The same newborn is on record on the same evidence (${id}). Use that record if it is the same child; of twins give each its name, certificate or paper.`,
      },
      { id },
    ),
  nameUnusable: () =>
    new Refusal('NAME_UNUSABLE', {
      zh: '姓名须为 1 至 50 个字符，且不含控制字符。',
      en: 'A name has 1 to 50 characters and no control characters.',
    }),
  bornInFuture: (day: string) =>
    new Refusal(
      'BIRTH_IN_FUTURE',
      { zh: `出生日期 ${day} 在今天之后。`, en: `The day of birth ${day} lies in the future.` },
      { day },
    ),
  diesInFuture: (day: string) =>
    new Refusal(
      'DEATH_IN_FUTURE',
      { zh: `死亡日期 ${day} 在今天之后。`, en: `The day of death ${day} lies in the future.` },
      { day },
    ),
  periodEmpty: () =>
    new Refusal('PERIOD_EMPTY', {
      zh: '起止日期之间没有任何一天：终止日须在起始日之后。',
      en: 'There is no day between these dates: the end must come after the beginning.',
    }),
  relationUnknown: (code: string) =>
    new Refusal(
      'RELATION_UNKNOWN',
      {
        zh: `与户主关系“${code}”不在 GB/T 4761 代码表内：户主为 01 或 02。`,
        en: `"${code}" is no relation to the head in GB/T 4761: the head is 01 or 02.`,
      },
      { code },
    ),
  dayUnreadable: (text: string) =>
    new Refusal(
      'PARTIAL_DAY_UNREADABLE',
      {
        zh: `“${text}”不是日期：请写成 2019-05-03、2019-05 或 2019，不知道的写 unknown。`,
        en: `"${text}" is no day: write 2019-05-03, 2019-05 or 2019, and unknown for one that nobody knows.`,
      },
      { text },
    ),
  paperUnusable: (kind: string) =>
    new Refusal(
      'PAPER_NUMBER_UNUSABLE',
      {
        zh: `号码与证件类型 ${kind} 不符，请核对位数、校验码和出生日期。`,
        en: `The number does not fit a paper of kind ${kind}: check its length, check digit and birth date.`,
      },
      { kind },
    ),
  certificateOnRecord: (id: string) =>
    new Refusal(
      'BIRTH_CERTIFICATE_ON_RECORD',
      {
        zh: `该出生医学证明编号已登记在 ${id} 名下。如为同一儿童请使用该记录；如为多胞胎请核对各自的证明。`,
        en: `This birth certificate number is on record for ${id}. Use that record if it is the same child; twins have a certificate each.`,
      },
      { id },
    ),
  parentYoungerThanChild: (id: string) =>
    new Refusal(
      'PARENT_NOT_OLDER',
      {
        zh: `${id} 的出生日期不早于子女，不能登记为父母。请核对双方出生日期。`,
        en: `${id} was not born before the child and cannot be its parent. Check both days of birth.`,
      },
      { id },
    ),
  notDead: (id: string) =>
    new Refusal(
      'NO_DEATH_ON_RECORD',
      { zh: `${id} 没有死亡记录，无需撤销。`, en: `No death of ${id} is on record, so there is nothing to reverse.` },
      { id },
    ),
  householdUnknown: (id: string) =>
    new Refusal(
      'HOUSEHOLD_UNKNOWN',
      { zh: `没有编号为 ${id} 的户或不在您的管辖范围内。`, en: `There is no household ${id} in your division.` },
      { id },
    ),
  divisionUnknown: (code: string) =>
    new Refusal(
      'DIVISION_UNKNOWN',
      { zh: `没有编码为 ${code} 的行政区划。`, en: `There is no division ${code} on record.` },
      { code },
    ),
  notAMember: (id: string, household: string) =>
    new Refusal(
      'NOT_A_MEMBER',
      { zh: `${id} 当日不是户 ${household} 的成员。`, en: `${id} is no member of household ${household} on that day.` },
      { id, household },
    ),
  headMissing: () =>
    new Refusal('HEAD_MISSING', {
      zh: '一户须有且只有一名户主：请在成员中指定户主（01 或 02）。',
      en: 'A household has exactly one head: name one of its members as head (01 or 02).',
    }),
  sameHousehold: () => new Refusal('SAME_HOUSEHOLD', { zh: '两户为同一户。', en: 'Both are the same household.' }),
  saidNotSame: () =>
    new Refusal('MERGE_OF_TWO_PEOPLE', {
      zh: '已有工作人员认定这两条登记不是同一人。如认定有误，请先撤回认定。',
      en: 'An officer said that these records are of two people. If that was a mistake, take it back first.',
    }),
  samePerson: () => new Refusal('SAME_PERSON', { zh: '两条记录为同一条。', en: 'Both are the same record.' }),
  mergeConflicts: (facts: readonly string[]) =>
    new Refusal(
      'MERGE_CONFLICTS',
      {
        zh: `两条记录在同一时间的说法不一致（${facts.join('、')}），请逐项指明保留哪一条。`,
        en: `The two records contradict each other about the same days (${facts.join(', ')}): say of each which one is to stand.`,
      },
      { facts },
    ),
  nothingToSplit: () =>
    new Refusal('NOTHING_TO_SPLIT', {
      zh: '拆分须指明至少一项归属新记录的事实。',
      en: 'To split a record, name at least one fact that belongs to the new one.',
    }),
  factOfAnother: (id: string) =>
    new Refusal(
      'FACT_OF_ANOTHER',
      { zh: `事实 ${id} 不属于该记录。`, en: `Fact ${id} is not about this record.` },
      { id },
    ),
  registryFact: (id: string) =>
    new Refusal(
      'FACT_OF_THE_REGISTRY',
      {
        zh: `事实 ${id} 由户籍登记提供：请标记为“核查中”并通知户籍机关更正，或以司法文书、部门证明为依据更正。`,
        en: `Fact ${id} is what the household registry states: put it under investigation and tell the registry, or correct it on the evidence of a court or an agency.`,
      },
      { id },
    ),
  notDisputed: (id: string) =>
    new Refusal(
      'FACT_NOT_DISPUTED',
      { zh: `事实 ${id} 不在核查中。`, en: `Fact ${id} is not under investigation.` },
      { id },
    ),
  alreadyDisputed: (id: string) =>
    new Refusal(
      'FACT_DISPUTED_ALREADY',
      { zh: `事实 ${id} 已在核查中。`, en: `Fact ${id} is under investigation already.` },
      { id },
    ),
};
