import { Refusal, type Sentence } from '@app/kernel';
import type { RowErrorCode, RowWarningCode } from './extract-row.rules';

/** Every reason to stop an import. */
export const refuse = {
  takenOver: (file: string, line: number) =>
    new Refusal(
      'IMPORT_TAKEN_OVER',
      {
        zh: `另一个进程正在导入文件 ${file}（已到第 ${line} 行）。请等它结束后再试。`,
        en: `Another process is importing ${file} (it is at line ${line}). Try again when it has ended.`,
      },
      { file, line },
    ),
};

/** Known only once the register was asked. */
export type RegisterErrorCode = 'ROW_OLDER_THAN_REGISTER' | 'ROW_SAME_TIME_DIFFERENT';
export type RegisterWarningCode = 'COLUMN_UNKNOWN' | 'DIVISION_UNKNOWN' | 'NUMBER_SHARED' | 'PARENT_NOT_FOUND';
export type TableErrorCode = 'ROW_COLUMN_COUNT' | 'ROW_QUOTES' | 'ROW_ENCODING';
export type RemarkCode = RowErrorCode | RegisterErrorCode | TableErrorCode | RowWarningCode | RegisterWarningCode;

/** The sentence of a remark: what is wrong, and what to do. `{detail}` is what was found. */
const SENTENCES: Record<RemarkCode, readonly [zh: string, en: string]> = {
  ROW_COLUMN_COUNT: [
    '列数与表头不符；含逗号的值应加引号',
    'the number of columns differs from the header; put values with commas in quotes',
  ],
  ROW_QUOTES: [
    '引号不成对；含引号的值应整体加引号并双写引号',
    'its quotes do not pair; quote the whole value and double the quotes in it',
  ],
  ROW_ENCODING: [
    '文字字节已损坏，请从原系统重新导出',
    'its bytes are damaged; export the row again from the source system',
  ],
  REGISTRY_PERSON_ID_MISSING: ['缺少人员内部编号，请补填', 'the registry person id is missing; fill it in'],
  REGISTRY_PERSON_ID_NOT_OPAQUE: [
    '人员内部编号不得为姓名或证件号码，请使用登记系统的内部编号',
    'the registry person id is a name or somebody’s number; give the registry’s own internal id',
  ],
  NAME_MISSING: ['缺少姓名，请补填', 'the name is missing; fill it in'],
  NAME_TOO_LONG: ['姓名超过 {detail} 个字符，请核对', 'the name has more than {detail} characters; check it'],
  TEXT_TOO_LONG: ['内容超过 {detail} 个字符，请核对', 'the text has more than {detail} characters; check it'],
  TEXT_CONTROL_CHARACTER: [
    '含有控制字符（如换行、NUL），请删除',
    'it contains control characters (line ends, NUL); remove them',
  ],
  TEXT_LOST_CHARACTER: [
    '有字符在转码时已丢失，请从原系统重新导出',
    'a character was lost in an earlier conversion; export it again from the source system',
  ],
  SEX_UNKNOWN: [
    '性别代码“{detail}”不在 GB/T 2261.1（0、1、2、9）中',
    'sex code "{detail}" is not in GB/T 2261.1 (0, 1, 2, 9)',
  ],
  ID_TYPE_UNKNOWN: ['证件类型不认识，可用：{detail}', 'the document type is unknown; known are: {detail}'],
  ID_NUMBER_SHAPE: [
    '证件号码的位数或字符与证件类型不符，请核对',
    'the number has not the shape of its document type; check both',
  ],
  ID_NUMBER_CHECK_DIGIT: [
    '证件号码的校验码不对，请核对原件',
    'the check digit of the number is wrong; check it against the document',
  ],
  ID_NUMBER_BIRTH_DATE: [
    '证件号码中的出生日期不存在，请核对原件',
    'the birth date in the number does not exist; check it against the document',
  ],
  DATE_IMPOSSIBLE: [
    '日期“{detail}”不存在或格式不符（YYYY-MM-DD、YYYYMMDD、YYYY/MM/DD）',
    'there is no date "{detail}" (write YYYY-MM-DD, YYYYMMDD or YYYY/MM/DD)',
  ],
  BIRTH_IN_FUTURE: ['出生日期 {detail} 在将来，请核对', 'the birth date {detail} lies in the future; check it'],
  DEATH_IN_FUTURE: ['死亡日期 {detail} 在将来，请核对', 'the death date {detail} lies in the future; check it'],
  BIRTH_AFTER_DEATH: [
    '出生日期晚于死亡日期（{detail}），请核对',
    'the birth date is after the death date ({detail}); check both',
  ],
  STATUS_UNKNOWN: ['人员状态“{detail}”不是 0、1、8、9 之一', 'status "{detail}" is none of 0, 1, 8, 9'],
  RELATION_UNKNOWN: ['与户主关系代码“{detail}”不在 GB/T 4761 中', 'relation code "{detail}" is not in GB/T 4761'],
  HOUSEHOLD_TYPE_UNKNOWN: [
    '户别“{detail}”不是 urban、rural、unified 之一',
    'household type "{detail}" is none of urban, rural, unified',
  ],
  DIVISION_MISSING: ['缺少区划代码，请补填', 'the division code is missing; fill it in'],
  DIVISION_SHAPE: ['区划代码“{detail}”不是 6、9 或 12 位数字', 'division code "{detail}" is not 6, 9 or 12 digits'],
  MARITAL_STATUS_UNKNOWN: [
    '婚姻状况代码“{detail}”不在 GB/T 2261.2 中',
    'marital code "{detail}" is not in GB/T 2261.2',
  ],
  MOVED_OUT_BEFORE_IN: [
    '迁出日期早于迁入日期（{detail}），请核对',
    'the person moved out before moving in ({detail}); check both dates',
  ],
  UPDATED_AT_UNREADABLE: [
    '更新时间“{detail}”无法读取，请用 YYYY-MM-DD HH:MM:SS',
    'updated_at "{detail}" cannot be read; write YYYY-MM-DD HH:MM:SS',
  ],
  ROW_OLDER_THAN_REGISTER: [
    '登记库中已有更新的内容（{detail}），本行较旧，未采用',
    'the register has newer content ({detail}); this row is older and was not used',
  ],
  ROW_SAME_TIME_DIFFERENT: [
    '与登记库中更新时间相同（{detail}）但内容不同，无法判断先后，请向登记机关核实',
    'it has the same updated_at as the register ({detail}) but other content; ask the registry which is right',
  ],
  ID_TYPE_ASSUMED: [
    '证件类型“{detail}”不认识，已按号码本身判断',
    'the document type "{detail}" is unknown; the number itself was believed',
  ],
  ID_NUMBER_NORMALISED: [
    '证件号码中的小写、全角或空格已规范',
    'lower case, full-width characters or blanks in the number were normalised',
  ],
  ID_NUMBER_CONVERTED: [
    '15 位号码已换算为 18 位，两者都保留',
    'the 15-digit number was converted to 18 digits; both are kept',
  ],
  ID_REGION_UNKNOWN: [
    '号码前六位 {detail} 不像任何年份的县级代码',
    'the first six digits {detail} fit no county code of any year',
  ],
  SEX_DIFFERS_FROM_NUMBER: [
    '性别（{detail}）与号码不一致，以登记值为准',
    'the sex ({detail}) differs from the number; the registry value is kept',
  ],
  SEX_MISSING: ['缺少性别，按号码推定或记为未知', 'the sex is missing; taken from the number, or unknown'],
  BIRTH_DIFFERS_FROM_NUMBER: [
    '出生日期（{detail}）与号码不一致，以登记值为准',
    'the birth date ({detail}) differs from the number; the registry value is kept',
  ],
  BIRTH_DATE_MISSING: [
    '缺少出生日期，按号码推定或留空',
    'the birth date is missing; taken from the number, or left empty',
  ],
  NUMBER_AND_CERTIFICATE_MISSING: [
    '既无证件号码也无出生医学证明编号，他处无法查到此人',
    'there is neither an identity number nor a birth certificate; nobody can look this person up',
  ],
  BIRTH_CERTIFICATE_SHAPE: [
    '出生医学证明编号不是一个字母加九位数字',
    'the birth certificate number is not a letter and nine digits',
  ],
  PARENT_NUMBER_INVALID: ['父母的号码有误，未关联', "the parent's number is wrong; no link was made"],
  PARENT_IS_SELF: ['父母的号码与本人相同，未关联', "the parent's number is the person's own; no link was made"],
  ETHNICITY_UNKNOWN: [
    '民族代码“{detail}”不在 GB/T 3304 中，按原样保留',
    'ethnicity code "{detail}" is not in GB/T 3304; kept as given',
  ],
  HOUSEHOLD_TYPE_MISSING: ['缺少户别', 'the household type is missing'],
  DECEASED_WITHOUT_DATE: ['状态为死亡但没有死亡日期', 'the status is deceased but there is no death date'],
  DEATH_DATE_WITHOUT_STATUS: ['有死亡日期但状态为 {detail}', 'there is a death date but the status is {detail}'],
  NAME_SEPARATOR: [
    '姓名间隔符是 {detail} 而不是 U+00B7，按原样保留，比对时视为相同',
    'the separator in the name is {detail}, not U+00B7; kept as given and treated alike when comparing',
  ],
  PRIVATE_USE_CHARACTER: [
    '姓名含有私用区字符，请核对原字',
    'the name has private-use characters; check the original writing',
  ],
  UPDATED_AT_IN_FUTURE: ['更新时间 {detail} 在将来', 'updated_at {detail} lies in the future'],
  COLUMN_UNKNOWN: ['登记数据没有此列，已忽略', 'an extract has no such column; it was ignored'],
  DIVISION_UNKNOWN: [
    '区划 {detail} 尚未登记，已作为待确认加入',
    'division {detail} is not on record; added as unconfirmed',
  ],
  NUMBER_SHARED: [
    '另有一人登记了相同的证件号码（重号），两人都已标记',
    'another registered person holds the same number; both are marked',
  ],
  PARENT_NOT_FOUND: [
    '父母不在登记库中或其号码有重号，已保留号码，待其登记后自动关联',
    'the parent is not registered, or shares a number; the number is kept and linked when it becomes clear',
  ],
};

export const isKnownRemark = (code: string): code is RemarkCode => code in SENTENCES;

/** A remark as a sentence that names its place. */
export function remarkSentence(code: RemarkCode, line: number, column: string, detail: string | null): Sentence {
  const [zh, en] = SENTENCES[code].map((text) => text.replaceAll('{detail}', () => detail ?? '')) as [string, string];
  const [placeZh, placeEn] = column
    ? [`第 ${line} 行 ${column} 列`, `Line ${line}, column ${column}`]
    : [`第 ${line} 行`, `Line ${line}`];
  return { zh: `${placeZh}：${zh}。`, en: `${placeEn}: ${en}.` };
}
