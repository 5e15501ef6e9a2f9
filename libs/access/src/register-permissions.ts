import { OFFICERS, REVIEWERS, WATCHERS } from './role-groups';

/** The words of the register of persons and households: its changes and quality, newborn matters, legacy certificates. */
export const REGISTER_PERMISSIONS = {
  'person.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看人口信息', en: 'see the register of persons' },
  },
  'household.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看家庭户信息', en: 'see households' },
  },
  'division.read': {
    roles: ['village-clerk', 'agency', ...OFFICERS, ...WATCHERS],
    lets: { zh: '查看行政区划', en: 'see divisions' },
  },
  'register.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看登记变更记录', en: 'see how a record of the register was changed' },
  },
  'register.change': {
    roles: REVIEWERS,
    lets: { zh: '办理登记变更', en: 'change the register on evidence' },
  },
  'register.merge': {
    roles: ['county-confirmer'],
    lets: { zh: '合并、拆分人员和户', en: 'merge and split records of persons and households, and undo changes' },
  },
  'import.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看导入批次', en: 'see import batches and their rejects' },
  },
  'duplicate.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看疑似重复登记', en: 'see records that may be of one person' },
  },
  'duplicate.settle': {
    roles: REVIEWERS,
    lets: { zh: '认定两条登记不是同一人', en: 'say that two records are of two people' },
  },
  'division.refile': {
    roles: ['county-confirmer'],
    lets: { zh: '将拆分区划的人员归入新区划', en: 'file people of a split division under a new one' },
  },
  'quality.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看数据质量问题和正确率', en: 'see contradictions in the register and the rate of correct records' },
  },
  'quality.settle': {
    roles: REVIEWERS,
    lets: { zh: '确认登记无误、重新检查', en: 'confirm that a record is right, and have it checked again' },
  },
  // Field groups: what may be shown of a thing once it may be seen at all. A citizen sees their own family's.
  'person.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看姓名、性别、生卒日期和登记状态', en: 'be shown names, sex, days of birth and death, state' },
  },
  'person.identity': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看证件类型和掩码号码', en: 'be shown kinds of papers and masked numbers' },
  },
  'person.family': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看家庭与亲属关系', en: 'be shown household and kinship' },
  },
  'person.address': {
    roles: ['village-clerk', ...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看户籍地址、民族和迁移日期', en: 'be shown address, ethnic group and moves' },
  },
  'household.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看户的信息', en: 'be shown households' },
  },
  'birth.notify': {
    roles: ['agency'],
    lets: { zh: '告知出生（助产机构）', en: 'tell of a birth, as a hospital' },
  },
  'newborn.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看出生一件事', en: 'see newborn matters and their work-list' },
  },
  'newborn.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看出生一件事各事项的进度', en: 'be shown where the parts of a newborn matter stand' },
  },
  'newborn.parents': {
    roles: ['village-clerk', ...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看出生一件事中的父母姓名和掩码号码', en: 'be shown the parents a newborn matter names' },
  },
  'newborn.open': {
    roles: ['village-clerk', ...REVIEWERS],
    lets: { zh: '窗口代为发起出生一件事', en: 'open a newborn matter for the parents at the counter' },
  },
  'newborn.choose': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '选择或撤回出生一件事的事项', en: 'choose parts of a newborn matter, or take one back' },
  },
  'newborn.settle': {
    roles: REVIEWERS,
    lets: { zh: '登记出生一件事各事项的结果', en: 'enter what the authority of a part said' },
  },
  'certificate.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查找独生子女父母光荣证', en: 'look legacy certificates up' },
  },
  'certificate.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看光荣证的证号和状态', en: 'be shown numbers and standing of legacy certificates' },
  },
  'certificate.holders': {
    roles: ['village-clerk', ...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看持证人', en: 'be shown who holds a legacy certificate' },
  },
  'certificate.code': {
    roles: [...REVIEWERS, 'citizen'],
    lets: { zh: '查看光荣证验证码', en: 'be shown the code that a certificate is verified with' },
  },
  'certificate.replace': {
    roles: REVIEWERS,
    lets: { zh: '补领光荣证', en: 'replace a lost legacy certificate' },
  },
  'certificate.cancel': {
    roles: REVIEWERS,
    lets: { zh: '凭持证人意愿注销光荣证', en: 'cancel a legacy certificate at its holders’ wish' },
  },
  'certificate.verify': { roles: 'everyone', lets: { zh: '核验光荣证', en: 'verify a legacy certificate' } },
  'own.certificate': {
    roles: ['citizen'],
    lets: { zh: '申请注销本人的光荣证或撤回申请', en: 'give one’s own certificate up, or keep it after all' },
  },
  'own.newborn': {
    roles: ['citizen'],
    lets: { zh: '发起本人子女的出生一件事', en: 'open one’s own newborn’s matter' },
  },
  'person.reveal': {
    roles: REVIEWERS,
    lets: { zh: '查看完整证件号码（说明理由）', en: 'be shown a whole identity number, for a reason given' },
  },
} as const;
