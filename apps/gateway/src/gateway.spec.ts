import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { DEMO_USERS, getDemoUser, PUBLIC, Requires } from '@app/access';
import { buildMergedSchema, closePage, Field, Mutation, openPage, Query, References, Resolver } from '@app/graphql';
import { Refusal } from '@app/kernel';
import { TestClock, TestIssuer } from '@app/testing';
import { createGateway, type Gateway } from './gateway';
import { LIMITS } from './limits';

const sdl = `
  "A person."
  type Person @key(fields: "id") @shows(word: "public") { "The id." id: ID! "The name." name: String! "The friends." friends: [Person!]! }
  "How to look." input By { "The name." named: String }
  "One of a page." type PersonEdge @shows(word: "public") { "The cursor." cursor: String! "The person." node: Person! }
  "A page." type PersonConnection @shows(word: "public") { "The entries." edges: [PersonEdge!]! "Where it stands." pageInfo: PageInfo! "How many there are." totalCount: Int }
  extend type Query {
    "One person." person("Its id." id: ID!): Person
    "Everybody." persons("How many." first: Int, "After which." after: String): PersonConnection!
    "The rules." rules: String!
    "Somebody." found("How to look." by: By): String
    "A bug." bug: String!
  }
  extend type Mutation { "Reviews." review("Of whom." id: ID!): Person! }
`;

let calls = 0;

/** Two friends each, for ever: the shape that grows fastest. */
@Resolver('Person')
class PersonResolver {
  @Query()
  @Requires('person.read')
  person({ id }: { id: string }) {
    calls += 1;
    return { id };
  }

  @Query()
  @Requires('person.read')
  persons(args: { first?: number; after?: string }) {
    calls += 1;
    const page = openPage('persons', args, 1);
    const rows = Array.from({ length: page.limit }, (_, index) => ({ id: String(index), name: '某人' }));
    return closePage(
      page,
      rows,
      ({ id }) => [id],
      () => Promise.resolve(1000),
    );
  }

  @Query()
  @Requires(PUBLIC)
  rules() {
    calls += 1;
    return 'open';
  }

  @Query()
  @Requires(PUBLIC)
  found() {
    return 'somebody';
  }

  @Query()
  @Requires(PUBLIC)
  bug() {
    throw new Error('relation "secret" does not exist: select number from secret');
  }

  @Mutation()
  @Requires('claim.review')
  review({ id }: { id: string }) {
    calls += 1;
    if (id === 'closed') throw new Refusal('CLAIM_CLOSED', { zh: '已办结。', en: 'It is closed.' }, { id });
    return { id };
  }

  @Field()
  friends({ id }: { id: string }) {
    calls += 1;
    return [{ id: `${id}0` }, { id: `${id}1` }];
  }

  @References()
  find(refs: { id: string }[]) {
    return Promise.resolve(refs.map(({ id }) => ({ id, name: `人${id}` })));
  }
}

interface Answer {
  status: number;
  headers: Headers;
  body: {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: { code: string; facts: object; sentence: object } }[];
  };
}

const clock = new TestClock('2026-04-01');
const bugs: unknown[] = [];
let issuer: TestIssuer;
let open: Gateway;
let closed: Gateway;
let reviewer: string;
let answers: () => Promise<boolean>;

