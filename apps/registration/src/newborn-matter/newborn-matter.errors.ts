import { Refusal } from '@app/kernel';
import type { SubCaseState } from './newborn-matter.state';

const PLACES = { mother: ['母亲', 'mother'], father: ['父亲', 'father'] } as const;

/** Every way a newborn matter can say no. None of them is about marriage, birth order or where somebody lives. */
export const refuse = {
  noticeDiffers: (reference: string) =>
    new Refusal(
      'BIRTH_NOTICE_DIFFERS',
      {
        zh: `编号 ${reference} 的出生告知已收到，但内容不同。更正请用新的编号重新告知，并由乡镇（街道）核对。`,
        en: `A notice ${reference} was received with other content. Send the correction under a new reference; the township will compare the two.`,
      },
      { reference },
    ),
  referenceMissing: () =>
    new Refusal('BIRTH_NOTICE_REFERENCE_MISSING', {
      zh: '缺少出生告知编号（reference，1 至 64 个字符），无法识别重复告知。请补填后重发。',
      en: 'The notice has no reference (1 to 64 characters), so a repetition could not be told. Give one and send it again.',
    }),
  bornInFuture: (born: string, today: string) =>
    new Refusal(
      'BIRTH_IN_FUTURE',
      { zh: `出生日期 ${born} 晚于今天 ${today}，请核对。`, en: `The birth date ${born} lies after today, ${today}.` },
      { born, today },
    ),
  nameUnusable: (column: string) =>
    new Refusal(
      'NEWBORN_NAME_UNUSABLE',
      {
        zh: `${column}：姓名应为 1 至 50 个字符，且不含控制字符。请核对。`,
        en: `${column}: a name has 1 to 50 characters and no control characters. Check it.`,
      },
      { column },
    ),
  numberUnusable: (role: 'mother' | 'father') =>
    new Refusal(
      'PARENT_NUMBER_UNUSABLE',
      {
        zh: `${PLACES[role][0]}的证件号码位数或校验码不对，请对照证件核对。`,
        en: `The identity number of the ${PLACES[role][1]} has a wrong shape or check digit; compare it with the document.`,
      },
      { column: role },
    ),
  certificateUnusable: () =>
    new Refusal(
      'BIRTH_CERTIFICATE_UNUSABLE',
      {
        zh: '出生医学证明编号应为 1 个字母加 9 位数字，请核对。尚未签发的请留空。',
        en: 'A birth certificate number is one letter and nine digits; check it. Leave it empty where none was issued yet.',
      },
      { column: 'certificateNo' },
    ),
  childNotNamed: () =>
    new Refusal('NEWBORN_NOT_NAMED', {
      zh: '请填写出生医学证明编号或孩子姓名（至少一项），以免双胞胎混淆。',
      en: 'Give the birth certificate number or the child’s name, so that twins are told apart.',
    }),
  parentMissing: () =>
    new Refusal('NEWBORN_PARENT_MISSING', {
      zh: '请至少填写父母一方的姓名和证件号码。',
      en: 'Name at least one parent, with an identity number.',
    }),
  notAParent: () =>
    new Refusal('NEWBORN_OF_OTHERS', {
      zh: '填写的父母中没有您本人。请填写您本人的证件号码，或到乡镇（街道）窗口办理。',
      en: 'Neither of the parents named is you. Give your own identity number, or ask at the township’s counter.',
    }),
  divisionUnreadable: (division: string) =>
    new Refusal(
      'NEWBORN_DIVISION_UNREADABLE',
      {
        zh: `区划代码“${division}”不是 6、9 或 12 位数字。请改正，或留空以父母户籍地为准。`,
        en: `"${division}" is no division code of 6, 9 or 12 digits. Correct it, or leave it empty for where the parents are registered.`,
      },
      { division },
    ),
  divisionMissing: () =>
    new Refusal('NEWBORN_DIVISION_MISSING', {
      zh: '父母均不在本登记库，无法确定办理地。请填写办理地区划代码（division）。',
      en: 'Neither parent is in this register, so the place is not known. Give its division code.',
    }),
  matterUnknown: (id: string) =>
    new Refusal(
      'NEWBORN_MATTER_UNKNOWN',
      { zh: `没有编号为 ${id} 的出生一件事，或您无权查看。`, en: `There is no newborn matter ${id} that you may see.` },
      { id },
    ),
  subCaseUnknown: (id: string) =>
    new Refusal(
      'NEWBORN_ITEM_UNKNOWN',
      { zh: `没有编号为 ${id} 的事项，或您无权查看。`, en: `There is no item ${id} that you may see.` },
      { id },
    ),
  itemNotOffered: (item: string, offered: readonly string[]) =>
    new Refusal(
      'NEWBORN_ITEM_NOT_OFFERED',
      {
        zh: `本件不含事项 ${item}。可选：${offered.join('、')}。该事项可向其主管部门单独申请。`,
        en: `This matter has no item ${item}; it has ${offered.join(', ')}. Ask the item's own authority for it.`,
      },
      { item, offered },
    ),
  nothingChosen: () =>
    new Refusal('NEWBORN_NOTHING_CHOSEN', {
      zh: '请至少选择一个事项。',
      en: 'Choose at least one item.',
    }),
  cannotMove: (id: string, from: SubCaseState, to: SubCaseState) =>
    new Refusal(
      'NEWBORN_ITEM_CANNOT_MOVE',
      {
        zh: `该事项目前为 ${from}，不能改为 ${to}。请刷新后查看办理进度。`,
        en: `This item stands at ${from} and cannot become ${to}. Look again at where it stands.`,
      },
      { id, from, to },
    ),
  reasonMissing: () =>
    new Refusal('NEWBORN_REASON_MISSING', {
      zh: '办结不成或退回补正须写明理由（4 至 200 字）和补救办法。',
      en: 'Say why it failed or what is missing, in 4 to 200 characters, and what the family can do.',
    }),
};
