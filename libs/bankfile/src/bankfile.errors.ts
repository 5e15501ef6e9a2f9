import { Refusal } from '@app/kernel';

/** Where in a file: line 1 is its first, 0 the file as a whole. In a file being written it is the transfer's sequence. */
export type Line = number;

export interface FieldLabel {
  readonly name: string;
  readonly zh: string;
}

const zhPlace = (line: Line): string => (line ? `第 ${line} 行：` : '');
const enPlace = (line: Line): string => (line ? `Line ${line}: ` : '');

/** Values come from outside: long ones are cut, and personal ones are never passed in here. */
const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Every way a bank file is refused. No line of a refused file counts. Codes are part of the API: add, never rename. */
export const refuse = {
  truncated: (line: Line) =>
    new Refusal(
      'BANK_FILE_TRUNCATED',
      {
        zh: `${zhPlace(line)}文件不完整，在此处中断。请向对方重新索取完整文件，本文件未作任何处理。`,
        en: `${enPlace(line)}the file breaks off here. Fetch the complete file again; nothing of this one was applied.`,
      },
      { line },
    ),
  malformed: (line: Line, detail: string) =>
    new Refusal(
      'BANK_FILE_MALFORMED',
      {
        zh: `${zhPlace(line)}文件结构不符合约定（${detail}）。请核对文件格式后重新取得文件。`,
        en: `${enPlace(line)}the structure is not the agreed one (${detail}). Check the format and fetch the file again.`,
      },
      { line, detail },
    ),
  kind: (expected: string, found: string) =>
    new Refusal(
      'BANK_FILE_KIND',
      {
        zh: `文件种类不对：应为 ${expected}，实为 ${short(found)}。请选择正确的文件。`,
        en: `This is another kind of file: expected ${expected}, found ${short(found)}. Choose the right file.`,
      },
      { expected, found: short(found) },
    ),
  encoding: (line: Line, encoding: string) =>
    new Refusal(
      'BANK_FILE_ENCODING',
      {
        zh: `${zhPlace(line)}存在不属于 ${encoding} 编码的内容。请让对方按约定编码重新导出。`,
        en: `${enPlace(line)}some bytes are not ${encoding}. Have the file exported again in the agreed encoding.`,
      },
      { line, encoding },
    ),
  missing: (line: Line, field: FieldLabel) =>
    new Refusal(
      'BANK_FILE_FIELD_MISSING',
      {
        zh: `${zhPlace(line)}缺少“${field.zh}”。请补充后重新生成文件。`,
        en: `${enPlace(line)}${field.name} is missing. Complete it and make the file again.`,
      },
      { line, field: field.name },
    ),
  field: (line: Line, field: FieldLabel, expected: string) =>
    new Refusal(
      'BANK_FILE_FIELD',
      {
        zh: `${zhPlace(line)}“${field.zh}”不符合要求（${expected}）。请更正后重新生成文件。`,
        en: `${enPlace(line)}${field.name} is not acceptable (${expected}). Correct it and make the file again.`,
      },
      { line, field: field.name, expected },
    ),
  character: (line: Line, field: FieldLabel, codePoint: string, format: string) =>
    new Refusal(
      'BANK_FILE_CHARACTER',
      {
        zh: `${zhPlace(line)}“${field.zh}”含有 ${format} 无法可靠传送的字符 ${codePoint}。请核对该字，改用正式汉字编码或 pain.001 格式。`,
        en: `${enPlace(line)}${field.name} holds ${codePoint}, which ${format} cannot carry reliably. Check the character; use its standard code point, or pain.001.`,
      },
      { line, field: field.name, codePoint, format },
    ),
  formula: (line: Line, field: FieldLabel) =>
    new Refusal(
      'BANK_FILE_FORMULA',
      {
        zh: `${zhPlace(line)}“${field.zh}”以公式符号（= + - @）开头，表格软件会执行它。请更正该内容。`,
        en: `${enPlace(line)}${field.name} begins with = + - or @, which spreadsheets execute. Correct the text.`,
      },
      { line, field: field.name },
    ),
  amount: (line: Line, value: string) =>
    new Refusal(
      'BANK_FILE_AMOUNT',
      {
        zh: `${zhPlace(line)}金额“${short(value)}”无效。应为大于零的元，至多两位小数，例如 900.00。`,
        en: `${enPlace(line)}the amount "${short(value)}" is not valid. Write yuan above zero with at most two decimals, such as 900.00.`,
      },
      { line, value: short(value) },
    ),
  currency: (line: Line, value: string) =>
    new Refusal(
      'BANK_FILE_CURRENCY',
      {
        zh: `${zhPlace(line)}币种“${short(value)}”不是人民币（CNY）。请向对方核实。`,
        en: `${enPlace(line)}the currency "${short(value)}" is not CNY. Ask the sender.`,
      },
      { line, value: short(value) },
    ),
  status: (line: Line, value: string) =>
    new Refusal(
      'BANK_FILE_STATUS',
      {
        zh: `${zhPlace(line)}状态“${short(value)}”不在约定之内，或与返回码相矛盾，不能猜测。请向银行核实含义。`,
        en: `${enPlace(line)}the status "${short(value)}" is not agreed, or contradicts its own code, and is not guessed. Ask the bank what it means.`,
      },
      { line, value: short(value) },
    ),
  sequence: (line: Line, previous: number) =>
    new Refusal(
      'BANK_FILE_SEQUENCE',
      {
        zh: `${zhPlace(line)}序号应为大于 ${previous} 的整数。请重新生成文件。`,
        en: `${enPlace(line)}the sequence number must be a whole number above ${previous}. Make the file again.`,
      },
      { line, previous },
    ),
  duplicateReference: (line: Line, endToEndId: string) =>
    new Refusal(
      'BANK_FILE_DUPLICATE_REFERENCE',
      {
        zh: `${zhPlace(line)}付款号 ${endToEndId} 在本文件中重复出现。请删除重复行后重新生成文件。`,
        en: `${enPlace(line)}the reference ${endToEndId} stands in this file twice. Remove the repetition and make the file again.`,
      },
      { line, endToEndId },
    ),
  countWrong: (line: Line, announced: number, found: number) =>
    new Refusal(
      'BANK_FILE_COUNT_WRONG',
      {
        zh: `${zhPlace(line)}文件声明 ${announced} 笔，实际 ${found} 笔。全部退回，请重新取得完整文件。`,
        en: `${enPlace(line)}the file announces ${announced} lines and has ${found}. All of it is refused; fetch the complete file again.`,
      },
      { line, announced, found },
    ),
  totalWrong: (line: Line, announced: string, found: string) =>
    new Refusal(
      'BANK_FILE_TOTAL_WRONG',
      {
        zh: `${zhPlace(line)}文件声明合计 ${announced} 元，各行相加为 ${found} 元。全部退回，请核对后重新取得文件。`,
        en: `${enPlace(line)}the file announces a total of ${announced} yuan and its lines add up to ${found}. All of it is refused; have it checked and fetch it again.`,
      },
      { line, announced, found },
    ),
  tooLarge: (line: Line, limit: string) =>
    new Refusal(
      'BANK_FILE_TOO_LARGE',
      {
        zh: `${zhPlace(line)}文件过大（${limit}）。请让银行分成几个文件后重新取得。`,
        en: `${enPlace(line)}the file is too large (${limit}). Have the bank split it and fetch the parts.`,
      },
      { line, limit },
    ),
  changed: () =>
    new Refusal('BANK_FILE_CHANGED', {
      zh: '文件在核对之后被改动。请停止处理，重新取得文件并再次核对。',
      en: 'The file was altered after it had been checked. Stop, fetch it again and have it checked anew.',
    }),
};