beforeAll(async () => {
  issuer = await TestIssuer.open(clock);
  reviewer = await issuer.token(getDemoUser('demo-township-reviewer'));
  const common = {
    schema: buildMergedSchema({ sources: [{ app: 'one', sdl }], resolvers: [new PersonResolver()] }),
    verify: issuer.verifier().verify,
    clock,
    host: '127.0.0.1',
    port: 0,
    report: (_id: string, error: unknown) => bugs.push(error),
    ready: { database: () => answers() },
  };
  const signIn = { issuer: 'https://issuer.test', client: 'yangyu-desk', hints: DEMO_USERS };
  open = await createGateway({ ...common, explorer: true, signIn });
  closed = await createGateway({ ...common, explorer: false });
});
beforeEach(() => {
  calls = 0;
  bugs.length = 0;
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

async function send(body: unknown, token: string | undefined = reviewer, gateway = closed): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}
const ask = (query: string, variables: object = {}) => send({ query, variables });
const codesOf = ({ body }: Answer) => [...new Set(body.errors?.map(({ extensions }) => extensions.code))];

const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (depth: number, inner: string): string =>
  depth === 0 ? inner : `friends { ${nested(depth - 1, inner)} }`;

describe('a request within the limits', () => {
  it('is answered, page by page', async () => {
    const query =
      'query ($after: String) { persons(first: 2, after: $after) { edges { node { id } } pageInfo { endCursor } totalCount } }';
    const { status, body } = await ask(query);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: { persons: { edges: [{ node: { id: '0' } }, { node: { id: '1' } }], totalCount: 1000 } },
    });
  });

  it('may nest as deep as the limit, and use a full page', async () => {
    expect(codesOf(await ask(`{ person(id: "1") { ${nested(3, 'name')} } }`))).toEqual([]);
    expect(codesOf(await ask('{ persons(first: 200) { edges { node { id name friends { name } } } } }'))).toEqual([]);
  });

  it('shows a refusal with code, facts and both sentences', async () => {
    const { status, body } = await ask('mutation { review(id: "closed") { id } }');
    expect(status).toBe(200);
    expect(body.errors![0]!.extensions).toEqual({
      code: 'CLAIM_CLOSED',
      facts: { id: 'closed' },
      sentence: { zh: '已办结。', en: 'It is closed.' },
    });
  });

  it('shows nothing of a bug but its number', async () => {
    const answer = await ask('{ bug }');
    expect(codesOf(answer)).toEqual(['INTERNAL']);
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|select|\.ts/);
    expect(bugs).toEqual([expect.objectContaining({ message: expect.stringContaining('secret') as string })]);
  });
});

