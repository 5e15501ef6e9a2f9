import { type DivisionCode, findDivisionCode, Refusal } from '@app/kernel';

/** A division code as people write it (2 to 12 digits); refuses anything else. */
export function getDivision(text: string): DivisionCode {
  const found = findDivisionCode(text.trim());
  if (found) return found;
  throw new Refusal(
    'DIVISION_CODE_UNREADABLE',
    {
      zh: `“${text}”不是区划代码，应为 2、4、6、9 或 12 位数字，如 340202。`,
      en: `"${text}" is no division code; write 2, 4, 6, 9 or 12 digits, such as 340202.`,
    },
    { division: text },
  );
}
