import { Refusal } from '@app/kernel';

/** Every way duplicates can say no. */
export const refuse = {
  pairUnknown: (id: string) =>
    new Refusal(
      'DUPLICATE_UNKNOWN',
      { zh: '没有这条疑似重复记录。请核对编号。', en: 'There is no such pair of records. Check its id.' },
      { id },
    ),
  wrongState: (id: string, state: string) =>
    new Refusal(
      'DUPLICATE_WRONG_STATE',
      {
        zh: `该疑似重复已处于“${state}”状态，不能这样处理。请刷新列表。`,
        en: `This pair is ${state} already, so this cannot be done with it. Load the list again.`,
      },
      { id, state },
    ),
  reasonMissing: () =>
    new Refusal('DUPLICATE_NEEDS_A_REASON', {
      zh: '请写明理由（4 至 500 字），例如查看了哪些材料。',
      en: 'Give a reason of 4 to 500 characters, such as which papers were seen.',
    }),
  notTwo: (id: string) =>
    new Refusal(
      'DUPLICATE_OF_ITSELF',
      { zh: '请选择两条不同的人员记录。', en: 'Choose two different records.' },
      { id },
    ),
  personUnknown: (id: string) =>
    new Refusal('PERSON_UNKNOWN', { zh: `没有编号为 ${id} 的人员。`, en: `There is no person ${id}.` }, { id }),
  tooLittle: () =>
    new Refusal('DUPLICATE_NEEDS_MORE', {
      zh: '查重至少需要证件号码、出生医学证明编号，或姓名和出生日期。请补充后再查。',
      en: 'To look for duplicates, give an identity number, a birth certificate number, or a name and a day of birth.',
    }),
  numberUnreadable: () =>
    new Refusal('DUPLICATE_NUMBER_UNREADABLE', {
      zh: '证件号码的位数、校验码或出生日期不对，请核对原件。',
      en: 'The identity number has a wrong length, check character or day of birth; check it against the paper.',
    }),
};
