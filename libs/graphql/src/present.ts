import { randomUUID } from 'node:crypto';
import { sqlState } from '@app/database';
import { type Facts, Refusal, type Sentence, withoutTyped } from '@app/kernel';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { refuse } from './graphql.errors';

/** What every error of the graph carries. */
export interface PresentedExtensions {
  /** Stable; programs decide by it. */
  readonly code: string;
  readonly facts: Facts;
  readonly sentence: Sentence;
}

/** Writes the bug behind an INTERNAL error to the log, under the id that the client was given. */
export type ReportBug = (id: string, error: unknown) => void;

/** Codes that the graph's own machinery gives to a request that cannot be read or does not fit the schema. */
const REQUEST_CODES: Record<string, string> = {
  GRAPHQL_PARSE_FAILED: '查询语句无法解析，请检查语法。',
  GRAPHQL_VALIDATION_FAILED: '查询不符合接口定义，请对照字段说明修改。',
  BAD_USER_INPUT: '参数的值不符合其类型，请修改。',
  BAD_REQUEST: '请求格式不正确，请以 JSON 提交 query 与 variables。',
  OPERATION_RESOLUTION_FAILURE: '未找到要执行的操作，请检查 operationName。',
  PERSISTED_QUERY_NOT_SUPPORTED: '不支持持久化查询，请提交完整的 query。',
};

/** The reader repeats what it was sent, up to the whole body: enough to see where it went wrong. */
const WORDS_LENGTH_MAX = 500;

/** PostgreSQL could not read a value as an id, a day or text: no such thing exists, and nothing was done. */
const UNREADABLE = new Set(['22P02', '22021', '22007', '22008']);

/**
 * A refusal keeps its code, sentence and facts. A request that cannot be read keeps the reader's own words.
 * Anything else is a bug: the client gets an id, the log gets the rest; no stack and no SQL leaves the house.
 */
export function presentError(
  formatted: GraphQLFormattedError,
  error: unknown,
  report: ReportBug,
): GraphQLFormattedError & { extensions: PresentedExtensions & Record<string, unknown> } {
  const cause = rootOf(error);
  const { locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (cause instanceof Refusal) return { message: cause.message, ...place, extensions: extensionsOf(cause) };
  if (UNREADABLE.has(sqlState(cause) ?? '')) {
    const unread = refuse.valueUnreadable();
    return { message: unread.message, ...place, extensions: extensionsOf(unread) };
  }
  const code = formatted.extensions?.code;
  const zh = typeof code === 'string' ? REQUEST_CODES[code] : undefined;
  if (typeof code === 'string' && zh !== undefined && cause instanceof GraphQLError) {
    const message = withoutTyped(formatted.message.slice(0, WORDS_LENGTH_MAX));
    return { message, ...place, extensions: { code, facts: {}, sentence: { zh, en: message } } };
  }
  const bug = bugAsRefusal(cause, report);
  return { message: bug.message, ...place, extensions: extensionsOf(bug) };
}

/** What a client is told of a bug: the number under which the log has it. */
export function bugAsRefusal(bug: unknown, report: ReportBug): Refusal {
  const id = randomUUID();
  report(id, bug);
  return refuse.internal(id);
}

/** The extensions of a refusal. */
export const extensionsOf = ({ code, facts, sentence }: Refusal) => ({ code, facts, sentence });

function rootOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError) at = at.originalError;
  return at;
}
