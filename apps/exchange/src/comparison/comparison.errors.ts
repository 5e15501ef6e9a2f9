import { Refusal } from '@app/kernel';

/** Every way having a batch compared can say no. */
export const refuse = {
  size: (count: number, max: number) =>
    new Refusal(
      'COMPARISON_SIZE',
      {
        zh: `批量比对须为 1 至 ${max} 人，本批 ${count} 人，请分批提交。`,
        en: `A comparison has 1 to ${max} persons and this one has ${count}; hand it over in parts.`,
      },
      { count, max },
    ),
  lineUnreadable: (line: number) =>
    new Refusal(
      'COMPARISON_LINE_UNREADABLE',
      {
        zh: `第 ${line} 行的姓名或公民身份号码不正确，请更正后重新提交（本批均未提交）。`,
        en: `The name or number in line ${line} cannot be read; correct it and hand over again. Nothing was handed over.`,
      },
      { line },
    ),
  basisMissing: () =>
    new Refusal('COMPARISON_BASIS_MISSING', {
      zh: '请写明允许比对的法规条款（2 至 200 字）。',
      en: 'Name the article that allows the comparison, in 2 to 200 characters.',
    }),
  unknown: (id: string) =>
    new Refusal(
      'COMPARISON_UNKNOWN',
      { zh: `没有编号为 ${id} 的批量比对。`, en: `There is no comparison ${id}.` },
      { id },
    ),
};
