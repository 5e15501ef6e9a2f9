import type { Caller } from '@app/access';
import { buildMergedSchema, Query, Resolver } from '@app/graphql';
import { Requires } from '@app/access';
import { Refusal } from '@app/kernel';
import { TestClock } from '@app/testing';
import { buildASTSchema, parse, validate } from 'graphql';
import { mergeSdl, collectSdl } from '@app/graphql';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { createGateway, type Gateway, type GatewayOptions, ROUTES } from './gateway';
import { PersistedOperations } from './persisted';
import type { RateLimits } from './rate-limit.repository';

const sdl = `
  extend type Query { "The rules." programmes: [Programme!]! "Anything." rules: String "Somebody's." owned: String }
  "A programme." type Programme @shows(word: "public") {
    "Code." code: String "Title." titleZh: String "Title." titleEn: String "Version." version: String
    "Conditions." conditions: [Condition!]
  }
  "A condition." type Condition @shows(word: "public") {
    "Code." code: String "Sentence." sentenceZh: String "Sentence." sentenceEn: String "Rule." rule: String
  }`;

@Resolver()
class RulesResolver {
  @Query()
  @Requires('public')
  programmes() {
    return [{ code: 'YEB', conditions: [] }];
  }
  @Query()
  @Requires('claim.read')
  owned() {
    return 'a secret';
  }
  @Query()
  @Requires('public')
  rules() {
    return 'all';
  }
}

/** A minute's points in memory, so that a test sees them run out. */
class Points implements RateLimits {
  readonly taken = new Map<string, number>();
  constructor(private readonly most: number) {}
  take(subject: string, points: number): Promise<number | undefined> {
    const sum = (this.taken.get(subject) ?? 0) + points;
    this.taken.set(subject, sum);
    return Promise.resolve(sum > this.most ? 42 : undefined);
  }
  close = () => Promise.resolve();
}

/** Named by the authority's own issuer, not by us. */
const DESK_CLIENT = 'family-desk-01';

const callerOf = (token: string): Caller => ({
  id: token,
  name: token,
  roles: ['auditor'],
  division: '340202000000' as Caller['division'],
  signIn: { at: new Date(0), factors: 2, client: token.startsWith('desk') ? DESK_CLIENT : 'script', tokenId: token },
});

