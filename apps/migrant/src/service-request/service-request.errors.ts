import { Refusal } from '@app/kernel';

/** Every way a request for a service can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'SERVICE_REQUEST_UNKNOWN',
      { zh: `没有编号为 ${id} 的服务申请，或您无权查看。`, en: `There is no request ${id} that you may see.` },
      { id },
    ),
  referralUnknown: (id: string) =>
    new Refusal(
      'SERVICE_REFERRAL_UNKNOWN',
      { zh: `没有编号为 ${id} 的待答复转介。`, en: `There is no referral ${id} that waits for you.` },
      { id },
    ),
  notADivision: (division: string) =>
    new Refusal(
      'SERVICE_DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是行政区划代码，请填 6、9 或 12 位数字，至少到县。`,
        en: `"${division}" is no division of a county or below; give 6, 9 or 12 digits.`,
      },
      { division },
    ),
  serviceUnknown: (service: string, division: string) =>
    new Refusal(
      'SERVICE_NOT_LISTED',
      {
        zh: `${division} 今天没有名为 ${service} 的服务。请先查看服务清单（serviceEntitlements）。`,
        en: `No service ${service} is listed in ${division} today. Look at the list (serviceEntitlements) first.`,
      },
      { service, division },
    ),
  clientRefUnusable: () =>
    new Refusal('SERVICE_CLIENT_REF', {
      zh: 'clientRef 应为 1 至 64 位字母、数字、下划线或连字符，同一申请重复提交请用同一个。',
      en: 'clientRef has 1 to 64 letters, digits, underscores or hyphens; use the same again for the same request.',
    }),
  wording: (field: string, least: number, most: number) =>
    new Refusal(
      'SERVICE_WORDING',
      {
        zh: `${field} 请写 ${least} 至 ${most} 字。`,
        en: `${field} takes ${least} to ${most} characters.`,
      },
      { field, least, most },
    ),
  notYourPerson: () =>
    new Refusal('SERVICE_PERSON_OF_OTHERS', {
      zh: '只能为本人或本人未成年子女申请，或由工作人员在窗口代办。',
      en: 'You may ask for yourself and your minor children; for others an officer asks at the counter.',
    }),
  wrongState: (state: string, needed: readonly string[]) =>
    new Refusal(
      'SERVICE_WRONG_STATE',
      {
        zh: `该申请处于 ${state}，此操作需要 ${needed.join('、')}。请先查看进度。`,
        en: `The request stands at ${state}; this needs ${needed.join(' or ')}. Look where it stands first.`,
      },
      { state, needed },
    ),
  notResponsible: (responsible: string) =>
    new Refusal(
      'SERVICE_NOT_RESPONSIBLE',
      {
        zh: `该申请由 ${responsible} 负责，请由其办理或先转介并经接受。`,
        en: `${responsible} is responsible for this request. They act, or refer it and wait until it is accepted.`,
      },
      { responsible },
    ),
  paperNever: (paper: string, source: string) =>
    new Refusal(
      'SERVICE_PAPER_NEVER',
      {
        zh: `该服务不得要求提交 ${paper}（${source}）。请从清单中删去。`,
        en: `This service may never ask for ${paper} (${source}). Take it off the list.`,
      },
      { paper, source },
    ),
  paperNotNamed: (paper: string, papers: readonly string[]) =>
    new Refusal(
      'SERVICE_PAPER_NOT_NAMED',
      {
        zh: `该服务的规定没有要求 ${paper}，只能要求：${papers.join('、')}。`,
        en: `The text of this service does not name ${paper}; it may ask for: ${papers.join(', ')}.`,
      },
      { paper, papers },
    ),
  nothingMissing: () =>
    new Refusal('SERVICE_NOTHING_MISSING', {
      zh: '请列出全部缺少的材料，至少一项；没有缺少的就请受理。',
      en: 'List everything that is missing, at least one thing; if nothing is, take the request up.',
    }),
  noticeTooLate: (dueOn: string) =>
    new Refusal(
      'SERVICE_NOTICE_TOO_LATE',
      {
        zh: `一次性告知期限已于 ${dueOn} 届满，视为已受理，不能再要求补正。请继续办理。`,
        en: `The deadline for the notice passed on ${dueOn}: it counts as accepted and nothing more may be asked for. Go on with it.`,
      },
      { dueOn },
    ),
  secondNoticeWaits: () =>
    new Refusal('SERVICE_SECOND_NOTICE_WAITS', {
      zh: '第二次补正告知正待县级审批，请等待。',
      en: 'A second notice waits for the county; wait for its word.',
    }),
  noSecondNotice: () =>
    new Refusal('SERVICE_NO_SECOND_NOTICE', {
      zh: '没有待审批的第二次补正告知。',
      en: 'There is no second notice to decide about.',
    }),
  ownSecondNotice: () =>
    new Refusal('SERVICE_OWN_SECOND_NOTICE', {
      zh: '第二次补正告知应由县级的另一位人员审批。',
      en: 'Another officer of the county decides about a second notice.',
    }),
  referralWaits: () =>
    new Refusal('SERVICE_REFERRAL_WAITS', {
      zh: '已有一项转介等待答复。请先等待或收回。',
      en: 'A referral is waiting for its answer already; wait for it or take it back.',
    }),
  referralToItself: () =>
    new Refusal('SERVICE_REFERRAL_TO_ITSELF', {
      zh: '转介对象就是当前负责单位。请填写其他区划或单位。',
      en: 'That is who is responsible now; name another division or unit.',
    }),
  notAskedToAnswer: (to: string) =>
    new Refusal(
      'SERVICE_REFERRAL_OF_OTHERS',
      {
        zh: `该转介由 ${to} 答复。`,
        en: `${to} answers this referral.`,
      },
      { to },
    ),
  notOwn: () =>
    new Refusal('SERVICE_REQUEST_OF_OTHERS', {
      zh: '只有申请人本人可以这样做；窗口代办请由负责单位登记。',
      en: 'Only the family itself may do this; at the counter the responsible office does it for them.',
    }),
};