describe('a request beyond the limits', () => {
  const bomb = `{ person(id: "1") { ...F0 } } ${repeat(20, (i) => `fragment F${i} on Person { a: friends { ...F${i + 1} } b: friends { ...F${i + 1} } }`)} fragment F20 on Person { id }`;
  const attacks: [name: string, code: string, query: string, variables?: object][] = [
    ['1,000 aliases', 'QUERY_TOO_LONG', `{ ${repeat(1000, (i) => `a${i}: person(id: "${i}") { id }`)} }`],
    ['100 aliases', 'QUERY_HAS_TOO_MANY_ALIASES', `{ ${repeat(100, (i) => `a${i}: person(id: "${i}") { id }`)} }`],
    [
      '100 aliases in a fragment',
      'QUERY_HAS_TOO_MANY_ALIASES',
      `{ ...F } fragment F on Query { ${repeat(100, (i) => `a${i}: rules`)} }`,
    ],
    ['depth 80', 'QUERY_TOO_DEEP', `{ person(id: "1") { ${nested(80, 'id')} } }`],
    [
      'depth 80 in fragments',
      'QUERY_TOO_DEEP',
      `{ person(id: "1") { ...F0 } } ${repeat(80, (i) => `fragment F${i} on Person { friends { ...F${i + 1} } }`)} fragment F80 on Person { id }`,
    ],
    ['a bomb of fragments', 'QUERY_TOO_DEEP', bomb],
    [
      'a circle of fragments',
      'GRAPHQL_VALIDATION_FAILED',
      '{ person(id: "1") { ...A } } fragment A on Person { friends { ...B } } fragment B on Person { friends { ...A } }',
    ],
    ['5,000 __typename', 'QUERY_TOO_LONG', `{ ${repeat(5000, () => '__typename')} }`],
    ['600 overlapping fields', 'QUERY_HAS_TOO_MANY_ALIASES', `{ ${repeat(600, () => 'a: rules')} }`],
    ['50 directives', 'QUERY_HAS_TOO_MANY_DIRECTIVES', `{ ${repeat(50, () => 'rules @include(if: true)')} }`],
    ['unknown directives', 'GRAPHQL_VALIDATION_FAILED', '{ rules @a @b @c }'],
    ['a huge page', 'QUERY_ASKS_TOO_MUCH', '{ persons(first: 100000) { edges { node { id } } } }'],
    [
      'a huge page hidden in a variable',
      'QUERY_ASKS_TOO_MUCH',
      'query ($n: Int) { persons(first: $n) { edges { node { id } } } }',
      { n: 100_000 },
    ],
    [
      'a huge page hidden in a default',
      'QUERY_ASKS_TOO_MUCH',
      'query ($n: Int = 100000) { persons(first: $n) { edges { node { id } } } }',
    ],
    ['lists in lists', 'QUERY_ASKS_TOO_MUCH', `{ persons(first: 200) { edges { node { ${nested(3, 'id')} } } } }`],
    ['an alias of 201 letters', 'NAME_TOO_LONG', `{ ${'a'.repeat(201)}: rules }`],
    ['a field of 95,000 letters', 'NAME_TOO_LONG', `{${'a'.repeat(95_000)}}`],
    ['a number of 95,000 digits', 'NAME_TOO_LONG', `{ persons(first: ${'9'.repeat(95_000)}) { totalCount } }`],
    ['introspection', 'GRAPHQL_VALIDATION_FAILED', '{ __schema { types { name } } }'],
    ['an unknown operation name', 'OPERATION_RESOLUTION_FAILURE', 'query A { rules } query B { rules }'],
    ['a subscription', 'OPERATION_NOT_OFFERED', 'subscription { rules }'],
    ['no query at all', 'GRAPHQL_PARSE_FAILED', '{'],
    [
      'a variable of the wrong type',
      'BAD_USER_INPUT',
      'query ($id: ID!) { person(id: $id) { id } }',
      { id: { deep: [] } },
    ],
  ];
  const named = attacks.map(([name, code, query, variables]) => ({ name, code, query, variables }));
  it.each(named)('$name is rejected with $code before any resolver runs', async ({ code, query, variables }) => {
    const answer = await ask(query, variables);
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toContain(code);
    expect(calls).toBe(0);
    for (const { message, extensions } of answer.body.errors!) {
      expect(message.length).toBeLessThanOrEqual(500);
      expect(Object.keys(extensions).sort()).toEqual(['code', 'facts', 'sentence']);
    }
  });

  it('does not learn the names of fields from the answer', async () => {
    for (const [query, variables] of [
      ['{ rule }'],
      ['{ found(by: { nam: "x" }) }'],
      ['query ($by: By!) { found(by: $by) }', { by: { nam: 'x' } }],
    ] as [string, object?][]) {
      const { status, body } = await ask(query, variables);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).not.toMatch(/rules|named|Did you mean/);
    }
  });

  it.each([
    ['a batch', [{ query: '{ rules }' }, { query: '{ rules }' }], 400, 'BAD_REQUEST'],
    ['a body that is no JSON', '{"query": ', 400, 'BODY_UNREADABLE'],
    ['a body that reaches for the prototype', '{"query": "{ rules }", "__proto__": {"x": 1}}', 400, 'BODY_UNREADABLE'],
    ['an empty body', '', 400, 'BODY_UNREADABLE'],
    ['a query that is no text', { query: 1 }, 400, 'BAD_REQUEST'],
    [
      'a body beyond the limit',
      { query: '{ rules }', variables: { x: 'x'.repeat(LIMITS.bodyBytes) } },
      413,
      'BODY_TOO_LARGE',
    ],
  ])('%s is rejected', async (_, body, status, code) => {
    const answer = await send(body);
    expect([answer.status, codesOf(answer), calls]).toEqual([status, [code], 0]);
  });

  it('a mutation by GET is rejected', async () => {
    const url = `${closed.url}/graphql?query=${encodeURIComponent('mutation { review(id: "1") { id } }')}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${reviewer}` } });
    expect([response.status, response.headers.get('allow'), calls]).toEqual([405, 'POST', 0]);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });

  it('a form posted from a foreign page is rejected', async () => {
    const body = '{"query":"mutation { review(id: 1) { id } }"}';
    const response = await fetch(`${closed.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body,
    });
    expect([response.status, calls]).toEqual([400, 0]);
  });

  it('one that turns out larger than it looked is cut off and says so once', async () => {
    const query = `{ persons(first: 200) { edges { node { friends { friends { id } } } } } }`;
    const small = await createGateway({
      schema: buildMergedSchema({ sources: [{ app: 'one', sdl }], resolvers: [new CrowdResolver()] }),
      verify: issuer.verifier().verify,
      clock,
      host: '127.0.0.1',
      port: 0,
      explorer: false,
      report: (_id, error) => bugs.push(error),
    });
    const answer = await send({ query }, reviewer, small);
    await small.close();
    expect(answer.status).toBe(400);
    expect(answer.body.data).toBeUndefined();
    expect(answer.body.errors!.map(({ extensions }) => extensions.code)).toEqual(['ANSWER_TOO_LARGE']);
    expect(calls).toBeLessThan(LIMITS.objects / CROWD + 10);
    expect(bugs).toEqual([]);
  });
});

const CROWD = 300;

/** Everybody has three hundred friends. */
@Resolver('Person')
class CrowdResolver extends PersonResolver {
  @Query()
  @Requires('person.read')
  override person({ id }: { id: string }) {
    return super.person({ id });
  }

  @Query()
  @Requires('person.read')
  override persons(args: { first?: number; after?: string }) {
    return super.persons(args);
  }

  @Query()
  @Requires(PUBLIC)
  override rules() {
    return super.rules();
  }

  @Query()
  @Requires(PUBLIC)
  override found() {
    return super.found();
  }

  @Query()
  @Requires(PUBLIC)
  override bug(): never {
    throw new Error('unused');
  }

  @Mutation()
  @Requires('claim.review')
  override review({ id }: { id: string }) {
    return super.review({ id });
  }

  @Field()
  override friends({ id }: { id: string }) {
    calls += 1;
    return Array.from({ length: CROWD }, (_, index) => ({ id: `${id}-${index}`, name: '某人' }));
  }

  @References()
  override find(refs: { id: string }[]) {
    return super.find(refs);
  }
}

describe('a caller', () => {
  it('without a token may ask what is public, and nothing else', async () => {
    expect((await send({ query: '{ rules }' }, undefined, open)).body).toEqual({ data: { rules: 'open' } });
  });

  it.each([
    ['rubbish', 'rubbish'],
    [
      'no signature',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`,
    ],
    ['signs no one would send', 'a b'],
  ])('with %s as a token is sent away, even from what is public', async (_, token) => {
    const answer = await send({ query: '{ rules }' }, token);
    expect([answer.status, codesOf(answer), calls]).toEqual([401, ['TOKEN_NOT_ACCEPTED'], 0]);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('with an expired token is sent away', async () => {
    clock.set('2026-04-03');
    const answer = await ask('{ rules }');
    clock.set('2026-04-01');
    expect([answer.status, codesOf(answer)]).toEqual([401, ['TOKEN_NOT_ACCEPTED']]);
  });

  it('may do what the permission of the operation says', async () => {
    const auditor = await issuer.token(getDemoUser('demo-auditor'));
    const review = { query: 'mutation { review(id: "1") { name } }' };
    expect(codesOf(await send(review, auditor))).toEqual(['NOT_PERMITTED']);
    expect(calls).toBe(0);
    expect((await send(review)).body).toEqual({ data: { review: { name: '人1' } } });
  });
});

