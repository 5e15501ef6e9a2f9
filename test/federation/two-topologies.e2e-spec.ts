import * as diagnostics from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller } from '@app/access';
import type { DivisionCode } from '@app/kernel';
import { TestIssuer } from '@app/testing';
import { createGateway, type Gateway } from '../../apps/gateway/src/gateway';
import { federatedSchema } from '../../apps/gateway/src/federation';
import { type FederatedWorld, openFederatedWorld, readSupergraph, type ServiceName } from '../support/federated-world';
import { GraphClient } from '../support/graph-client';
import { openTwoCounties, OURS, type TwoCounties } from '../support/two-counties';

let world: TwoCounties;
let merged: GraphClient;
let federated: GraphClient;
let citizen: Caller;
let someClaim: string;

beforeAll(async () => {
  world = await openTwoCounties();
  merged = await GraphClient.open(world, 'merged');
  federated = await GraphClient.open(world, 'federated');
  const row = world.ours.claims.find(({ applicant_id_number: id }) => /^\d{17}[\dX]$/.test(id!))!;
  const idNumber = row.applicant_id_number!;
  citizen = { id: 'citizen', name: '某公民', roles: ['citizen'], division: '' as DivisionCode, idNumber };
  const { data } = await merged.ask<{ claims: { nodes: { id: string; child: object | null }[] } }>(
    'auditor',
    '{ claims(first: 50) { nodes { id child { id } } } }',
  );
  someClaim = data.claims.nodes.find(({ child }) => child !== null)!.id;
}, 120_000);
afterAll(async () => {
  await federated?.close();
  await merged?.close();
  await world?.close();
});

const MATTER =
  'id claimNo state amountFen submittedOn applicantMask child { id name sex born idNumberMask division { name level } mother { name } household { householdNo members { id name } } } history { seq from to at } openCases { reason facts }';

/** Who asks what; `$claim` stands for a claim of the caller's county. */
const ASKED: readonly [what: string, who: string, query: string][] = [
  [
    'a page of claims with their children',
    'auditor',
    `{ claims(first: 40) { totalCount pageInfo { endCursor hasNextPage } edges { cursor node { ${MATTER} } } } }`,
  ],
  ['one claim', 'township-reviewer', `{ claim(id: "$claim") { ${MATTER} explanation } }`],
  [
    'two apps at once',
    'county-confirmer',
    '{ persons(first: 3) { nodes { id name status householdType updatedAt } } programmes { code conditions { code } } worklistByReason { reason count } }',
  ],
  [
    'the same field under several names',
    'auditor',
    '{ a: claims(first: 2) { nodes { no: claimNo of: child { n: name id } } } b: claims(first: 2, filter: { state: PAID }) { nodes { child { n: name } } } }',
  ],
  [
    'fragments, variables and directives',
    'auditor',
    'query Q($n: Int = 3, $with: Boolean = false) { claims(first: $n) { nodes { ...C child @include(if: $with) { name } } } } fragment C on Claim { id child { ...P } } fragment P on Person { __typename born name @skip(if: true) }',
  ],
  ['a citizen’s own', 'citizen', '{ myFamily { id name children { id } } myClaims { id child { id name born } } }'],
  [
    'what a role may not be shown of a child',
    'finance-officer-1',
    '{ claims(first: 3) { nodes { id child { id name } } } }',
  ],
  [
    'what a role may not be shown in part',
    'supervisor',
    '{ claims(first: 3) { nodes { id child { name address } } } }',
  ],
  [
    'what a role may not be shown further down',
    'supervisor',
    '{ claims(first: 6) { nodes { id child { household { id address members { address mother { name address } } } } } } }',
  ],
  [
    'what a role may not ask',
    'finance-officer-1',
    '{ persons(first: 1) { nodes { id } } claims(first: 1) { nodes { id } } }',
  ],
  ['without a sign-in', 'nobody', '{ programmes { code titleZh } claims { nodes { id } } }'],
  [
    'nothing that exists',
    'auditor',
    '{ claim(id: "00000000-0000-4000-8000-000000000000") { id } person(id: "00000000-0000-4000-8000-000000000000") { id } }',
  ],
  ['an id that is none', 'auditor', '{ a: claim(id: "x") { id } b: person(id: "y") { id } }'],
  // One at a time: where two fields that may not be null are refused at once, whichever is first is told, in either topology.
  ['a division outside', 'township-reviewer', '{ claims(filter: { division: "340203" }) { nodes { id } } }'],
  [
    'a division outside, among persons',
    'township-reviewer',
    '{ persons(filter: { division: "110000" }) { nodes { id } } }',
  ],
  ['a page too large', 'auditor', '{ claims(first: 201) { nodes { id } } }'],
  ['a cursor that is none', 'auditor', '{ persons(after: "%%") { nodes { id } } }'],
  ['a day that does not exist', 'auditor', '{ persons(filter: { bornFrom: "2023-02-29" }) { nodes { id } } }'],
  ['a field that does not exist', 'auditor', '{ persons { nodes { password } } }'],
  ['the machinery of federation', 'auditor', '{ _entities(representations: []) { __typename } _service { sdl } }'],
  [
    'more objects than are answered',
    'auditor',
    '{ persons(first: 200) { nodes { household { members { household { members { id name } } } } } } }',
  ],
  [
    'a change that needs a second factor',
    'finance-officer-1',
    'mutation { approveBatch(id: "00000000-0000-4000-8000-000000000000", contentHash: "00") { approvals } }',
  ],
  [
    'a change that is refused',
    'payment-clerk',
    'mutation { cancelBatch(id: "00000000-0000-4000-8000-000000000000", reason: "试") { id } }',
  ],
  [
    'a change, and then its effect',
    'county-confirmer',
    'mutation { confirmClaims(programme: "YEB", division: "340202") { count amountFen held } again: confirmClaims(programme: "YEB", division: "340202") { count } }',
  ],
  ['the types', 'auditor', '{ __schema { types { name fields { name type { name } } } directives { name } } }'],
];

