import { Refusal, type Sentence } from '@app/kernel';

/** Every way that a notice or a question about where somebody lives can be refused. */
export const refuse = {
  dayUnreadable: (text: string) =>
    new Refusal(
      'RESIDENCE_DAY_UNREADABLE',
      {
        zh: `“${text}”不是日期。请填写 2024-03-05、2024-03、2024 或 unknown（不详）。`,
        en: `"${text}" is no day. Write 2024-03-05, 2024-03, 2024 or unknown.`,
      },
      { text },
    ),
  placeUnreadable: (text: string) =>
    new Refusal(
      'RESIDENCE_PLACE_UNREADABLE',
      {
        zh: `“${text}”不能作为居住地。请填写县级或以下的 6、9 或 12 位区划代码，不填详细地址。`,
        en: `"${text}" is no place of residence. Give the code of a county or below, 6, 9 or 12 digits, and no address.`,
      },
      { text },
    ),
  outsideDivision: (place: string) =>
    new Refusal(
      'RESIDENCE_OUTSIDE_DIVISION',
      {
        zh: `居住地 ${place} 不在您的管辖范围内，请由当地办理，或由本人在网上申报。`,
        en: `Place ${place} is not in your division; the place itself takes the notice, or the person gives it online.`,
      },
      { place },
    ),
  noDays: () =>
    new Refusal('RESIDENCE_WITHOUT_DAYS', {
      zh: '离开日期须晚于到达日期，请核对。',
      en: 'The day of leaving must come after the day of coming; check both.',
    }),
  inFuture: (day: string) =>
    new Refusal(
      'RESIDENCE_IN_FUTURE',
      {
        zh: `${day} 尚未到来。请在到达或离开之后申报。`,
        en: `${day} has not come yet. Give notice once the person has come or left.`,
      },
      { day },
    ),
  beforeBirth: () =>
    new Refusal('RESIDENCE_BEFORE_BIRTH', {
      zh: '到达日期早于出生日期，请核对。',
      en: 'The day of coming lies before the day of birth; check both.',
    }),
  referenceUnusable: () =>
    new Refusal('NOTICE_REFERENCE_UNUSABLE', {
      zh: '申报编号须为 1 至 120 个字符，同一申报重发时请用同一编号。',
      en: 'A reference has 1 to 120 characters; send the same notice again under the same one.',
    }),
  referenceTaken: (reference: string) =>
    new Refusal(
      'NOTICE_REFERENCE_TAKEN',
      {
        zh: `编号 ${reference} 已用于内容不同的申报。请换一个编号；如需修改请办理更正。`,
        en: `Reference ${reference} belongs to a notice that says something else. Use another one, or correct that notice.`,
      },
      { reference },
    ),
  paperUnnamed: () =>
    new Refusal('NOTICE_PAPER_UNNAMED', {
      zh: '依据为证件、证明时请填写其名称或编号（2 至 120 字）。',
      en: 'Where a paper was seen, name it or give its number in 2 to 120 characters.',
    }),
  notOfTheFamily: () =>
    new Refusal('NOTICE_NOT_OF_THE_FAMILY', {
      zh: '只能为本人或未成年子女申报。他人请本人申报，或到窗口办理。',
      en: 'You may give notice for yourself and your minor children. Others do it themselves, or at the counter.',
    }),
  whoIsNotKnown: () =>
    new Refusal('NOTICE_PERSON_NOT_KNOWN', {
      zh: '登录信息中没有您的姓名和身份号码，请到窗口凭证件办理。',
      en: 'Your sign-in gives no name and number; bring your paper to the counter.',
    }),
  periodUnknown: (id: string) =>
    new Refusal(
      'RESIDENCE_PERIOD_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的有效居住记录，可能已被更正，请重新查看。`,
        en: `There is no residence period ${id} that stands; it may have been corrected, look again.`,
      },
      { id },
    ),
  notDisputed: (id: string) =>
    new Refusal(
      'RESIDENCE_NOT_DISPUTED',
      {
        zh: `居住记录 ${id} 没有争议，无需裁定；有误请办理更正。`,
        en: `Nothing contradicts residence period ${id}, so there is nothing to settle; correct it if it is wrong.`,
      },
      { id },
    ),
  strongerThanYours: (basis: string) =>
    new Refusal(
      'RESIDENCE_ON_BETTER_EVIDENCE',
      {
        zh: `该记录的依据（${basis}）高于您所提供的，不能直接更正。请另行申报实际情况，由工作人员核实裁定。`,
        en: `The record stands on better evidence (${basis}) than yours, so it cannot simply be replaced. Give notice of what is so, and an officer settles it.`,
      },
      { basis },
    ),
  reasonMissing: () =>
    new Refusal('RESIDENCE_NEEDS_A_REASON', {
      zh: '请写明理由（4 至 200 字）。',
      en: 'Say why in 4 to 200 characters.',
    }),
  periodBackwards: (from: string, until: string) =>
    new Refusal(
      'RESIDENCE_PERIOD_BACKWARDS',
      {
        zh: `查询期间的止日 ${until} 须晚于起日 ${from}；止日当天不计入。`,
        en: `The period must end after it begins: ${until} is not after ${from}. The last day is not asked about.`,
      },
      { from, until },
    ),
  periodTooLong: (years: number) =>
    new Refusal(
      'RESIDENCE_PERIOD_TOO_LONG',
      {
        zh: `一次最多查询 ${years} 年，请缩短期间。`,
        en: `At most ${years} years can be asked about at once; shorten the period.`,
      },
      { years },
    ),
  tooManyPersons: (most: number) =>
    new Refusal(
      'RESIDENCE_TOO_MANY_PERSONS',
      { zh: `一次最多询问 ${most} 人。`, en: `At most ${most} persons can be asked about at once.` },
      { most },
    ),
};

/** Why a line of the residence-permit authority's file does not go in. Codes are part of the API: add, never rename. */
const REJECTIONS = {
  PERMIT_UNREADABLE: [
    '列数或引号有误，请更正后重新导入',
    'its columns or quotes are wrong; correct it and import again',
  ],
} as const;

/** The sentence about a line that was rejected, by a code of its own or by what a notice was refused with. */
export function rejectionOf(
  line: number,
  why: keyof typeof REJECTIONS | Refusal,
): { code: string; sentence: Sentence } {
  if (why instanceof Refusal) {
    const { zh, en } = why.sentence;
    return { code: why.code, sentence: { zh: `第 ${line} 行：${zh}`, en: `Line ${line}: ${en}` } };
  }
  const [zh, en] = REJECTIONS[why];
  return { code: why, sentence: { zh: `第 ${line} 行：${zh}。`, en: `Line ${line}: ${en}.` } };
}
