import { Refusal } from '@app/kernel';

/** Every way divisions can say no. */
export const refuse = {
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
