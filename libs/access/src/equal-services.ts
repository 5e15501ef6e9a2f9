import { REVIEWERS, WATCHERS } from './role-groups';

/** The words of services, support visits, complaints and equal access; a part of PERMISSIONS, which says what they are. */
export const EQUAL_SERVICES = {
  'service-entitlement.read': {
    roles: 'everyone',
    lets: { zh: '查看服务清单', en: 'see which services are owed, by when and on which papers' },
  },
  'service-request.read': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看服务申请和待办', en: 'see requests for services and their work-list' },
  },
  'service-request.basics': {
    roles: ['village-clerk', ...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看服务申请的进度和期限', en: 'be shown where requests for services stand' },
  },
  'service-request.family': {
    roles: ['village-clerk', ...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看服务申请人和所需服务', en: 'be shown whom a request for a service is for' },
  },
  'service-request.ask': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '申请、补正、撤回服务申请', en: 'ask for a service, complete and take back a request' },
  },
  'service-request.handle': {
    roles: REVIEWERS,
    lets: { zh: '受理、告知、转介、办结服务申请', en: 'take up, refer, serve and decline requests for services' },
  },
  'service-request.oversee': {
    roles: ['county-confirmer'],
    lets: { zh: '审批服务申请的第二次补正告知', en: 'allow a second notice of what is missing for a service' },
  },
  'own.service': {
    roles: ['citizen'],
    lets: { zh: '查看本人的服务申请、探访和投诉', en: 'see one’s own requests, support visits and complaints' },
  },
  'support.read': {
    roles: ['village-clerk', ...REVIEWERS],
    lets: { zh: '查看已同意的探访', en: 'see support visits that were consented to' },
  },
  'support.basics': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '查看探访的同意和安排', en: 'be shown consents and support visits' },
  },
  'support.consent': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '登记、收回探访同意', en: 'give a consent to support visits and take it back' },
  },
  'support.visit': {
    roles: ['village-clerk', ...REVIEWERS],
    lets: { zh: '安排、记录探访', en: 'offer support visits and say that they were made' },
  },
  'support.answer': {
    roles: ['village-clerk', ...REVIEWERS, 'citizen'],
    lets: { zh: '接受或谢绝探访', en: 'accept or decline a support visit' },
  },
  'complaint.file': { roles: 'everyone', lets: { zh: '投诉', en: 'complain, also without a name' } },
  'complaint.follow': {
    roles: 'everyone',
    lets: { zh: '凭编号和查询码查看投诉', en: 'follow a complaint up by its number and code' },
  },
  'complaint.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看投诉', en: 'see complaints, but those about oneself' },
  },
  'complaint.basics': {
    roles: [...REVIEWERS, ...WATCHERS, 'citizen'],
    lets: { zh: '查看投诉的进度和结果', en: 'be shown where complaints stand' },
  },
  'complaint.told': {
    roles: [...REVIEWERS, 'citizen'],
    lets: { zh: '查看投诉内容和联系方式', en: 'be shown what a complaint says and how to answer it' },
  },
  'complaint.handle': {
    roles: REVIEWERS,
    lets: { zh: '受理、移交、答复投诉', en: 'handle complaints, hand them over and answer them' },
  },
  'complaint.reopen': {
    roles: [...REVIEWERS, 'citizen'],
    lets: { zh: '请求复核投诉', en: 'have a complaint that was not upheld looked at again' },
  },
  'equal-access.read': {
    roles: 'everyone',
    lets: { zh: '查看已公布的同等服务数据', en: 'see published figures of equal access' },
  },
  'equal-access.draft': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: {
      zh: '查看本辖区未公布的同等服务数据',
      en: 'see figures of equal access of one’s division before they are published',
    },
  },
} as const;
