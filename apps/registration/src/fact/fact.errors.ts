import { Refusal } from '@app/kernel';

/** Every way a change of the register can be refused before it is written. */
export const refuse = {
  personsUnknown: (ids: readonly string[]) =>
    new Refusal(
      'PERSONS_UNKNOWN',
      {
        zh: `下列人员不存在或不在您的管辖范围内：${ids.join('、')}。涉及多地的变更请由上级办理。`,
        en: `These persons do not exist or are outside your division: ${ids.join(', ')}. What concerns several places is done one level up.`,
      },
      { ids },
    ),
  personMerged: (id: string, into: string) =>
    new Refusal(
      'PERSON_MERGED',
      {
        zh: `记录 ${id} 已并入 ${into}，请在后者上办理，或先撤销合并。`,
        en: `Record ${id} was merged into ${into}; work on that one, or undo the merge first.`,
      },
      { id, into },
    ),
  changeUnknown: (id: string) =>
    new Refusal('CHANGE_UNKNOWN', { zh: `没有编号为 ${id} 的变更。`, en: `There is no change ${id}.` }, { id }),
  changeNotUndoable: (id: string, kind: string) =>
    new Refusal(
      'CHANGE_NOT_UNDOABLE',
      {
        zh: `变更 ${id}（${kind}）不能撤销：登记数据由新的登记数据更正，撤销本身请重新办理原变更。`,
        en: `Change ${id} (${kind}) cannot be undone: what the registry stated is corrected by what it states next, and an undo by making the change again.`,
      },
      { id, kind },
    ),
  changeUndone: (id: string) =>
    new Refusal('CHANGE_UNDONE', { zh: `变更 ${id} 已被撤销。`, en: `Change ${id} was undone already.` }, { id }),
  changeBuiltUpon: (id: string, later: readonly string[]) =>
    new Refusal(
      'CHANGE_BUILT_UPON',
      {
        zh: `其后的变更（${later.join('、')}）以变更 ${id} 为基础，请先撤销这些变更。`,
        en: `Later changes (${later.join(', ')}) rest on change ${id}; undo those first.`,
      },
      { id, later },
    ),
  factUnknown: (id: string) =>
    new Refusal(
      'FACT_UNKNOWN',
      { zh: `没有编号为 ${id} 的有效事实。`, en: `There is no fact ${id} that still stands.` },
      { id },
    ),
  factOnRecord: (id: string) =>
    new Refusal(
      'FACT_ON_RECORD',
      {
        zh: `该事实已登记（${id}），起止日期相同，无需重复办理。`,
        en: `This is on record already (${id}), for the same days; there is nothing to do again.`,
      },
      { id },
    ),
  closesOutside: (day: string) =>
    new Refusal(
      'FACT_CLOSES_OUTSIDE',
      {
        zh: `${day} 不在该事实的有效期间内，不能以此日终止。请核对日期，或更正该事实。`,
        en: `${day} does not lie within the days of this fact, so it cannot end then. Check the day, or correct the fact.`,
      },
      { day },
    ),
  numberStatedNowhere: (mask: string) =>
    new Refusal(
      'NUMBER_NOT_AT_HAND',
      {
        zh: `证件号码 ${mask} 的原文已不在库中，请重新录入该证件。`,
        en: `The whole number of ${mask} is no longer on record; enter the paper again.`,
      },
      { mask },
    ),
};

const overlapping = (zh: string, en: string) => () =>
  new Refusal('FACTS_OVERLAP', {
    zh: `${zh}请先终止或更正原有记录，日期不确定的请如实填写为不确定。`,
    en: `${en} End or correct what is on record first; give uncertain days as uncertain.`,
  });

/** What the database refuses wherever it is tried, in words: by the name of the constraint. */
const REFUSALS: Readonly<Record<string, () => Refusal>> = {
  fact_one_paper_of_a_kind: overlapping(
    '该人同一时间已有一份同类证件。',
    'At that time this person has a paper of this kind already.',
  ),
  fact_one_household_at_a_time: overlapping(
    '该人同一时间已登记在另一户。',
    'At that time this person is registered in another household.',
  ),
  fact_one_head_at_a_time: overlapping('该户同一时间已有户主。', 'At that time the household has a head already.'),
  fact_one_mother_one_father: overlapping(
    '该人同一时间已有同类的父亲或母亲。',
    'At that time this person has a father or mother of this kind already.',
  ),
  fact_one_guardianship_of_a_pair: overlapping(
    '二人之间同一时间已有监护关系。',
    'At that time this guardianship is on record already.',
  ),
  fact_one_marriage_at_a_time: overlapping(
    '该人同一时间已有婚姻关系。',
    'At that time this person is married already.',
  ),
  fact_dies_once: () =>
    new Refusal('DEATH_ON_RECORD', {
      zh: '该人已有死亡记录。如日期有误请先更正，如系误报请办理死亡撤销。',
      en: 'A death of this person is on record. Correct its day, or reverse it if it was reported wrongly.',
    }),
  person_dies_after_birth: () =>
    new Refusal('DEATH_BEFORE_BIRTH', {
      zh: '死亡日期早于出生日期，请核对。',
      en: 'The day of death comes before the day of birth; check both.',
    }),
  fact_is_about_two_people: () =>
    new Refusal('FACT_ABOUT_ONESELF', {
      zh: '本人不能是自己的父母、监护人或配偶。',
      en: 'Nobody is their own parent, guardian or spouse.',
    }),
  merge_leads_to_a_live_record: () =>
    new Refusal('MERGE_INTO_MERGED', {
      zh: '目标记录本身已并入其他记录，请选择保留下来的记录。',
      en: 'The record to merge into is itself merged; choose the one that lives on.',
    }),
  merge_once: () => new Refusal('MERGED_ALREADY', { zh: '该记录已经合并。', en: 'This record is merged already.' }),
  household_number_is_unique_in_its_county: () =>
    new Refusal('HOUSEHOLD_NUMBER_TAKEN', {
      zh: '本县已有该户号。',
      en: 'This household number exists in the county already.',
    }),
};

/** The Refusal that a violated constraint of the register stands for; undefined where it would be a bug. */
export const explainConstraint = (constraint: string): Refusal | undefined => REFUSALS[constraint]?.();
