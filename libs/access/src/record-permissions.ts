import { REVIEWERS, WATCHERS } from './role-groups';

/** Words for what people who moved see and ask of their own record, and for how long it is kept. */
export const RECORD_PERMISSIONS = {
  'own-record.read': {
    roles: ['citizen'],
    lets: {
      zh: '查看、导出本人在流动人口服务中的全部信息',
      en: 'see and export everything held about oneself as somebody who moved',
    },
  },
  'own-record.ask': {
    roles: ['citizen'],
    lets: {
      zh: '申请更正、提出异议、申请删除本人信息',
      en: 'ask that one’s own record be put right or deleted, or object to its use',
    },
  },
  'own-record.requests': {
    roles: [...REVIEWERS, 'auditor'],
    lets: { zh: '查看本人信息的更正、异议、删除申请', en: 'see what people ask about their own records' },
  },
  'own-record.wish': {
    roles: [...REVIEWERS, 'auditor', 'citizen'],
    lets: { zh: '查看申请的内容和答复', en: 'be shown what somebody asks about their own record, and the answer' },
  },
  'own-record.answer': {
    roles: REVIEWERS,
    lets: { zh: '答复更正、异议、删除申请', en: 'answer what people ask about their own records' },
  },
  'retention.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看到期删除证明', en: 'see certificates of what was deleted' },
  },
  'retention.hold': {
    roles: REVIEWERS,
    lets: { zh: '暂缓删除、解除暂缓', en: 'have somebody’s record kept for a suit or dispute, and let it go' },
  },
} as const;
