import { refuse } from './graphql.errors';

export const PAGE_DEFAULT = 20;
export const PAGE_MAX = 200;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface Page {
  readonly list: string;
  readonly first: number;
  /** One more than `first`: the extra row says whether there is a next page. */
  readonly limit: number;
  /** The order key of the last entry seen, one text per column of the ordering; undefined on the first page. */
  readonly after: readonly string[] | undefined;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly edges: Edge<T>[];
  readonly nodes: T[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  /** Counted only when it is asked for. */
  readonly totalCount: () => Promise<number | null>;
}

/**
 * Reads `first` and `after`. `columns` is the number of columns in the ordering, which must end in a unique one:
 * the repository asks `where (a, id) > (after[0], after[1]) order by a, id limit page.limit`.
 * Refuses with PAGE_SIZE_OUT_OF_RANGE or CURSOR_UNREADABLE.
 */
export function openPage(list: string, { first, after }: PageArguments, columns: number): Page {
  const size = first ?? PAGE_DEFAULT;
  if (size < 1 || size > PAGE_MAX) throw refuse.pageSize(list, size, PAGE_MAX);
  return {
    list,
    first: size,
    limit: size + 1,
    after: after === undefined || after === null ? undefined : readCursor(list, after, columns),
  };
}

/** The connection of at most `page.limit` rows read after `page.after`. `keyOf` gives the ordering's columns as text. */
export function closePage<T>(
  page: Page,
  rows: readonly T[],
  keyOf: (row: T) => readonly string[],
  count: () => Promise<number | null> = () => Promise.resolve(null),
): Connection<T> {
  const nodes = rows.slice(0, page.first);
  const edges = nodes.map((node) => ({ node, cursor: writeCursor(page.list, keyOf(node)) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}

/** The list's name goes in, so that a cursor of one list is not taken for a place in another. */
const writeCursor = (list: string, key: readonly string[]): string =>
  Buffer.from(JSON.stringify([list, ...key])).toString('base64url');

function readCursor(list: string, cursor: string, columns: number): string[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refuse.cursorUnreadable(list);
  }
  const isOurs =
    Array.isArray(parts) && parts.length === columns + 1 && parts.every((part) => typeof part === 'string');
  if (!isOurs || (parts as string[])[0] !== list) throw refuse.cursorUnreadable(list);
  return (parts as string[]).slice(1);
}