/** Lists that have no order of their own. */
const inOrder = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, part: unknown) =>
    ['types', 'directives'].includes(key) && Array.isArray(part)
      ? [...(part as { name: string }[])].sort((a, b) => (a.name < b.name ? -1 : 1))
      : part,
  );

describe('both topologies', () => {
  it.each(ASKED)('answer alike: %s', async (_, who, query) => {
    const asked = query.replace('$claim', someClaim);
    const caller = who === 'citizen' ? citizen : who === 'nobody' ? undefined : who;
    const factors = { factors: asked.includes('approveBatch') ? (1 as const) : (2 as const) };
    const told = async (graph: GraphClient) => {
      const { data, errors } = await graph.ask<unknown>(caller, asked, {}, factors);
      const seen = errors.map(({ message, path, extensions }) => ({ message, path, extensions }));
      return inOrder({ data, errors: seen.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) });
    };
    expect(await told(federated)).toEqual(await told(merged));
  });
});

/** Calls to doors while `work` went on: paths, and what was sent. */
async function onTheWire(work: () => Promise<unknown>): Promise<{ path: string; body: string }[]> {
  const calls: { path: string; body: string }[] = [];
  const note = (message: unknown) => {
    const { request } = message as { request: { path: string; body: unknown; headers: string | string[] } };
    if (String(request.headers).includes('Service ')) calls.push({ path: request.path, body: String(request.body) });
  };
  diagnostics.subscribe('undici:request:create', note);
  try {
    await work();
  } finally {
    diagnostics.unsubscribe('undici:request:create', note);
  }
  return calls;
}

