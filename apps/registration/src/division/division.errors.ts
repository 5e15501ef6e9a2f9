import { Refusal } from '@app/kernel';

/** Every way divisions can say no. */
export const refuse = {
  codeUnreadable: (division: string) =>
    new Refusal(
      'DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是区划代码，请用 2、4、6、9 或 12 位数字。`,
        en: `"${division}" is no division code; write 2, 4, 6, 9 or 12 digits.`,
      },
      { division },
    ),
  rowUnusable: (file: string, line: number, code: string) =>
    new Refusal(
      'DIVISION_ROW_UNUSABLE',
      {
        zh: `文件 ${file} 第 ${line} 行：区划代码“${code}”无效或名称为空，请更正后重新导入。`,
        en: `Line ${line} of ${file}: "${code}" is no division code, or its name is empty. Correct it and import again.`,
      },
      { file, line, code },
    ),
};
