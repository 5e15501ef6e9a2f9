import { Refusal } from '@app/kernel';

/** Every way reading a parameter can say no. */
export const refuse = {
  notADivision: (division: string) =>
    new Refusal(
      'MIGRANT_DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是行政区划代码，请填 2、4、6、9 或 12 位数字。`,
        en: `"${division}" is no division code; give 2, 4, 6, 9 or 12 digits.`,
      },
      { division },
    ),
  missing: (name: string, day: string) =>
    new Refusal(
      'MIGRANT_PARAMETER_MISSING',
      {
        zh: `参数 ${name} 在 ${day} 没有可用的取值，请补录并注明来源。`,
        en: `The parameter ${name} has no usable value on ${day}; add a dated row with its source.`,
      },
      { name, day },
    ),
};