describe('the explorer', () => {
  it('is a page of our own: no script, style or picture from elsewhere', async () => {
    const response = await fetch(`${open.url}/`);
    const page = await response.text();
    expect(page).not.toMatch(/https?:\/\/|<link|<img|\bsrc=|@import/);
    const policy = response.headers.get('content-security-policy')!;
    const script = /<script>([^]*)<\/script>/.exec(page)![1]!;
    expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(() => new Script(script)).not.toThrow();
  });

  it('says where it sends people to sign in, and may talk to that issuer only', async () => {
    const page = await fetch(`${open.url}/`);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("connect-src 'self' https://issuer.test;");
    expect(policy).toContain("form-action 'none';");
    const { signIn } = (await (await fetch(`${open.url}/explorer`)).json()) as { signIn: { hints: { id: string }[] } };
    expect(signIn).toMatchObject({
      issuer: 'https://issuer.test',
      client: 'yangyu-desk',
      stepUp: { acr_values: 'urn:yangyu:acr:two-factors', max_age: 300 },
    });
    expect(signIn.hints.map(({ id }) => id)).toEqual(DEMO_USERS.map(({ id }) => id));
  });

  it('may look at the schema, where it is on', async () => {
    const { body } = await send({ query: '{ __schema { queryType { name } } }' }, undefined, open);
    expect(body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it.each(['/', '/explorer'])('is not there at %s where it is off', async (place) => {
    const response = await fetch(closed.url + place);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});

describe('the door', () => {
  it('says that it lives, which day it is, and whether it is ready', async () => {
    expect(await (await fetch(`${closed.url}/healthz`)).json()).toEqual({ status: 'ok', today: '2026-04-01' });
    answers = () => Promise.resolve(true);
    expect((await fetch(`${closed.url}/readyz`)).status).toBe(200);
    for (const not of [() => Promise.resolve(false), () => Promise.reject(new Error('the database is down'))]) {
      answers = not;
      const response = await fetch(`${closed.url}/readyz`);
      expect([response.status, await response.json()]).toEqual([503, { ready: false, checks: { database: false } }]);
    }
  });

  it('says in one sentence that its port is taken', async () => {
    const port = Number(new URL(closed.url).port);
    const second = createGateway({
      schema: buildMergedSchema({ sources: [{ app: 'one', sdl }], resolvers: [new PersonResolver()] }),
      verify: issuer.verifier().verify,
      clock,
      host: '127.0.0.1',
      port,
      explorer: false,
      report: () => {},
    });
    await expect(second).rejects.toMatchObject({ code: 'PORT_TAKEN', facts: { host: '127.0.0.1', port } });
  });
});
