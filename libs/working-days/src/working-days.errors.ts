import { type Day, Refusal } from '@app/kernel';

/** Every way this library says no. */
export const refuse = {
  notPublished: (year: number, from: Day) =>
    new Refusal(
      'WORKING_DAYS_NOT_PUBLISHED',
      {
        zh: `${year} 年的节假日安排尚未公布或未装入，不能从 ${from} 起推算工作日。请更新 chinese-days 后再试。`,
        en: `The holidays of ${year} are not published or not installed, so no working days can be counted from ${from}. Update chinese-days, then try again.`,
      },
      { year, from },
    ),
};
