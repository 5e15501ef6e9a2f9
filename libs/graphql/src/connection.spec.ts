import fc from 'fast-check';
import { closePage, type Connection, openPage, PAGE_MAX, type PageArguments } from './connection';

interface Row {
  day: string;
  id: string;
}
const keyOf = (row: Row) => [row.day, row.id];

/** As a repository reads: ordered by (day, id), after the key, at most the limit. */
function read(rows: Row[], args: PageArguments): Connection<Row> {
  const page = openPage('claims', args, 2);
  const ordered = [...rows].sort((a, b) => (keyOf(a).join() < keyOf(b).join() ? -1 : 1));
  const found = ordered.filter((row) => !page.after || keyOf(row).join() > page.after.join()).slice(0, page.limit);
  return closePage(page, found, keyOf, () => Promise.resolve(rows.length));
}

const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    day: `2026-01-0${index % 3}`,
    id: `c${String(index).padStart(4, '0')}`,
  }));

describe('a connection', () => {
  it('shows every row exactly once, whatever the size of the pages', () => {
    fc.assert(
      fc.property(fc.nat(120), fc.integer({ min: 1, max: 50 }), (count, first) => {
        const seen: string[] = [];
        let after: string | null = null;
        for (let going = true; going;) {
          const page: Connection<Row> = read(rowsOf(count), { first, after });
          seen.push(...page.nodes.map(({ id }) => id));
          expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
          after = page.pageInfo.endCursor;
          going = page.pageInfo.hasNextPage;
        }
        expect([...seen].sort()).toEqual(rowsOf(count).map(({ id }) => id));
      }),
    );
  });

  it('has twenty entries a page unless asked otherwise, and counts the total only when asked', async () => {
    const page = read(rowsOf(50), {});
    expect(page.edges).toHaveLength(20);
    await expect(page.totalCount()).resolves.toBe(50);
  });

  it.each([0, -1, PAGE_MAX + 1])('refuses a page of %d', (first) => {
    expect(() => openPage('claims', { first }, 1)).toThrow(expect.objectContaining({ code: 'PAGE_SIZE_OUT_OF_RANGE' }));
  });

  it.each([
    ['noise', '%%%'],
    ['nothing', ''],
    ['a cursor of another list', Buffer.from('["persons","a","b"]').toString('base64url')],
    ['a cursor of another ordering', Buffer.from('["claims","a"]').toString('base64url')],
    ['numbers', Buffer.from('["claims",1,2]').toString('base64url')],
    ['an object', Buffer.from('{"length":3}').toString('base64url')],
  ])('refuses %s as a cursor', (_, after) => {
    expect(() => openPage('claims', { after }, 2)).toThrow(expect.objectContaining({ code: 'CURSOR_UNREADABLE' }));
  });
});
