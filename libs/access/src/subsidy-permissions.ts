import { OFFICERS, REVIEWERS, WATCHERS } from './role-groups';

/** The words of claims and of the money that follows: programmes, runs, payment, the ledger, claims that move. */
export const SUBSIDY_PERMISSIONS = {
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
  'own.withdraw': { roles: ['citizen'], lets: { zh: '撤回本人的申领', en: 'take one’s own claim back' } },
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
  'overpayment.read': {
    roles: [...OFFICERS, ...WATCHERS],
    lets: { zh: '查看多发款项', en: 'see what was paid and was not owed' },
  },
  'overpayment.basics': {
    roles: [...OFFICERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看多发款项的金额和状态', en: 'be shown amounts that were paid and not owed, and where they stand' },
  },
  'overpayment.report': {
    roles: REVIEWERS,
    power: 'eligibility',
    lets: { zh: '凭证据报告多发款项', en: 'report by a document that something paid was not owed' },
  },
  'overpayment.see': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: { zh: '复核报告的多发款项', en: 'look at a reported overpayment as the second officer' },
  },
  'account.repair': {
    roles: REVIEWERS,
    power: 'eligibility',
    lets: { zh: '更正收款账户', en: "correct a payee's account" },
  },
} as const;
