import { Refusal } from '@app/kernel';

/** Every way the graph itself can say no. Codes are part of the API: add, never rename. */
export const refuse = {
  valueUnreadable: () =>
    new Refusal('VALUE_UNREADABLE', {
      zh: '有一个编号或日期无法识别，请核对后重试；未作任何改动。',
      en: 'An id or a day among the arguments cannot be read; compare it and try again. Nothing was changed.',
    }),
  notSignedIn: () =>
    new Refusal('NOT_SIGNED_IN', {
      zh: '请先登录，并在请求头 Authorization 中附上令牌。',
      en: 'Sign in first, and send the token in the Authorization header.',
    }),
  pageSize: (list: string, first: number, max: number) =>
    new Refusal(
      'PAGE_SIZE_OUT_OF_RANGE',
      {
        zh: `列表 ${list} 每页可取 1 至 ${max} 条，请调整 first 并用 after 翻页。`,
        en: `A page of ${list} has 1 to ${max} entries; change "first" and go on with "after".`,
      },
      { list, first, max },
    ),
  cursorUnreadable: (list: string) =>
    new Refusal(
      'CURSOR_UNREADABLE',
      {
        zh: `after 不是列表 ${list} 给出的游标，请原样使用 pageInfo.endCursor。`,
        en: `"after" is not a cursor of ${list}; pass pageInfo.endCursor unchanged.`,
      },
      { list },
    ),
  referenceNotFound: (type: string, key: string) =>
    new Refusal(
      'REFERENCE_NOT_FOUND',
      {
        zh: `所指的 ${type} 不存在或不在您的辖区内。`,
        en: `The ${type} referred to does not exist or lies outside your division.`,
      },
      { type, key },
    ),
  referenceUnreadable: () =>
    new Refusal('REFERENCE_UNREADABLE', {
      zh: '引用须含类型名称及其主键字段（文本），请核对。',
      en: 'A reference has the name of its type and the fields of its key, as text; compare it.',
    }),
  answerTooLarge: (max: number) =>
    new Refusal(
      'ANSWER_TOO_LARGE',
      {
        zh: `一次查询最多返回 ${max} 个对象，请减小 first 或分次查询。`,
        en: `One operation answers with at most ${max} objects; ask for smaller pages or in several operations.`,
      },
      { max },
    ),
  internal: (id: string) =>
    new Refusal(
      'INTERNAL',
      {
        zh: `系统内部错误，编号 ${id}，请将编号告知管理员。`,
        en: `Something went wrong inside; tell the administrator the number ${id}.`,
      },
      { id },
    ),
};
