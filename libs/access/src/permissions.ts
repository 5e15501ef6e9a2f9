import { type Caller, type Role, ROLES } from './caller';
import { refuse } from './access.errors';
import { RECORD_PERMISSIONS } from './record-permissions';
import { EQUAL_SERVICES } from './equal-services';
import { assertStepUp } from './step-up';

/** The four powers that no single role may join: who is entitled, whose money, paying it out, watching over it. */
export type Power = 'eligibility' | 'funds' | 'payment' | 'supervision';

export interface Permission {
  /** Who holds it; `everyone` needs no sign-in. */
  readonly roles: readonly Role[] | 'everyone';
  /** The power it exercises; reading exercises none. */
  readonly power?: Power;
  readonly lets: { readonly zh: string; readonly en: string };
}

const OFFICERS: readonly Role[] = ['township-reviewer', 'county-confirmer', 'finance-officer', 'bank-operator'];
const WATCHERS: readonly Role[] = ['auditor', 'supervisor'];
const REVIEWERS: readonly Role[] = ['township-reviewer', 'county-confirmer'];

/** One word is the check, the audit name and the line in the access list. Add words; never change what one means. */
export const PERMISSIONS = {
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
  'claim.basics': {
    roles: ['village-clerk', ...OFFICERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看申领的状态和金额', en: 'be shown where claims stand and their amounts' },
  },
  'claim.explanation': {
    roles: ['village-clerk', ...OFFICERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看认定的理由', en: 'be shown why a claim was decided so' },
  },
  'claim.question': {
    roles: ['village-clerk', ...OFFICERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看待核事项', en: 'be shown what is still asked about a claim' },
  },
  'payee.read': {
    roles: [...OFFICERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看收款人和掩码账号', en: 'be shown payees and masked account numbers' },
  },
  'own.read': { roles: ['citizen'], lets: { zh: '查看本人和未成年子女的信息', en: 'see one’s own family’s matters' } },
  'own.withdraw': { roles: ['citizen'], lets: { zh: '撤回本人的申领', en: 'take one’s own claim back' } },
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
  'audit.read': {
    roles: [...WATCHERS, 'citizen'],
    lets: { zh: '查看谁查阅过、办理过', en: 'see who looked and who acted' },
  },
  'claim.read': {
    roles: ['village-clerk', ...OFFICERS, ...WATCHERS],
    lets: { zh: '查看申领及其说明', en: 'see claims and why they were decided so' },
  },
  'claim.review': {
    roles: ['township-reviewer'],
    power: 'eligibility',
    lets: { zh: '乡镇初审', en: 'review claims at the township' },
  },
  'claim.confirm': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: { zh: '县级确认', en: 'confirm claims at the county' },
  },
  'claim.resolve': {
    roles: REVIEWERS,
    power: 'eligibility',
    lets: { zh: '处理待核事项', en: 'resolve a held claim' },
  },
  'determination.run': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: { zh: '发起资格核算', en: 'run a determination' },
  },
  'programme.read': { roles: 'everyone', lets: { zh: '查看政策项目', en: 'see programme definitions' } },
  'run.read': { roles: [...OFFICERS, ...WATCHERS], lets: { zh: '查看运行进度', en: 'see runs and their progress' } },
  'run.hold': {
    roles: ['county-confirmer', 'finance-officer', 'supervisor'],
    lets: { zh: '暂停或恢复计划的运行', en: 'hold or release a planned run' },
  },
  'disbursement.prepare': {
    roles: ['bank-operator'],
    power: 'payment',
    lets: { zh: '编制发放清单', en: 'prepare a payment run' },
  },
  'disbursement.approve': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '审批发放清单', en: 'approve the exact content of a payment run' },
  },
  'disbursement.read': {
    roles: [...OFFICERS, ...WATCHERS],
    lets: { zh: '查看发放与支付指令', en: 'see payment runs and instructions' },
  },
  'reconciliation.run': {
    roles: ['bank-operator'],
    power: 'payment',
    lets: { zh: '对账', en: 'read bank answers and reconcile' },
  },
  'ledger.read': {
    roles: ['finance-officer', 'bank-operator', ...WATCHERS],
    lets: { zh: '查看账务余额', en: 'see ledger balances' },
  },
  'portability.read': {
    roles: [...OFFICERS, ...WATCHERS],
    lets: { zh: '查看迁移转接决定和负责地', en: 'see decisions about moves and who is responsible' },
  },
  'portability.basics': {
    roles: [...OFFICERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看各期间由哪里负责', en: 'be shown which place is responsible for which days' },
  },
  'portability.decide': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: { zh: '凭证明办理或撤回迁移转接', en: 'follow a move by a document, or take one back' },
  },
  'reimbursement.read': {
    roles: ['finance-officer', 'county-confirmer', ...WATCHERS],
    lets: { zh: '查看地区间结算', en: 'see what places owe each other' },
  },
  'reimbursement.settle': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '结清地区间结算', en: 'settle what one place owes another' },
  },
  'account.repair': {
    roles: REVIEWERS,
    power: 'eligibility',
    lets: { zh: '更正收款账户', en: "correct a payee's account" },
  },
  'registry.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看向户籍登记机关的查询记录', en: 'see what the household registry was asked' },
  },
  'registry.verify': {
    roles: REVIEWERS,
    lets: { zh: '向户籍登记机关核验身份', en: 'ask the household registry about somebody' },
  },
  'registry.compare': {
    roles: ['county-confirmer'],
    lets: { zh: '向户籍登记机关批量比对', en: 'have the household registry compare a batch of persons' },
  },
  'registry.settle': {
    roles: ['county-confirmer'],
    lets: { zh: '处理搁置的回复', en: 'look into replies of the registry that must not be used' },
  },
  'peer.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看与其他平台的往来', en: 'see how it stands with other installations' },
  },
  'peer.send': {
    roles: ['county-confirmer'],
    lets: { zh: '重发或放弃跨平台消息', en: 'send a message to another installation again, or give it up' },
  },
  'registry.nomination': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看查询经办人', en: 'see which officers are named to the registry' },
  },
  'registry.nominate': {
    roles: ['county-confirmer'],
    lets: { zh: '指定查询经办人', en: 'name officers to the household registry' },
  },
  'birth-registration.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看生育登记', en: 'see birth registrations' },
  },
  'birth-registration.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看生育登记的状态和期限', en: 'be shown where birth registrations stand and their deadlines' },
  },
  'birth-registration.parties': {
    roles: ['village-clerk', ...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看登记的父母、孩子和承诺书', en: 'be shown the parents, children and commitments of one' },
  },
  'birth-registration.ask': {
    roles: 'everyone',
    lets: { zh: '查看生育登记办事规定', en: 'see what a place’s text says of birth registration' },
  },
  'birth-registration.file': {
    roles: ['village-clerk', 'township-reviewer', 'citizen'],
    lets: { zh: '申请、补正生育登记，补记出生', en: 'file and complete a birth registration' },
  },
  'birth-registration.withdraw': {
    roles: ['township-reviewer', 'citizen'],
    lets: { zh: '撤回生育登记', en: 'take a birth registration back' },
  },
  'birth-registration.handle': {
    roles: ['township-reviewer'],
    lets: { zh: '受理、登记、更正生育登记，跨地区协查', en: 'accept, register and correct births, ask other places' },
  },
  'birth-registration.oversee': {
    roles: ['county-confirmer'],
    lets: { zh: '审批第二次补正告知', en: 'allow a second notice of what is missing' },
  },
  'registry-check.read': {
    roles: [...REVIEWERS, 'auditor'],
    lets: { zh: '查看户籍核验结果和待核看清单', en: 'see what the household registry said of parents' },
  },
  'registry-check.settle': {
    roles: REVIEWERS,
    lets: { zh: '核看户籍核验', en: 'look at what the household registry said, and have it go on' },
  },
  'voucher.read': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '查看、下载生育登记凭证', en: 'see and download vouchers' },
  },
  'voucher.verify': { roles: 'everyone', lets: { zh: '核验生育登记凭证', en: 'verify a voucher' } },
  'flow.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看人口流动统计的真实数据', en: 'see true figures of who came and went' },
  },
  'flow.published': {
    roles: 'everyone',
    lets: { zh: '查看公开的人口流动统计', en: 'see published figures of who came and went' },
  },
  'coordination.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看跨地区协查和按期答复率', en: 'see requests between places and how many are answered in time' },
  },
  'coordination.basics': {
    roles: [...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: {
      zh: '查看协查的双方、事由、依据、期限和办理记录',
      en: 'be shown who asks whom, for what, by when, and what was done',
    },
  },
  'coordination.content': {
    roles: [...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看协查的当事人和答复内容', en: 'be shown whom a request is about and what was said' },
  },
  'coordination.answer': {
    roles: REVIEWERS,
    lets: { zh: '答复、退回协查，再次请求', en: 'answer requests of other places, return them, ask again' },
  },
  'coordination.hand-over': {
    roles: REVIEWERS,
    lets: { zh: '移交、接收外地事项', en: 'hand a case over to the other place, accept or decline one' },
  },
  'migrant-parameter.read': {
    roles: 'everyone',
    lets: { zh: '查看流动人口服务的期限和参数', en: 'see the deadlines and parameters of serving people who move' },
  },
  ...RECORD_PERMISSIONS,
  'residence.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看辖区内流动人口的居住情况', en: 'see who moved to or from one’s division' },
  },
  'residence.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看姓名、居住期间和居住地', en: 'be shown names and residence periods by division' },
  },
  'residence.identity': {
    roles: ['village-clerk', ...REVIEWERS, 'auditor', 'citizen'],
    lets: {
      zh: '查看流动人口的掩码号码和登记依据',
      en: 'be shown masked numbers of residents and what a period rests on',
    },
  },
  'residence.note': {
    roles: ['village-clerk', ...REVIEWERS],
    lets: { zh: '窗口受理居住申报', en: 'take a notice of residence at the counter' },
  },
  'residence.correct': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '更正、终止居住记录', en: 'correct and end residence periods' },
  },
  'residence.permit': {
    roles: ['agency'],
    lets: { zh: '告知居住证办理情况（居住证机关）', en: 'give notice of a residence permit, as its authority' },
  },
  'residence.settle': {
    roles: REVIEWERS,
    lets: { zh: '裁定有争议的居住记录', en: 'settle residence periods under investigation' },
  },
  'own.residence': {
    roles: ['citizen'],
    lets: { zh: '申报本人和未成年子女的居住情况', en: 'give notice of one’s own residence' },
  },
  ...EQUAL_SERVICES,
  'worklist.read': {
    roles: ['village-clerk', ...OFFICERS, ...WATCHERS],
    lets: { zh: '查看待办清单', en: 'see work-lists' },
  },
} as const satisfies Record<string, Permission>;

