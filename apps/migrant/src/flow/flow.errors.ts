import { Refusal, type Sentence } from '@app/kernel';
import type { StatedFinding } from './stated-table.rules';

/** Every way figures can say no. */
export const refuse = {
  notADivision: (division: string) =>
    new Refusal(
      'FLOW_DIVISION',
      {
        zh: `“${division}”不是区划代码，请用 2、4、6 或 9 位数字（至乡镇）。`,
        en: `"${division}" is no division code down to the township; write 2, 4, 6 or 9 digits.`,
      },
      { division },
    ),
  monthUnreadable: (month: string) =>
    new Refusal(
      'FLOW_MONTH_UNREADABLE',
      { zh: `“${month}”不是月份，请写成 2026-03。`, en: `"${month}" is no month; write it like 2026-03.` },
      { month },
    ),
  monthOpen: (month: string) =>
    new Refusal(
      'FLOW_MONTH_OPEN',
      {
        zh: `${month} 尚未封存，没有固定数据。请在次月查询，或按起止日期查询实时数据。`,
        en: `${month} has not been closed. Ask in the month after, or ask for the figures of a period as they stand.`,
      },
      { month },
    ),
  periodEmpty: (from: string, until: string) =>
    new Refusal(
      'FLOW_PERIOD_EMPTY',
      {
        zh: `起始日期 ${from} 须早于截止日期 ${until}。`,
        en: `The period must begin (${from}) before it ends (${until}).`,
      },
      { from, until },
    ),
  parameterUnusable: (name: string, value: string) =>
    new Refusal(
      'FLOW_PARAMETER_UNUSABLE',
      {
        zh: `参数 ${name} 的值“${value}”无法使用：年龄组应为从 0 起递增的整数，以逗号分隔，最多 20 组；月数 0 至 60；下限 2 至 100。请更正参数。`,
        en: `Parameter ${name} cannot be used ("${value}"): age groups are whole numbers that rise from 0, separated by commas, 20 at most; months are 0 to 60; the least count is 2 to 100. Correct the parameter.`,
      },
      { name, value },
    ),
  noArea: () =>
    new Refusal('FLOW_AREA_UNKNOWN', {
      zh: '无法确定本地服务区域：尚无户籍登记数据，或登记数据跨省。请先导入本地户籍数据。',
      en: 'The area served is not known: nobody is registered yet, or the register spans provinces. Import the local register first.',
    }),
  sourceMissing: () =>
    new Refusal('FLOW_STATED_NEEDS_A_SOURCE', {
      zh: '请写明数据来源（2 至 200 字），例如文号或报送单位。',
      en: 'Say where the figures are from in 2 to 200 characters, such as the number of the document or who sent them.',
    }),
};

/** Why a line or a stated table does not go in, or is to be looked at. Codes are part of the API: add, never rename. */
const FINDINGS = {
  STATED_ROW_UNREADABLE: [
    '列数、引号或编码有误，请更正该行',
    'its columns, quotes or encoding are wrong; correct the line',
  ],
  STATED_DIVISION: ['区划代码须为 2、4、6、9 或 12 位数字', 'the division code must have 2, 4, 6, 9 or 12 digits'],
  STATED_DIRECTION: ['方向应为 in（流入）、out（流出）或 both（合计）', 'the direction is none of in, out, both'],
  STATED_PERIOD: [
    '起止日期应为 YYYY-MM-DD，且起始早于截止（截止日不含在内）',
    'its days are not written YYYY-MM-DD, or it ends before it begins (the last day is not part of it)',
  ],
  STATED_PART: [
    '分组应为 total、distance、sex、age、direction 或 apart',
    'the part is none of total, distance, sex, age, direction, apart',
  ],
  STATED_COUNT_UNREADABLE: [
    '人数应为整数；看不清的数位写 x，未提供写“不详”；不要写小数、“万”或“约”',
    'the count is no whole number; write x for digits that cannot be read and n/a for what was not given, and no fractions, units or "about"',
  ],
  STATED_PARTS_DIFFER: [
    '该组各项之和为 {sum}，与合计 {total} 相差 {off}，请核对各项或合计',
    'the parts add up to {sum}, {off} away from the total {total}; check the parts or the total',
  ],
  STATED_PARTS_EXCEED: [
    '已提供的各项之和 {sum} 超过合计 {total}，请核对',
    'the parts that were given add up to {sum}, more than the total {total}; check them',
  ],
  STATED_MASK_CONTRADICTED: [
    '“{mask}”无论取何数字都与其他项不符，请向报送单位核对',
    'no number that "{mask}" can be fits the other figures; ask who sent it',
  ],
  STATED_ITEM_TWICE: ['同一项目出现两次，请删除一行', 'the same item stands there twice; take one line out'],
  STATED_ITEM_UNKNOWN: ['该组项目应为：{allowed}', 'the items of this part are: {allowed}'],
  STATED_MASK_OPEN: [
    '“{mask}”有 {ways} 种可能，保留为未知；可向报送单位补充',
    '"{mask}" can be {ways} numbers and is kept as unknown; ask who sent it',
  ],
  STATED_NO_TOTAL: [
    '没有合计，无法核对各项之和；如有请补充',
    'there is no total to check the parts against; add it if there is one',
  ],
  STATED_EQUAL_COUNTS: [
    '与“{other}”的人数同为 {count}，两项并无关联，可能填错，请核对',
    'it has the same count as "{other}" ({count}), to which it is not related; check whether one was copied',
  ],
} as const satisfies Record<string, readonly [zh: string, en: string]>;
export type StatedRejectCode = keyof typeof FINDINGS;

/** A finding in words, with the line it is about. */
export function findingSentence({
  code,
  line,
  item,
  facts,
}: Omit<StatedFinding, 'code' | 'group'> & { readonly code: StatedRejectCode }): Sentence {
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ''));
  const [zh, en] = FINDINGS[code];
  return { zh: `第 ${line} 行“${item}”：${filled(zh)}。`, en: `Line ${line}, "${item}": ${filled(en)}.` };
}
