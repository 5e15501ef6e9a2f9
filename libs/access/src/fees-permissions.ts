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
  'letter.read': {
    roles: [...REVIEWERS, 'finance-officer', 'archivist', 'citizen'],
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
} as const;
