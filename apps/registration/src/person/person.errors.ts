import { Refusal } from '@app/kernel';

/** Every way reading the register can say no. */
export const refuse = {
  nameTooShort: () =>
    new Refusal('NAME_TO_SEARCH_EMPTY', {
      zh: '按姓名查找时请至少输入一个字。',
      en: 'To search by name, give at least one character of it.',
    }),
};
