import { REVIEWERS, WATCHERS } from './role-groups';

/** Words for money that comes in: the closed register of the repealed fee, letters, recovery, receipts. */
export const FEES_PERMISSIONS = {
  'legacy-fee.read': {
    roles: ['archivist'],
    lets: { zh: '查询历史案件', en: 'look into the closed register of the repealed fee' },
  },
  'legacy-fee.case': {
    roles: ['archivist', 'finance-officer', 'citizen'],
    lets: { zh: '查看历史案件内容', en: 'see what an old case says' },
  },
  'legacy-fee.figures': {
    roles: ['archivist', 'finance-officer', ...WATCHERS],
    lets: { zh: '查看历史收费备查表', en: 'see what was levied, paid and ceased, by office' },
  },
  'legacy-fee.seal': {
    roles: ['archivist'],
    lets: { zh: '封存历史台账', en: 'end the taking in of old ledgers' },
  },
  'legacy-fee.court': {
    roles: ['archivist'],
    lets: { zh: '登记撤回强制执行申请', en: 'record that an application to a court was withdrawn' },
  },
  'legacy-fee.notice': {
    roles: ['archivist'],
    lets: { zh: '出具历史案件办结告知书', en: 'write that what was not paid has ceased' },
  },
  'legacy-fee.review': {
    roles: ['archivist'],
    lets: { zh: '提出并核实误缴退款', en: 'have a payment made in error looked into' },
  },
  'legacy-fee.decide': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '决定是否退还误缴款项', en: 'decide whether money paid in error goes back' },
  },
  'instalment.read': {
    roles: ['county-confirmer', 'finance-officer', 'auditor'],
    lets: { zh: '查看分期方案', en: 'see plans to pay back in instalments' },
  },
  'instalment.plan': {
    roles: ['county-confirmer', 'finance-officer', 'auditor', 'citizen'],
    lets: { zh: '查看分期方案内容', en: 'see what a plan of instalments says' },
  },
  'instalment.declared': {
    roles: ['county-confirmer', 'citizen'],
    lets: { zh: '查看申报后的可负担额', en: 'see what is affordable by a debtor’s own declaration' },
  },
  'instalment.history': {
    roles: ['county-confirmer', 'finance-officer', 'auditor', 'citizen'],
    lets: { zh: '查看分期方案办理过程', en: 'see what was done with a plan of instalments' },
  },
  'instalment.preview': {
    roles: ['county-confirmer', 'citizen'],
    lets: { zh: '试算分期', en: 'see what a plan of instalments would come to' },
  },
  'instalment.propose': {
    roles: ['county-confirmer', 'citizen'],
    lets: { zh: '提出或撤回分期方案', en: 'put a plan of instalments forward, or take it back' },
  },
  'instalment.answer': {
    roles: ['county-confirmer', 'citizen'],
    lets: { zh: '同意或不同意分期方案', en: 'agree to the other side’s plan of instalments, or not' },
  },
  'instalment.settle': {
    roles: ['county-confirmer', 'citizen'],
    lets: { zh: '申请提前缴纳', en: 'have a sum asked for ahead of its time' },
  },
  'instalment.file': {
    roles: ['county-confirmer', 'finance-officer', 'citizen'],
    lets: { zh: '导出分期表', en: 'take a plan of instalments along as a table' },
  },
  'fee-ledger.read': {
    roles: ['finance-officer', ...WATCHERS],
    lets: { zh: '查看收入账户余额和对账单', en: 'see balances and statements of money that comes in' },
  },
  'receivable.read': {
    roles: ['county-confirmer', 'finance-officer'],
    lets: { zh: '查询应收款', en: 'look up what is owed by decisions' },
  },
  'receivable.case': {
    roles: ['county-confirmer', 'finance-officer', 'citizen'],
    lets: { zh: '查看应收款和缴款通知', en: 'see a receivable with its steps and payment requests' },
  },
  'receivable.shares': {
    roles: ['county-confirmer', 'finance-officer'],
    lets: { zh: '查看资金归属', en: 'see whose money it was and to which budget it goes back' },
  },
  'payment-request.slip': {
    roles: ['county-confirmer', 'finance-officer'],
    lets: { zh: '出具缴款通知书', en: 'write a payment slip' },
  },
  'recovery.read': {
    roles: [...REVIEWERS, 'finance-officer', ...WATCHERS],
    lets: { zh: '查询追回案件', en: 'look up recovery cases' },
  },
  'recovery.basics': {
    roles: [...REVIEWERS, 'finance-officer', ...WATCHERS, 'citizen'],
    lets: { zh: '查看追回案件内容', en: 'see what a recovery case says, and what can be done by when' },
  },
  'recovery.file': {
    roles: [...REVIEWERS, 'finance-officer', ...WATCHERS],
    lets: { zh: '查看追回案件的经办情况', en: 'see who did what in a recovery case, and whose money it was' },
  },
  'recovery.open': {
    roles: REVIEWERS,
    power: 'eligibility',
    lets: { zh: '提出或复核多付情况', en: 'state with evidence that something was wrongly paid, or confirm it' },
  },
  'recovery.find': {
    roles: REVIEWERS,
    power: 'eligibility',
    lets: { zh: '查明追回案件的事实并告知', en: 'find the facts of a recovery case, and tell the person of them' },
  },
  'recovery.hear': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: { zh: '主持追回案件听证', en: 'hold the hearing of a recovery case' },
  },
  'recovery.decide': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '对追回案件作出决定', en: 'decide a recovery case; never who found its facts' },
  },
  'recovery.remind': {
    roles: ['county-confirmer', 'finance-officer'],
    lets: { zh: '出具催告书', en: 'write the reminder of a recovery case' },
  },
  'recovery.speak': {
    roles: ['township-reviewer', 'county-confirmer', 'citizen'],
    lets: {
      zh: '陈述申辩、申请听证',
      en: 'say what one thinks of a recovery case and ask for a hearing, or write it down for somebody',
    },
  },
  'letter.read': {
    roles: [...REVIEWERS, 'finance-officer', 'citizen'],
    lets: { zh: '下载文书', en: 'read letters as they were delivered' },
  },
  'letter.basics': {
    roles: [...REVIEWERS, 'finance-officer', 'archivist', ...WATCHERS, 'citizen'],
    lets: { zh: '查看文书目录', en: 'see which letters there are' },
  },
  'letter.verify': { roles: 'everyone', lets: { zh: '核验文书', en: 'verify a letter' } },
  'delivery.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看待送达文书清单', en: 'see which letters are still to be served' },
  },
  'delivery.basics': {
    roles: [...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看送达经过和日期', en: 'be shown how and when letters were served' },
  },
  'delivery.proof': {
    roles: [...REVIEWERS, 'citizen'],
    lets: { zh: '查看送达证明', en: 'be shown what proves that a letter was served' },
  },
  'delivery.send': {
    roles: REVIEWERS,
    lets: { zh: '送达文书、登记送达结果', en: 'serve letters and record what came of it' },
  },
  'delivery.correct': {
    roles: ['county-confirmer'],
    lets: { zh: '更正送达证明', en: 'correct a wrong proof of service' },
  },
  'own.delivery': {
    roles: ['citizen'],
    lets: { zh: '同意电子送达、确认签收', en: 'consent to electronic service and confirm one’s own letters' },
  },
  'remedy.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看复议和诉讼', en: 'see reconsiderations and suits' },
  },
  'remedy.basics': {
    roles: [...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看复议和诉讼的期限、进度和结果', en: 'be shown periods, progress and outcome of remedies' },
  },
  'remedy.grounds': {
    roles: [...REVIEWERS, 'citizen'],
    lets: { zh: '查看申请人的请求和理由', en: 'be shown what an applicant says' },
  },
  'remedy.record': {
    roles: REVIEWERS,
    lets: { zh: '登记复议申请和应诉通知', en: 'record remedies that came in on paper or from the court' },
  },
  'remedy.decide': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: { zh: '受理、审理复议并登记裁判结果', en: 'accept remedies, suspend, and decide what they come to' },
  },
  'own.remedy': {
    roles: ['citizen'],
    lets: { zh: '申请复议、补正和撤回', en: 'contest a decision about oneself, and take that back' },
  },
  'fee-parameter.read': {
    roles: 'everyone',
    lets: { zh: '查看资金追回的期限和参数', en: 'see the deadlines and parameters of recovering money' },
  },
  'bank-receipt.read': {
    roles: ['finance-officer', 'auditor'],
    lets: { zh: '查询银行到账', en: 'look into what money came in' },
  },
  'bank-receipt.case': {
    roles: ['finance-officer', 'auditor'],
    lets: { zh: '查看到账和匹配内容', en: 'see what a bank receipt says and what it pays' },
  },
  'bank-receipt.figures': {
    roles: ['finance-officer', ...WATCHERS],
    lets: { zh: '查看未匹配到账的账龄', en: 'see how much lies without a match for how long' },
  },
  'bank-receipt.take': {
    roles: ['finance-officer'],
    lets: { zh: '登记收款账户和到账', en: 'name receiving accounts and record what came in' },
  },
  'match.decide': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '确认、拒绝、撤销到账匹配并提出退付', en: 'decide what a bank receipt pays, undo it, or send it back' },
  },
  'fiscal-receipt.read': {
    roles: ['finance-officer', 'bank-operator', ...WATCHERS],
    lets: { zh: '查看非税票据的领用、开具和结存', en: 'see fiscal receipts, their series and what is left of them' },
  },
  'fiscal-receipt.case': {
    roles: ['finance-officer', 'bank-operator', ...WATCHERS, 'citizen'],
    lets: { zh: '查看票据内容', en: 'see what a fiscal receipt says' },
  },
  'fiscal-receipt.allot': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '核发票据号码', en: 'allot numbers of fiscal receipts to an office' },
  },
  'fiscal-receipt.handle': {
    roles: ['bank-operator'],
    power: 'payment',
    lets: { zh: '开具、作废、登记遗失和退回票据', en: 'give out, void, report lost and return fiscal receipts' },
  },
  'refund.read': {
    roles: ['county-confirmer', 'finance-officer', 'bank-operator', ...WATCHERS],
    lets: { zh: '查看退付清单', en: 'see refunds and which are overdue' },
  },
  'refund.case': {
    roles: ['county-confirmer', 'finance-officer', 'bank-operator', ...WATCHERS, 'citizen'],
    lets: { zh: '查看退付内容', en: 'see what a refund is of and where it stands' },
  },
  'refund.verify': {
    roles: ['county-confirmer'],
    power: 'eligibility',
    lets: {
      zh: '核实退付和更正退付账户',
      en: 'verify a refund against the receipts of the unit, and name its account',
    },
  },
  'refund.decide': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '审批退付', en: 'decide whether money goes back' },
  },
  'refund.pay': {
    roles: ['bank-operator'],
    power: 'payment',
    lets: { zh: '登记退付结果', en: 'record what the bank says of a refund' },
  },
  'remittance.read': {
    roles: ['finance-officer', 'bank-operator', ...WATCHERS],
    lets: { zh: '查看缴库', en: 'see what was remitted to which treasury, and where each fen came from' },
  },
  'remittance.prepare': {
    roles: ['bank-operator'],
    power: 'payment',
    lets: { zh: '编制缴库单和登记缴库结果', en: 'prepare a remittance, and record what became of it' },
  },
  'remittance.approve': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '审批缴库单', en: 'approve the exact content of a remittance' },
  },
  'treasury-account.set': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '登记国库和收款账户', en: 'name the accounts that collected money goes to' },
  },
  'receipt-reconciliation.read': {
    roles: ['finance-officer', 'bank-operator', ...WATCHERS],
    lets: { zh: '查看收款对账', en: 'see whether what came in agrees everywhere' },
  },
  'receipt-reconciliation.run': {
    roles: ['bank-operator'],
    power: 'payment',
    lets: { zh: '登记银行日终数并对账', en: 'record the bank’s total of a day and compare' },
  },
  'receipt-reconciliation.close': {
    roles: ['finance-officer'],
    power: 'funds',
    lets: { zh: '说明对账差异和月结', en: 'explain a difference, and close a month' },
  },
} as const;
