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
  'letter.read': {
    roles: [...REVIEWERS, 'finance-officer', 'archivist', 'citizen'],
    lets: { zh: '下载文书', en: 'read letters as they were delivered' },
  },
  'letter.basics': {
    roles: [...REVIEWERS, 'finance-officer', 'archivist', ...WATCHERS, 'citizen'],
    lets: { zh: '查看文书目录', en: 'see which letters there are' },
  },
  'letter.verify': { roles: 'everyone', lets: { zh: '核验文书', en: 'verify a letter' } },
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
} as const;