describe('over the wire', () => {
  it('a page of fifty claims with their children costs one request for the claims and one for all children', async () => {
    let seen = 0;
    const calls = await onTheWire(async () => {
      const { data, refused } = await federated.ask<{ claims: { nodes: { child: { name: string } | null }[] } }>(
        'auditor',
        '{ claims(first: 50) { nodes { id child { id name born idNumberMask mother { name } } } } }',
      );
      expect(refused).toEqual([]);
      seen = data.claims.nodes.filter(({ child }) => child?.name).length;
    });
    expect(seen).toBeGreaterThan(30);
    expect(calls.map(({ body }) => body.includes('_entities'))).toEqual([false, true]);
    const { variables } = JSON.parse(calls[1]!.body) as { variables: Record<string, unknown[]> };
    expect(Object.values(variables)[0]!.length).toBeGreaterThan(30);
  });

  it('children of whom nothing but the id is asked cost none', async () => {
    const calls = await onTheWire(() => federated.ask('auditor', '{ claims(first: 50) { nodes { child { id } } } }'));
    expect(calls).toHaveLength(1);
  });

  it('two fields of one app cost one request', async () => {
    const calls = await onTheWire(() =>
      federated.ask(
        'auditor',
        '{ claims(first: 1) { totalCount } worklist(first: 1) { totalCount } programmes { code } }',
      ),
    );
    expect(calls).toHaveLength(1);
  });

  it('no identity number of a citizen goes further than to the register', async () => {
    const calls = await onTheWire(() => federated.ask(citizen, '{ myFamily { id } myClaims { id child { name } } }'));
    expect(calls.filter(({ body }) => body.includes(citizen.idNumber!)).map(({ path }) => path)).toEqual(['/family']);
    expect(calls.length).toBeGreaterThan(2);
  });
});

describe('the audit log', () => {
  const entries = (schema: string, what: string) =>
    world.database.admin<{ operation: string; fields: string[]; request_id: string }>(
      `select operation, fields, request_id from ${schema}.audit_entry where kind = 'read' and subject_type = $1 order by id desc limit 1`,
      [what],
    );

  it('says of both apps what the client asked for, and not what the gateway needs besides, under one number', async () => {
    await federated.ask('auditor', '{ claims(first: 5) { nodes { claimNo child { name } } } }');
    const [[claims], [persons]] = [await entries('subsidy', 'claim'), await entries('registration', 'person')];
    expect(claims).toMatchObject({ operation: 'Query.claims', fields: ['child', 'claimNo'] });
    expect(persons).toMatchObject({ fields: ['name'], request_id: claims!.request_id });
  });
});

