import { Refusal } from '@app/kernel';

/** Every way the door can say no before the graph is asked. Codes are part of the API: add, never rename. */
export const refuse = {
  caseUnreadable: () =>
    new Refusal('CASE_REFERENCE_UNREADABLE', {
      zh: '请求头 yangyu-case 应为申请或待办的编号（字母、数字和连字符，至多 64 位）。',
      en: 'The header yangyu-case names a claim or a case: letters, digits and hyphens, 64 at most.',
    }),
  queryTooDeep: (max: number) =>
    new Refusal(
      'QUERY_TOO_DEEP',
      {
        zh: `查询嵌套不得超过 ${max} 层，请分次查询。`,
        en: `A query nests at most ${max} levels; ask in several operations.`,
      },
      { max },
    ),
  queryHasTooManyAliases: (max: number) =>
    new Refusal(
      'QUERY_HAS_TOO_MANY_ALIASES',
      {
        zh: `查询最多使用 ${max} 个别名，请使用列表字段。`,
        en: `A query has at most ${max} aliases; use a list field instead.`,
      },
      { max },
    ),
  queryHasTooManyDirectives: (max: number) =>
    new Refusal(
      'QUERY_HAS_TOO_MANY_DIRECTIVES',
      { zh: `查询最多使用 ${max} 个指令，请删减。`, en: `A query has at most ${max} directives; leave some out.` },
      { max },
    ),
  queryTooLong: (max: number) =>
    new Refusal(
      'QUERY_TOO_LONG',
      {
        zh: `查询最多 ${max} 个词元，请缩短或分次查询。`,
        en: `A query has at most ${max} tokens; shorten it or ask in several operations.`,
      },
      { max },
    ),
  queryAsksTooMuch: (asked: number, max: number) =>
    new Refusal(
      'QUERY_ASKS_TOO_MUCH',
      {
        zh: `该查询约需 ${asked} 个对象，一次最多 ${max} 个，请减小 first 或分次查询。`,
        en: `This query asks for about ${asked} objects, at most ${max} are answered at once; ask for smaller pages.`,
      },
      { asked, max },
    ),
  operationNotOffered: (kind: string) =>
    new Refusal(
      'OPERATION_NOT_OFFERED',
      {
        zh: `此接口不提供 ${kind} 操作，请使用 query 或 mutation。`,
        en: `There is no ${kind} here; use a query or a mutation.`,
      },
      { kind },
    ),
  bodyTooLarge: (max: number) =>
    new Refusal(
      'BODY_TOO_LARGE',
      { zh: `请求内容不得超过 ${max} 字节，请缩短。`, en: `A request body has at most ${max} bytes; shorten it.` },
      { max },
    ),
  bodyUnreadable: () =>
    new Refusal('BODY_UNREADABLE', {
      zh: '请求内容须为 JSON（Content-Type: application/json），请检查。',
      en: 'The request body must be JSON, sent as application/json; check it.',
    }),
  methodNotAllowed: (method: string) =>
    new Refusal(
      'METHOD_NOT_ALLOWED',
      { zh: '/graphql 只接受 POST 请求。', en: 'Send operations to /graphql by POST.' },
      { method },
    ),
  textTooLong: (max: number) =>
    new Refusal(
      'TEXT_TOO_LONG',
      { zh: `单个文本值最长 ${max} 字，请缩短。`, en: `A text value has at most ${max} characters; shorten it.` },
      { max },
    ),
  nameTooLong: (max: number) =>
    new Refusal(
      'NAME_TOO_LONG',
      {
        zh: `查询中的名称和数字最长 ${max} 个字符，请缩短。`,
        en: `A name or a number in a query has at most ${max} characters; shorten it.`,
      },
      { max },
    ),
  operationNotStored: () =>
    new Refusal('OPERATION_NOT_STORED', {
      zh: '本客户端只能调用预先登记的操作，请使用其摘要（extensions.persistedQuery.sha256Hash）。',
      en: 'This client may only call operations that were stored beforehand; name one by its hash (extensions.persistedQuery.sha256Hash).',
    }),
  tooManyRequests: (seconds: number) =>
    new Refusal(
      'TOO_MANY_REQUESTS',
      {
        zh: `请求过于频繁，请在 ${seconds} 秒后再试。`,
        en: `Too much was asked in a minute; try again in ${seconds} seconds.`,
      },
      { seconds },
    ),
  subgraphUnavailable: (subgraph: string, isChange: boolean) =>
    new Refusal(
      'SUBGRAPH_UNAVAILABLE',
      isChange
        ? {
            zh: `${subgraph} 没有应答，不知是否已经办理；请先查看结果，再决定是否重试。`,
            en: `${subgraph} did not answer, and it is not known whether this was done; look before you try again.`,
          }
        : {
            zh: `${subgraph} 暂时没有应答，这部分内容请稍后重试。`,
            en: `${subgraph} does not answer at the moment; try again shortly for this part.`,
          },
      { subgraph },
    ),
  notFound: (path: string) =>
    new Refusal(
      'NOT_FOUND',
      { zh: '此地址不存在；接口在 /graphql。', en: 'There is nothing at this address; the graph is at /graphql.' },
      { path },
    ),
  logoutTokenMissing: () =>
    new Refusal('LOGOUT_TOKEN_MISSING', {
      zh: '请以表单字段 logout_token 提交一个注销令牌。',
      en: 'Send one logout token, as the form field logout_token.',
    }),
  portTaken: (host: string, port: number) =>
    new Refusal(
      'PORT_TAKEN',
      {
        zh: `${host} 的端口 ${port} 已被占用，请停止占用它的程序，或另选端口。`,
        en: `Port ${port} on ${host} is taken; stop the program that uses it, or choose another port.`,
      },
      { host, port },
    ),
};
