import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'LETTER_UNKNOWN',
      {
        zh: '没有这份文书，或不在您的查看范围内。请核对编号。',
        en: 'There is no such letter, or you may not see it; check the id.',
      },
      { id },
    ),
};
