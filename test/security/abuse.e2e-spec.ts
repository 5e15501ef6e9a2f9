import type { Caller } from '@app/access';
import { assure } from '../support/assurance';
import { GraphClient } from '../support/graph-client';
import { openTwoCounties, OURS, type TwoCounties } from '../support/two-counties';

let world: TwoCounties;
let graph: GraphClient;
beforeAll(async () => {
  world = await openTwoCounties();
  graph = await GraphClient.open(world);
}, 120_000);
const figures = {
  attacks: 0,
  'let through': 0,
  'rows read by attackers': 0,
  'honest answers meanwhile': 0,
  'honest answers lost': 0,
};
afterAll(async () => {
  await graph?.close();
  await world?.close();
  assure('T35', 'Abuse of the graph is rejected before anything is read, and honest callers go on meanwhile', figures);
});

const attacker: Caller = { id: 'attacker', name: 'attacker', roles: ['auditor'], division: OURS };
const repeat = (times: number, text: (n: number) => string) =>
  Array.from({ length: times }, (_, n) => text(n)).join(' ');
const nested = (depth: number, inner: string): string =>
  depth === 0 ? inner : `children { ${nested(depth - 1, inner)} }`;
const ID = '00000000-0000-4000-8000-000000000000';

/** What one request may try; each must be turned away before a row is read. */
const ATTACKS: Readonly<Record<string, string>> = {
  '1,000 look-ups by alias': `{ ${repeat(1000, (n) => `a${n}: person(id: "${ID}") { name }`)} }`,
  '100 look-ups by alias': `{ ${repeat(100, (n) => `a${n}: person(id: "${ID}") { name }`)} }`,
  'aliases in a fragment': `{ ...F } fragment F on Query { ${repeat(60, (n) => `a${n}: person(id: "${ID}") { name }`)} }`,
  'depth 80': `{ person(id: "${ID}") { ${nested(80, 'id')} } }`,
  'a bomb of fragments': `{ person(id: "${ID}") { ...F0 } } ${repeat(20, (n) => `fragment F${n} on Person { a: children { ...F${n + 1} } b: children { ...F${n + 1} } }`)} fragment F20 on Person { id }`,
  'a circle of fragments': `{ person(id: "${ID}") { ...A } } fragment A on Person { mother { ...B } } fragment B on Person { mother { ...A } }`,
  '5,000 __typename': `{ ${repeat(5000, () => '__typename')} }`,
  'overlapping fields': `{ persons(first: 200) { ${repeat(300, (n) => `nodes { x${n % 40}: name }`)} } }`,
  'directives without end': `{ persons(first: 1) { nodes { id ${repeat(60, () => '@include(if: true)')} } } }`,
  'a page of a million': '{ persons(first: 1000000) { nodes { id } } }',
  'pages in pages':
    '{ households(first: 200) { nodes { members { children { children { household { members { id } } } } } } } }',
  'a subscription': 'subscription { persons { nodes { id } } }',
  'a field that does not exist': '{ persons { nodes { password } } }',
  'a name of 95,000 letters': `{ ${'a'.repeat(95_000)} }`,
  'a text that the hint of a name is looked for in': `{ persons(first: "${'Did you mean'.repeat(7_900)}") { totalCount } }`,
  'a huge text': `{ persons(filter: { nameStartsWith: "${'长'.repeat(30_000)}" }) { nodes { id } } }`,
};

describe('abuse of the graph', () => {
  it('is turned away before a row is read, while honest callers are served', async () => {
    let isOver = false;
    const honest = (async () => {
      while (!isOver) {
        const { refused, data } = await graph.ask<{ persons: { nodes: unknown[] } }>(
          'auditor',
          '{ persons(first: 20) { nodes { id name } } }',
        );
        if (refused.length === 0 && data.persons.nodes.length === 20) figures['honest answers meanwhile']++;
        else figures['honest answers lost']++;
      }
    })();
    const through: string[] = [];
    for (const [name, query] of Object.entries(ATTACKS)) {
      for (const { data, refused } of await Promise.all(Array.from({ length: 8 }, () => graph.ask(attacker, query)))) {
        figures.attacks++;
        if (refused.length === 0 || refused.includes('INTERNAL') || data != null)
          through.push(`${name}: ${refused.join()}`);
      }
    }
    isOver = true;
    await honest;
    const [row] = await world.database.admin<{ n: number }>(
      `select count(*)::int as n from (select actor from registration.audit_entry union all select actor from subsidy.audit_entry) e where actor = 'attacker'`,
    );
    figures['let through'] = through.length;
    figures['rows read by attackers'] = row!.n;
    expect(through).toEqual([]);
    expect(row!.n).toBe(0);
    expect(figures['honest answers lost']).toBe(0);
    expect(figures['honest answers meanwhile']).toBeGreaterThan(5);
  }, 60_000);
});