export type PermissionWord = keyof typeof PERMISSIONS;

/** In place of a word: an operation that needs no sign-in and shows nothing about anybody. */
export const PUBLIC = 'public';

/** What an operation may name: a permission, or that it needs none. */
export type Requirement = PermissionWord | typeof PUBLIC;

export const isRequirement = (word: string): word is Requirement => word === PUBLIC || Object.hasOwn(PERMISSIONS, word);

/** Whether money depends on it: such an operation wants a second factor, freshly shown. */
export const needsStepUp = (word: Requirement): boolean => {
  const { power }: Permission = word === PUBLIC ? PERMISSIONS['programme.read'] : PERMISSIONS[word];
  return power === 'funds' || power === 'payment';
};

/** Refuses with NOT_SIGNED_IN, NOT_PERMITTED or STEP_UP_REQUIRED; returns when the caller may. */
export function authorise(caller: Caller | undefined, word: Requirement, now?: Date): void {
  if (word === PUBLIC) return;
  const { roles }: Permission = PERMISSIONS[word];
  if (roles === 'everyone') return;
  if (!caller) throw refuse.notSignedIn(word);
  if (!caller.roles.some((role) => roles.includes(role))) throw refuse.notPermitted(word, caller.roles, roles);
  if (needsStepUp(word)) assertStepUp(caller, now);
}

/** The powers that somebody with these roles exercises. */
export function powersOf(held: readonly Role[]): Power[] {
  const permissions: readonly Permission[] = Object.values(PERMISSIONS);
  const exercised = permissions.flatMap(({ roles, power }) =>
    power !== undefined && (roles === 'everyone' ? ROLES : roles).some((role) => held.includes(role)) ? [power] : [],
  );
  return [...new Set(exercised)];
}
