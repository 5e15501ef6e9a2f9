import { Refusal } from '@app/kernel';

/** Every way the figures of equal access can say no. */
export const refuse = {
  notAQuarter: (quarter: string) =>
    new Refusal(
      'SERVICE_ACCESS_QUARTER',
      {
        zh: `“${quarter}”不是季度，请写成 2026Q1 的形式。`,
        en: `"${quarter}" is not a quarter. Write it like 2026Q1.`,
      },
      { quarter },
    ),
  notADivision: (division: string) =>
    new Refusal(
      'SERVICE_ACCESS_DIVISION',
      {
        zh: `“${division}”不是行政区划代码，请填 2 至 12 位数字。`,
        en: `"${division}" is no division code; give 2 to 12 digits.`,
      },
      { division },
    ),
};
