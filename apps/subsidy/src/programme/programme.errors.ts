import { Refusal } from '@app/kernel';

/** Every way asking for a programme can be refused. */
export const refuse = {
  unknown: (name: string, known: readonly string[]) =>
    new Refusal(
      'PROGRAMME_UNKNOWN',
      {
        zh: `没有名为“${name}”的项目，可选：${known.join('、')}。`,
        en: `There is no programme "${name}"; there are ${known.join(', ')}.`,
      },
      { name, known },
    ),
  divisionUnreadable: (text: string) =>
    new Refusal(
      'DIVISION_CODE_UNREADABLE',
      {
        zh: `“${text}”不是区划代码，应为 2、4、6、9 或 12 位数字，如 340202。`,
        en: `"${text}" is no division code; write 2, 4, 6, 9 or 12 digits, such as 340202.`,
      },
      { division: text },
    ),
};
