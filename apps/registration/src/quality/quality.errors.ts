import { Refusal } from '@app/kernel';

/** Every way data quality can say no. */
export const refuse = {
  findingUnknown: (id: string) =>
    new Refusal(
      'QUALITY_FINDING_UNKNOWN',
      { zh: '没有这条数据质量问题。请核对编号。', en: 'There is no such finding. Check its id.' },
      { id },
    ),
  alreadyClosed: (id: string, state: string) =>
    new Refusal(
      'QUALITY_FINDING_CLOSED',
      {
        zh: `该问题已处于“${state}”状态。请刷新列表。`,
        en: `This finding is ${state} already. Load the list again.`,
      },
      { id, state },
    ),
  notTheOwner: (id: string, level: string) =>
    new Refusal(
      'QUALITY_OF_ANOTHER_LEVEL',
      {
        zh: `该问题须由${level === 'county' ? '县级' : '乡镇'}处理。请转交。`,
        en: `This finding is settled at the ${level}. Pass it on.`,
      },
      { id, level },
    ),
  reasonMissing: () =>
    new Refusal('QUALITY_NEEDS_A_REASON', {
      zh: '请写明为何登记无误（4 至 500 字），例如查看了哪些材料。',
      en: 'Say in 4 to 500 characters why the record is right, such as which papers were seen.',
    }),
  monthNotOver: (month: string) =>
    new Refusal(
      'QUALITY_MONTH_NOT_OVER',
      {
        zh: `${month} 尚未结束，不能封存。请在次月办理。`,
        en: `${month} is not over and cannot be closed. Do it in the month after.`,
      },
      { month },
    ),
  monthUnreadable: (month: string) =>
    new Refusal(
      'QUALITY_MONTH_UNREADABLE',
      { zh: `“${month}”不是月份，请写成 2026-03。`, en: `"${month}" is no month; write it like 2026-03.` },
      { month },
    ),
};