let gateway: Gateway | undefined;
const open = async (more: Partial<GatewayOptions> = {}) => {
  gateway = await createGateway({
    schema: buildMergedSchema({ sources: [{ app: 'one', sdl }], resolvers: [new RulesResolver()] }),
    verify: (token) => Promise.resolve(callerOf(token)),
    clock: new TestClock('2026-04-01'),
    host: '127.0.0.1',
    port: 0,
    explorer: false,
    report: () => undefined,
    ...more,
  });
};
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const send = async (body: object, token?: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${gateway!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return {
    status: response.status,
    headers: response.headers,
    data: answer.data,
    code: answer.errors?.[0]?.extensions.code,
  };
};

const stored = () => PersistedOperations.open().entries();
const byName = (name: string) => stored().find(([, text]) => text.includes(name))!;
const naming = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

describe('stored operations', () => {
  it('all fit the graph that is served', () => {
    const apps = ['registration', 'subsidy'].map((app) => ({
      app,
      sdl: collectSdl([path.join(__dirname, '..', '..', app, 'src')]),
    }));
    const schema = buildASTSchema(parse(mergeSdl(apps)));
    for (const [hash, text] of stored()) {
      expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
      expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
    }
    expect(stored().length).toBeGreaterThan(5);
  });

  it('are called by their hash, without sending them', async () => {
    await open({ storedOnlyFor: DESK_CLIENT });
    const [hash] = byName('query Programmes');
    expect(await send(naming(hash), 'desk-1')).toMatchObject({ status: 200, data: { programmes: [{ code: 'YEB' }] } });
    expect(await send(naming(hash.toUpperCase()), 'desk-1')).toMatchObject({ status: 200 });
    expect(await send(naming('ab'.repeat(32)), 'desk-1')).toMatchObject({ status: 400, code: 'OPERATION_NOT_STORED' });
  });

  it('are all that our own desk may call; others may ask what they like within the limits', async () => {
    await open({ storedOnlyFor: DESK_CLIENT });
    const own = { query: '{ rules }' };
    expect(await send(own, 'desk-1')).toMatchObject({ status: 400, code: 'OPERATION_NOT_STORED', data: undefined });
    expect(await send({ query: byName('query Programmes')[1] }, 'desk-1')).toMatchObject({ status: 200 });
    expect(await send(own, 'script-1')).toMatchObject({ status: 200, data: { rules: 'all' } });
    expect(await send(own)).toMatchObject({ status: 200 });
  });
});

describe('the limit of a minute', () => {
  it('is each subject’s own, whatever address they claim to come from', async () => {
    const limits = new Points(3);
    await open({ limits });
    const ask = (token?: string, headers = {}) => send({ query: '{ rules }' }, token, headers);
    for (const n of [1, 2, 3])
      expect(await ask('a', { 'x-forwarded-for': `10.0.0.${n}` })).toMatchObject({ status: 200 });
    const fourth = await ask('a', { 'x-forwarded-for': '10.0.0.9', forwarded: 'for=10.1.1.1' });
    expect(fourth).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(fourth.headers.get('retry-after')).toBe('42');
    expect(await ask('b')).toMatchObject({ status: 200 });
    await ask(undefined, { 'x-forwarded-for': '10.0.0.1' });
    await ask(undefined, { 'x-forwarded-for': '10.0.0.2' });
    expect([...limits.taken.keys()]).toEqual(['subject a', 'subject b', 'address 127.0.0.1']);
  });

  it('is of the address that a trusted proxy saw, not of one that the caller put before it', async () => {
    const limits = new Points(10);
    const ask = () => send({ query: '{ rules }' }, undefined, { 'x-forwarded-for': '10.0.0.1, 203.0.113.7' });
    await open({ limits, trustedProxies: ['192.0.2.0/24', '127.0.0.1'] });
    await ask();
    await gateway!.close();
    await open({ limits, trustedProxies: ['192.0.2.0/24'] });
    await ask();
    expect([...limits.taken.keys()]).toEqual(['address 203.0.113.7', 'address 127.0.0.1']);
  });

  it('is taken from before the register is asked or a header is read', async () => {
    let asked = 0;
    await open({ limits: new Points(1), complete: (caller) => Promise.resolve((asked++, caller)) });
    const ask = () => send({ query: '{ rules }' }, 'a', { 'yangyu-purpose': 'payment', 'yangyu-case': 'a b' });
    expect([await ask(), await ask()]).toMatchObject([{ status: 400 }, { status: 429 }]);
    expect(asked).toBe(1);
  });

  it.each([
    [10, 'a bad token', new Refusal('TOKEN_NOT_ACCEPTED', { zh: '无效', en: 'invalid' })],
    [1, 'an issuer that is down', new Refusal('SIGN_IN_UNAVAILABLE', { zh: '暂停', en: 'down' })],
    [1, 'a database that is down', new Error('down')],
  ])('loses %d for %s', async (points, _, error) => {
    const limits = new Points(100);
    await open({ limits, verify: () => Promise.reject(error) });
    await send({ query: '{ rules }' }, 'a');
    expect([...limits.taken]).toEqual([['address 127.0.0.1', points]]);
  });

  it('bounds the log-outs that an address sends', async () => {
    let ended = 0;
    await open({ limits: new Points(1), signOut: () => Promise.resolve(void ended++) });
    const logOut = () =>
      fetch(`${gateway!.url}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: 'a' }),
      });
    expect([(await logOut()).status, (await logOut()).status, ended]).toEqual([200, 429, 1]);
  });
});

describe('every route', () => {
  const routes = Object.entries(ROUTES).map(
    ([route, needs]) => [...route.split(' '), needs] as [string, string, string],
  );

  it.each(routes)('%s %s needs what the list says: %s', async (method, url, needs) => {
    const outs: string[] = [];
    const signOut = (token: string) => {
      outs.push(token);
      return Promise.reject(new Refusal('TOKEN_NOT_ACCEPTED', { zh: '无效', en: 'invalid' }));
    };
    await open({ explorer: true, signIn: { issuer: 'http://127.0.0.1:1', client: DESK_CLIENT, hints: [] }, signOut });
    const isForm = url === '/backchannel-logout';
    const response = await fetch(`${gateway!.url}${url}`, {
      method,
      headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' },
      ...(method !== 'GET' && { body: isForm ? 'logout_token=forged' : JSON.stringify({ query: '{ owned }' }) }),
    });
    const text = await response.text();
    if (needs === 'the graph') expect(text).toContain('NOT_SIGNED_IN');
    else if (needs === 'public') expect([200, 405]).toContain(response.status);
    else expect([response.status >= 400, outs]).toEqual([true, ['forged']]);
  });

  it('that is not in the list is not there', async () => {
    await open({ explorer: true });
    for (const url of ['/admin', '/metrics', '/graphql/', '/.env', '/explorer/sign-in', '/debug']) {
      expect(
        (
          await fetch(`${gateway!.url}${url}`, {
            method: 'POST',
            body: '{}',
            headers: { 'content-type': 'application/json' },
          })
        ).status,
      ).toBe(404);
    }
  });
});

describe('every answer', () => {
  it('forbids frames, sniffing, caching and foreign content, and says which request it was', async () => {
    await open();
    const { headers } = await send({ query: '{ rules }' });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'strict-transport-security': expect.stringContaining('max-age') as string,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'yangyu-request': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('refuses a purpose that is not the role’s, and a case that is none', async () => {
    await open();
    const ask = (headers: Record<string, string>) => send({ query: '{ rules }' }, 'auditor', headers);
    expect(await ask({ 'yangyu-purpose': 'payment' })).toMatchObject({ status: 400, code: 'PURPOSE_NOT_PERMITTED' });
    expect(await ask({ 'yangyu-purpose': 'audit', 'yangyu-case': 'C-2026-1' })).toMatchObject({ status: 200 });
    expect(await ask({ 'yangyu-case': 'a b' })).toMatchObject({ code: 'CASE_REFERENCE_UNREADABLE' });
  });
});
