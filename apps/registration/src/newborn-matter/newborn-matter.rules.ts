import { addMonths, type Day, type Sentence } from '@app/kernel';
import type { ChannelReason, ChannelRow, Item, ItemRow, KnownParent } from './newborn-matter.types';

/** Of each item the row of the longest region that holds the place; what such a row does not offer is left out. */
export function itemsOf(rows: readonly ItemRow[]): ItemRow[] {
  const nearest = new Map<Item, ItemRow>();
  for (const row of rows) {
    const found = nearest.get(row.item);
    if (!found || row.region.length > found.region.length) nearest.set(row.item, row);
  }
  return [...nearest.values()].filter(({ isOffered }) => isOffered);
}

const MARRIED = ['20', '21', '22', '23'];

/**
 * Why a place's joint channel is not for a family; nothing where it is, or where it has no condition. What the register
 * does not know is not held against anybody. The items themselves ask none of this (国办发〔2015〕96号).
 */
export function channelReasons(
  channel: ChannelRow | undefined,
  family: { readonly born: Day; readonly today: Day; readonly parents: readonly KnownParent[] },
): ChannelReason[] {
  if (!channel) return [];
  const { born, today, parents } = family;
  const reasons: ChannelReason[] = [];
  if (channel.ageMonthsMax !== null && today >= addMonths(born, channel.ageMonthsMax)) reasons.push('CHILD_TOO_OLD');
  const stated = parents.filter(({ maritalStatus }) => maritalStatus !== null && maritalStatus !== '90');
  if (channel.needsWedlock && stated.some(({ maritalStatus }) => !MARRIED.includes(maritalStatus!)))
    reasons.push('PARENTS_NOT_MARRIED');
  const local = parents.filter(({ divisionCode }) => divisionCode.startsWith(channel.region));
  const unknown = 2 - parents.length;
  if (local.length + unknown < channel.localParents) reasons.push('PARENTS_NOT_LOCAL');
  return reasons;
}

/** Said with every matter whose place's joint channel is for others: nobody is turned away. */
export const SINGLE_ITEMS: Sentence = {
  zh: '本地联办渠道对联合办理另有条件，已按单项逐件受理。各单项均不受此限，不以婚姻、孩次为前提。',
  en: 'The joint channel of this place has conditions of its own, so each item was opened by itself. No single item asks them: neither marriage nor birth order is a precondition of any.',
};

export const ITEM_NAMES: Readonly<Record<Item, Sentence>> = {
  'birth-certificate': { zh: '出生医学证明（首次签发）', en: 'Birth certificate, first issue' },
  'household-registration': { zh: '出生户口登记', en: 'Household registration of the birth' },
  'vaccination-card': { zh: '预防接种证', en: 'Vaccination card' },
  'medical-insurance': { zh: '城乡居民基本医疗保险参保', en: 'Medical insurance' },
  'social-security-card': { zh: '社会保障卡', en: 'Social-security card' },
  'childcare-subsidy': { zh: '育儿补贴申领', en: 'Childcare subsidy' },
  'registration-voucher': { zh: '生育登记凭证', en: 'Voucher of the birth registration service' },
  'birth-expenses': { zh: '生育医疗费用报销', en: 'Reimbursement of medical expenses of the birth' },
  'parenting-guidance': { zh: '科学育儿指导登记', en: 'Parenting guidance' },
};

/** What the codes of reasons say; an officer's own words stand for themselves. */
const REASONS: Readonly<Record<string, Sentence>> = {
  CHILD_TOO_OLD: {
    zh: '已超过联办渠道的办理年龄',
    en: 'The child is older than those whom the joint channel is for',
  },
  PARENTS_NOT_MARRIED: { zh: '联办渠道仅面向夫妻', en: 'The joint channel is for couples' },
  PARENTS_NOT_LOCAL: { zh: '联办渠道要求父母户籍在本地', en: 'The joint channel is for parents registered here' },
  HUKOU_KNOWN: { zh: '登记库已获知户口登记信息', en: 'The register has learnt of the household registration' },
  CLAIM_TAKEN: { zh: '申领已受理', en: 'The claim was taken in' },
  CLAIM_ASKS: { zh: '申领有待核实事项，请查看“我的申领”', en: 'The claim has an open question; see your claims' },
  CLAIM_GOES_ON: { zh: '申领正在审核、发放', en: 'The claim is being reviewed and paid' },
  CLAIM_PAID: { zh: '补贴已发放', en: 'The subsidy was paid' },
  CLAIM_REFUSED: { zh: '申领不予支持，可申请行政复议', en: 'The claim was not granted; a review can be asked for' },
  CLAIM_WITHDRAWN: { zh: '申领已撤回', en: 'The claim was taken back' },
  CLAIM_OF_OTHER: {
    zh: '另一位监护人已就该儿童该年度申领，先提交的继续办理',
    en: 'The other guardian has claimed for this child and year already; the first claim goes on',
  },
  CLAIM_OF_OTHER_ENDED: {
    zh: '另一位监护人的申领已结束且未发放，可重新选择本项',
    en: 'The other guardian’s claim has ended unpaid; this item can be chosen again',
  },
  CLAIM_TOO_LATE_TO_WITHDRAW: {
    zh: '补贴已进入发放，不能撤回',
    en: 'The subsidy is being paid and cannot be taken back any more',
  },
  APPLICANT_NOT_NAMED: {
    zh: '申领人（父母一方）信息不全，请补充后再选本项',
    en: 'The parent who asks is not named; name them, then choose the item again',
  },
  PROGRAMME_UNKNOWN: { zh: '本地尚未开通该补贴', en: 'The subsidy is not served here yet' },
};

/** A reason in words: the system's own codes, or what an officer wrote. */
export const reasonSentence = (reason: string): Sentence => REASONS[reason] ?? { zh: reason, en: reason };

/** `birth-certificate` as the graph writes it, and back. */
export const graphWord = (code: string): string => code.toUpperCase().replaceAll('-', '_');
export const codeOf = (word: string): string => word.toLowerCase().replaceAll('_', '-');
