import type { Example } from './explorer';

/** Queries the explorer offers; each works with the demo sign-in named in its title. */
export const EXAMPLES: readonly Example[] = [
  {
    title: { zh: '申请及其历史（审计）', en: 'Claims and their history (auditor)' },
    query: `{
  claims(first: 5, filter: { claimYear: 2025 }) {
    totalCount
    nodes {
      claimNo state amountFen applicantMask accountMask
      child { idNumberMask born }
      history { to actor at }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    title: { zh: '待办清单（县级确认）', en: 'The work-list (county confirmer)' },
    query: `{
  worklistByReason { reason count }
  worklist(first: 5) { nodes { id reason questionZh questionEn facts claim { claimNo } } }
}`,
  },
  {
    title: { zh: '我的家庭与申领（市民）', en: 'My family and claims (citizen)' },
    query: `{
  myFamily { id name born idNumberMask }
  myClaims { claimNo claimYear state amountFen openCases { questionZh questionEn } accesses { at actor purpose } }
}`,
  },
  {
    title: { zh: '项目规则与参数（无需登录）', en: 'Programme rules and parameters (no sign-in needed)' },
    query: `{
  programmes {
    code titleZh titleEn version amount
    conditions { code sentenceZh sentenceEn rule cel }
    parameters { code region validFrom validTo value unit source status }
  }
}`,
  },
];
