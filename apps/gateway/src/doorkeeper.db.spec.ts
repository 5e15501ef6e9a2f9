import { request as httpRequest } from 'node:http';
import { DEMO_USERS, Requires } from '@app/access';
import type { Database } from '@app/database';
import { buildMergedSchema, type GraphContext, Query, Resolver } from '@app/graphql';
import { createTestDatabase, TestClock, type TestDatabase, TestIssuer } from '@app/testing';
import { assure } from '../../../test/support/assurance';
import { Doorkeeper, openRevocations } from './doorkeeper';
import { createGateway, type Gateway } from './gateway';

const sdl = `extend type Query { "Who is calling." me: String "What money would move." move: String }`;

@Resolver()
class MeResolver {
  @Query()
  @Requires('public')
  me(_args: object, { caller }: GraphContext) {
    return caller ? `${caller.id} ${caller.roles.join()} ${caller.division}` : 'nobody';
  }
  @Query()
  @Requires('disbursement.approve')
  move() {
    return 'moved';
  }
}

const clock = new TestClock('2026-04-01');
const now = clock.now().getTime() / 1000;
const officer = DEMO_USERS.find(({ id }) => id === 'demo-finance-officer-1')!;
const known = `${officer.id} finance-officer ${officer.division}`;

let world: TestDatabase;
let database: Database;
let issuer: TestIssuer;
let door: Doorkeeper;
let gateway: Gateway;
const counted = new Set<string>();
const bugs: unknown[] = [];
const figures = { 'forged requests': 0, bypasses: 0 };

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('gateway', { standing: undefined });
  issuer = await TestIssuer.open(clock);
  const options = { issuer: issuer.url, client: issuer.client, keys: { keys: [issuer.publicJwk] }, clock, database };
  door = new Doorkeeper(options);
  gateway = await createGateway({
    schema: buildMergedSchema({ sources: [{ app: 'one', sdl }], resolvers: [new MeResolver()] }),
    verify: door.verify,
    signOut: (token) => door.signOut(token),
    limits: { take: async (subject) => void counted.add(subject), close: async () => undefined },
    clock,
    host: '127.0.0.1',
    port: 0,
    explorer: false,
    report: (_id, error) => bugs.push(error),
  });
});
beforeEach(async () => {
  counted.clear();
  await world.admin('truncate gateway.revocation');
  clock.set('2026-04-02'); // A day away, so that what the door read before is read again.
  await door.verify(await issuer.token(officer));
  clock.set('2026-04-01');
});
afterEach(() => expect(bugs.splice(0)).toEqual([]));
afterAll(async () => {
  await gateway.close();
  await world.drop();
  expect(figures.bypasses).toBe(0);
  assure('T34', 'Forged headers and by-ways do not change who is calling, or whom a limit counts', figures);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] };
}

