import { Refusal, type Sentence } from '@app/kernel';

/** Every way divisions can say no. */
export const refuse = {
  codeUnreadable: (division: string) =>
    new Refusal(
      'DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是区划代码，请用 2、4、6、9 或 12 位数字。`,
        en: `"${division}" is no division code; write 2, 4, 6, 9 or 12 digits.`,
      },
      { division },
    ),
  rowUnusable: (file: string, line: number, code: string) =>
    new Refusal(
      'DIVISION_ROW_UNUSABLE',
      {
        zh: `文件 ${file} 第 ${line} 行：区划代码“${code}”无效或名称为空，请更正后重新导入。`,
        en: `Line ${line} of ${file}: "${code}" is no division code, or its name is empty. Correct it and import again.`,
      },
      { file, line, code },
    ),
  householdUnknown: (householdId: string) =>
    new Refusal(
      'HOUSEHOLD_UNKNOWN',
      { zh: `没有编号为 ${householdId} 的户。`, en: `There is no household ${householdId}.` },
      { householdId },
    ),
  notSplit: (householdId: string) =>
    new Refusal(
      'DIVISION_NOT_SPLIT',
      {
        zh: `户 ${householdId} 所在区划未被拆分，无需另行归入。`,
        en: `The division of household ${householdId} was not split, so there is nothing to decide.`,
      },
      { householdId },
    ),
  notAPart: (oldCode: string, newCode: string) =>
    new Refusal(
      'DIVISION_NOT_A_PART',
      {
        zh: `区划 ${newCode} 不是由 ${oldCode} 拆分而来。请核对拆分文件。`,
        en: `Division ${newCode} is no part of what ${oldCode} was split into. Look into the document of the split.`,
      },
      { oldCode, newCode },
    ),
  tooMany: (most: number) =>
    new Refusal(
      'DIVISION_HOUSEHOLDS_MAX',
      { zh: `一次请选择 1 至 ${most} 户。`, en: `Choose 1 to ${most} households at a time.` },
      { most },
    ),
  reasonMissing: () =>
    new Refusal('DIVISION_NEEDS_A_REASON', {
      zh: '请写明归入的依据（4 至 200 字），例如文号。',
      en: 'Give the ground for it in 4 to 200 characters, such as the number of the document.',
    }),
};

/** Why a line of a list of successions does not go in. Codes are part of the API: add, never rename. */
const REJECTIONS = {
  SUCCESSION_UNREADABLE: [
    '列数或引号有误，请更正后重新导入',
    'its columns or quotes are wrong; correct it and import again',
  ],
  SUCCESSION_CODES: [
    '新旧区划代码须为 2、4、6、9 或 12 位且不相同',
    'old and new code must have 2, 4, 6, 9 or 12 digits and differ',
  ],
  SUCCESSION_KIND: [
    '类型应为 merged、renamed、split、recoded；只有 split 可保留原区划',
    'its kind is none of merged, renamed, split, recoded, or it keeps the old division without being a split',
  ],
  SUCCESSION_DAY: ['生效日期不存在或格式不是 YYYY-MM-DD', 'its day is none, or not written YYYY-MM-DD'],
  SUCCESSION_SOURCE: ['请填写批准文件（2 至 200 字）', 'name the document it rests on in 2 to 200 characters'],
  SUCCESSION_CIRCLE: [
    '该区划将成为自己的后继，请核对方向',
    'the division would be its own successor; check the direction',
  ],
  SUCCESSION_SPLIT_OR_NOT: ['同一区划不能既拆分又整体变更', 'one division cannot both be split and go over as a whole'],
  SUCCESSION_SECOND_HEIR: [
    '该区划已有后继；若为拆分，类型应为 split',
    'the division has a successor already; if it was split, its kind is split',
  ],
  SUCCESSION_DIFFERS: [
    '该变更已登记，但日期或类型不同，请核对',
    'this succession is on record with another day or kind; check both',
  ],
} as const satisfies Record<string, readonly [zh: string, en: string]>;
export type SuccessionRejectCode = keyof typeof REJECTIONS;

export const rejectionOf = (code: SuccessionRejectCode, line: number): Sentence => ({
  zh: `第 ${line} 行：${REJECTIONS[code][0]}。`,
  en: `Line ${line}: ${REJECTIONS[code][1]}.`,
});
