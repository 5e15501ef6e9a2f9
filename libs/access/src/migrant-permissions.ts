import { REVIEWERS, WATCHERS } from './role-groups';

/** The words of serving people who move: birth registrations, residence, requests between places, figures of moves. */
export const MIGRANT_PERMISSIONS = {
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
} as const;