/** By Node's own client, which sends whatever header it is given. */
function send(headers: Record<string, string | string[]>, body: string, path = '/graphql'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${gateway.url}${path}`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: (text ? JSON.parse(text) : {}) as Answer['body'],
          }),
        );
      },
    );
    request.once('error', reject).end(body);
  });
}
const query = (text: string) => JSON.stringify({ query: text });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const codesOf = ({ body }: Answer) => body.errors?.map(({ extensions }) => extensions.code);

const signOutToken = (more: Record<string, unknown> = {}) =>
  issuer.sign(
    {
      iss: issuer.url,
      aud: issuer.client,
      sub: officer.id,
      sid: 's1',
      jti: 'l1',
      iat: Math.floor(clock.now().getTime() / 1000),
      exp: Math.floor(clock.now().getTime() / 1000) + 120,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...more,
    },
    { typ: 'logout+jwt' },
  );
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const signOut = (token: string) =>
  send(FORM, new URLSearchParams({ logout_token: token }).toString(), '/backchannel-logout');
const rows = () => world.admin<Record<string, unknown>>('select kind, value, actor, reason from gateway.revocation');

describe('a back-channel log-out', () => {
  it('ends its session at once and no other; sent again it changes nothing', async () => {
    const token = await issuer.token(officer, { claims: { sid: 's1' } });
    const other = await issuer.token(officer, { claims: { sid: 's2' } });
    expect((await send(bearer(token), query('{ me }'))).body).toEqual({ data: { me: known } });
    const logout = await signOutToken();
    const answer = await signOut(logout);
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect((await signOut(logout)).status).toBe(200);
    const refused = await send(bearer(token), query('{ me }'));
    expect([refused.status, codesOf(refused)]).toEqual([401, ['TOKEN_NOT_ACCEPTED']]);
    expect((await send(bearer(other), query('{ me }'))).status).toBe(200);
    expect(await rows()).toEqual([{ kind: 'session', value: 's1', actor: 'issuer', reason: 'back-channel log-out' }]);
  });

  it('of a person without a session ends all they signed in to before, and replayed later nothing since', async () => {
    const before = await issuer.token(officer);
    const logout = await signOutToken({ sid: undefined });
    await signOut(logout);
    expect((await send(bearer(before), query('{ me }'))).status).toBe(401);
    clock.set(new Date((now + 60) * 1000).toISOString());
    const after = await issuer.token(officer);
    expect((await signOut(logout)).status).toBe(200);
    expect((await send(bearer(after), query('{ me }'))).status).toBe(200);
  });

  it.each<[string, number, string, () => Promise<Answer>]>([
    ['forged', 401, 'TOKEN_NOT_ACCEPTED', async () => signOut((await signOutToken()).replace(/.{8}$/, 'AAAAAAAA'))],
    ['for another client', 401, 'TOKEN_NOT_ACCEPTED', async () => signOut(await signOutToken({ aud: 'another' }))],
    ['that is an access token', 401, 'TOKEN_NOT_ACCEPTED', async () => signOut(await issuer.token(officer))],
    ['without a token', 400, 'LOGOUT_TOKEN_MISSING', () => send(FORM, '', '/backchannel-logout')],
    [
      'with two tokens',
      400,
      'LOGOUT_TOKEN_MISSING',
      () => send(FORM, 'logout_token=a&logout_token=b', '/backchannel-logout'),
    ],
    ['as JSON', 400, 'LOGOUT_TOKEN_MISSING', () => send({}, '{"logout_token":"a"}', '/backchannel-logout')],
    ['of ten kilobytes', 413, 'BODY_TOO_LARGE', () => signOut('x'.repeat(10_000))],
  ])('%s is refused with %d %s and ends nothing', async (_, status, code, attempt) => {
    const answer = await attempt();
    expect([answer.status, codesOf(answer)]).toEqual([status, [code]]);
    expect(await rows()).toEqual([]);
  });

  it('opens the door to forms nowhere else', async () => {
    expect((await send(FORM, 'query={me}')).status).toBe(400);
  });
});

describe('a revocation', () => {
  it('by another process is effective within a minute', async () => {
    const token = await issuer.token(officer, { claims: { jti: 'gone' } });
    await door.verify(token);
    await openRevocations(database, clock).revoke({
      kind: 'token',
      value: 'gone',
      until: clock.now(),
      reason: 'lost laptop',
      by: 'operator',
    });
    const verify = (at: number) => {
      clock.set(new Date((now + at) * 1000).toISOString());
      return door.verify(token);
    };
    let effectiveAfter = 0;
    while (await verify(effectiveAfter).then(Boolean, () => false)) effectiveAfter += 1;
    expect(effectiveAfter).toBeLessThanOrEqual(60);
    expect(await rows()).toEqual([{ kind: 'token', value: 'gone', actor: 'operator', reason: 'lost laptop' }]);
  });

  it.each(['session', 'subject'] as const)('of a %s outlives it by far: new tokens of it stay out', async (kind) => {
    await openRevocations(database, clock).revoke({
      kind,
      value: kind === 'session' ? 'long' : officer.id,
      until: clock.now(),
      reason: 'lost laptop',
      by: 'operator',
    });
    for (const hours of [3, 24 * 60]) {
      clock.set(new Date((now + hours * 3600) * 1000).toISOString());
      const renewed = await issuer.token(officer, { claims: { sid: 'long', auth_time: now } });
      await expect(door.verify(renewed)).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
    }
  });

  it('can be neither changed nor taken back by the door, nor read without a context', async () => {
    await signOut(await signOutToken());
    const raw = (sql: string) => database.write((tx) => tx.query(sql));
    for (const sql of ['delete from revocation', `update revocation set value = 'x'`, 'truncate revocation'])
      await expect(raw(sql)).rejects.toThrow(/permission denied/);
    await expect(
      raw(
        `insert into revocation (kind, value, until, at, reason, actor) values ('token', 'x', now(), now(), 'r', 'somebody')`,
      ),
    ).rejects.toThrow(/permission denied/);
    expect(await raw('select * from revocation')).toEqual([]);
  });
});

describe('a second factor', () => {
  it('that is missing is said in HTTP too', async () => {
    const once = await send(bearer(await issuer.token(officer, { factors: 1 })), query('{ move }'));
    expect([once.status, codesOf(once)]).toEqual([401, ['STEP_UP_REQUIRED']]);
    expect(once.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="urn:yangyu:acr:two-factors", max_age=300',
    );
    const partly = await send(bearer(await issuer.token(officer, { factors: 1 })), query('{ me move }'));
    expect([partly.status, partly.body.data]).toEqual([200, { me: known, move: null }]);
    expect((await send(bearer(await issuer.token(officer)), query('{ move }'))).body).toEqual({
      data: { move: 'moved' },
    });
  });
});

/** What proxies, frameworks and earlier gateways believe. */
const FORGED: Record<string, string | string[]> = {
  'x-forwarded-for': '10.0.0.1, 127.0.0.1',
  'x-real-ip': '10.0.0.1',
  forwarded: 'for=10.0.0.1;host=issuer.test',
  'x-forwarded-host': 'issuer.test',
  'x-forwarded-user': 'demo-supervisor',
  'x-forwarded-proto': 'https',
  'x-remote-user': 'demo-supervisor',
  'remote-user': 'demo-supervisor',
  'x-user-id': 'demo-supervisor',
  'x-user': '{"id":"demo-supervisor","roles":["supervisor"]}',
  'x-user-roles': 'supervisor',
  'x-roles': 'supervisor,county-confirmer',
  'x-caller': 'demo-supervisor',
  'yangyu-caller': 'demo-supervisor',
  'yangyu-roles': 'supervisor',
  'yangyu-division': '340000000000',
  'yangyu-request': '00000000-0000-0000-0000-000000000000',
  'x-division': '340000000000',
  'x-consumer-username': 'demo-supervisor',
  'x-authenticated-userid': 'demo-supervisor',
  'x-ms-client-principal': Buffer.from('{"userId":"demo-supervisor"}').toString('base64'),
  'x-amzn-oidc-data': 'e30.e30.x',
  'x-goog-iap-jwt-assertion': 'e30.e30.x',
  'cf-access-jwt-assertion': 'e30.e30.x',
  'x-apollo-operation-name': 'x',
  'apollo-federation-include-trace': 'ftv1',
  'x-http-method-override': 'GET',
  'x-original-url': '/readyz',
  'x-rewrite-url': '/readyz',
  cookie: 'authorization=Bearer x; user=demo-supervisor; roles=supervisor',
  via: '1.1 gateway',
  'x-hasura-role': 'admin',
  'x-middleware-subrequest': 'src/middleware',
};

describe('a forged header', () => {
  it.each(Object.entries(FORGED))('%s does not change who is calling or who is counted', async (name, value) => {
    const asOfficer = await send({ ...bearer(await issuer.token(officer)), [name]: value }, query('{ me }'));
    const asNobody = await send({ [name]: value }, query('{ me }'));
    const asIntruder = await send({ [name]: value }, query('{ move }'));
    figures['forged requests'] += 3;
    if (asIntruder.body.data?.move === 'moved') figures.bypasses += 1;
    expect(asOfficer.body).toEqual({ data: { me: known } });
    expect(asNobody.body).toEqual({ data: { me: 'nobody' } });
    expect(codesOf(asIntruder)).toEqual(['NOT_SIGNED_IN']);
    expect([...counted].sort()).toEqual(['address 127.0.0.1', `subject ${officer.id}`]);
  });

  it.each([['Basic ZGVtbzpkZW1v'], ['Bearer'], ['Bearer '], ['Bearer null'], ['bearer a b'], ['Token x'], ['DPoP x']])(
    'authorization: %s lets nobody in',
    async (authorization) => {
      const answer = await send({ authorization }, query('{ me }'));
      figures['forged requests'] += 1;
      expect([answer.status, codesOf(answer)]).toEqual([401, ['TOKEN_NOT_ACCEPTED']]);
    },
  );

  it('cannot bring a token by way of the address or the body', async () => {
    const token = await issuer.token(officer);
    const body = JSON.stringify({ query: '{ me }', access_token: token, extensions: { authorization: token } });
    figures['forged requests'] += 2;
    expect((await send({}, body)).body).toEqual({ data: { me: 'nobody' } });
    expect((await send({}, query('{ me }'), `/graphql?access_token=${token}`)).body).toEqual({
      data: { me: 'nobody' },
    });
  });

  it.each([
    '{ _service { sdl } }',
    '{ _entities(representations: []) { __typename } }',
    '{ __schema { types { name } } }',
  ])('finds no inner door: %s', async (text) => {
    const answer = await send(bearer(await issuer.token(officer)), query(text));
    figures['forged requests'] += 1;
    expect([answer.status, codesOf(answer)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
  });

  it('with claims that no signature covers is refused', async () => {
    const [head, , signature] = (await issuer.token(officer)).split('.');
    const claims = Buffer.from(JSON.stringify({ sub: 'demo-supervisor', scope: 'admin' })).toString('base64url');
    figures['forged requests'] += 1;
    expect((await send(bearer(`${head}.${claims}.${signature}`), query('{ me }'))).status).toBe(401);
  });
});