describe('an app that does not answer', () => {
  let house: FederatedWorld;
  let gateway: Gateway | undefined;
  let issuer: TestIssuer;
  const bugs: { id: string; error: unknown }[] = [];
  const stand: { close(): unknown }[] = [];
  beforeAll(async () => {
    issuer = await TestIssuer.open(world.clock);
    house = await openFederatedWorld(world, (id, error) => bugs.push({ id, error }));
  });
  afterEach(async () => {
    await gateway?.close();
    bugs.length = 0;
    house.failures.length = 0;
  });
  afterAll(async () => {
    for (const one of stand) await one.close();
    await house?.close();
  });

  /** A gateway whose registration or subsidy is at another address, or answers in its own way. */
  async function open(replaced: Partial<Record<ServiceName, string>>): Promise<void> {
    const clients = (['registration', 'subsidy', 'migrant', 'fees', 'exchange'] as const).map((to) => {
      const url = replaced[to];
      return house.client('gateway', to, url ? { deadline: 400, url } : {}); // On a slow machine the others may take their time.
    });
    gateway = await createGateway({
      schema: federatedSchema(readSupergraph(), clients),
      verify: issuer.verifier().verify,
      clock: world.clock,
      host: '127.0.0.1',
      port: 0,
      explorer: false,
      report: (id, error) => bugs.push({ id, error }),
    });
  }
  async function ask(query: string) {
    const auditor: Caller = { id: 'a', name: '某', roles: ['auditor', 'county-confirmer'], division: OURS };
    const response = await fetch(`${gateway!.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await issuer.token(auditor)}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors = [] } = (await response.json()) as {
      data: Record<string, unknown> | null;
      errors?: {
        path: unknown[];
        message: string;
        extensions: { code: string; facts: object; sentence: { zh: string } };
      }[];
    };
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      data,
      errors,
      codes: [...new Set(errors.map(({ extensions }) => extensions.code))],
    };
  }
  const answering = (status: number, text: string | undefined) =>
    new Promise<string>((resolve) => {
      const server = createServer((request, response) =>
        request.resume().on('end', () => {
          if (text !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end(text);
        }),
      );
      stand.push({ close: () => server.close().closeAllConnections() });
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    });

  const MIXED =
    '{ claims(first: 20) { nodes { claimNo child { id name } } } persons(first: 1) { totalCount } programmes { code } }';
  it.each<[string, () => Promise<string>]>([
    ['is not there', () => Promise.resolve('http://127.0.0.1:9')],
    ['is too slow', () => answering(200, undefined)],
    ['talks nonsense', () => answering(200, '<html>')],
    ['answers without an answer', () => answering(200, '{}')],
    ['says no in words of its own', () => answering(200, '{"errors":[{"message":"no"}]}')],
    [
      'does not know the question',
      () =>
        answering(
          200,
          '{"errors":[{"message":"Cannot query field","extensions":{"code":"GRAPHQL_VALIDATION_FAILED","facts":{},"sentence":{"zh":"不","en":"no"}}}]}',
        ),
    ],
    ['does not know us', () => answering(401, '{"errors":[]}')],
  ])('fails its own fields and no others when it %s', async (_, address) => {
    await open({ registration: await address() });
    const { status, retryAfter, data, errors, codes } = await ask(MIXED);
    expect([status, retryAfter]).toEqual([503, '10']);
    expect(codes).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(errors[0]!.extensions).toMatchObject({
      facts: { subgraph: 'registration' },
      sentence: { zh: expect.stringContaining('请稍后重试') as string },
    });
    const places = new Set(errors.map(({ path }) => path.filter((step) => typeof step === 'string').join('.')));
    expect([...places].filter((place) => !/^(claims\.nodes\.child|persons)/.test(place))).toEqual([]);
    // A list of persons cannot be null, so that without it nothing of the query's root is left.
    expect(data).toBeNull();
    expect(bugs).toEqual([]);
    expect(house.failures.length).toBeGreaterThan(0);
  });

  it('leaves a claim without its child, and everything else as it is', async () => {
    await open({ registration: 'http://127.0.0.1:9' });
    const { status, data, errors, codes } = await ask(
      '{ claims(first: 20) { nodes { claimNo child { id name } } } programmes { code } }',
    );
    const { claims, programmes } = data as unknown as {
      claims: { nodes: { claimNo: string; child: null }[] };
      programmes: object[];
    };
    expect(claims.nodes.filter(({ claimNo, child }) => claimNo && child === null)).toHaveLength(20);
    expect([status, programmes.length > 0]).toEqual([200, true]);
    expect(codes).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(errors.map(({ path }) => path.slice(0, 2).join('.')).filter((place) => place !== 'claims.nodes')).toEqual(
      [],
    );
  });

  it('leaves it unknown whether a change was made, and says so', async () => {
    await open({ subsidy: await answering(200, undefined) });
    const { errors } = await ask('mutation { confirmClaims(programme: "YEB", division: "340202") { count } }');
    expect(errors).toMatchObject([
      {
        path: ['confirmClaims'],
        extensions: {
          code: 'SUBGRAPH_UNAVAILABLE',
          sentence: { zh: expect.stringContaining('不知是否已经办理') as string },
        },
      },
    ]);
  });

  it('and breaks instead is written down once, where it broke, under the number that the client hears', async () => {
    await open({});
    await world.database.admin('alter table registration.person rename to person_away');
    try {
      const { errors, codes } = await ask(
        '{ claims(first: 3) { nodes { claimNo } } persons(first: 1) { nodes { id } } }',
      );
      expect(codes).toEqual(['INTERNAL']);
      expect(bugs).toHaveLength(1);
      expect(errors).toMatchObject([{ path: ['persons'], extensions: { facts: { id: bugs[0]!.id } } }]);
      expect(JSON.stringify(errors)).not.toContain('person_away');
    } finally {
      await world.database.admin('alter table registration.person_away rename to person');
    }
  });
});
