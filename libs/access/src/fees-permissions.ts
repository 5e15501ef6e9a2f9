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
  'letter.read': {
    roles: [...REVIEWERS, 'finance-officer', 'citizen'],
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
} as const;
