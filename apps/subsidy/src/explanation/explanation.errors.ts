import { Refusal } from '@app/kernel';

/** Every way an explanation can be refused. */
export const refuse = {
  /** The same answer for "no such person" and "nothing known of them", so that numbers cannot be tried out. */
  nothingKnown: () =>
    new Refusal('NOTHING_TO_EXPLAIN', {
      zh: '没有可说明的登记或申请。请核对证件号码、出生医学证明编号或申请编号。',
      en: 'There is nothing to explain: no registered person and no claim under that number. Compare the identity, birth certificate or claim number.',
    }),
};
