import { Refusal } from '@app/kernel';

/** Every way asking whether somebody is paid elsewhere can say no. */
export const refuse = {
  referenceTaken: (reference: string) =>
    new Refusal(
      'ENROLMENT_REFERENCE_TAKEN',
      {
        zh: `编号 ${reference} 已用于另一人、项目或期间的跨平台核查，请使用新编号。`,
        en: `The reference ${reference} belongs to a question about another person, programme or period; take a new one.`,
      },
      { reference },
    ),
};
