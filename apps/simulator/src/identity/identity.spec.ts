import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ACR_TWO_FACTORS, assertStepUp, DEMO_USERS, RevocationList, type Revocation, TokenVerifier } from '@app/access';
import { systemClock } from '@app/kernel';
import { decodeJwt, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import * as client from 'openid-client';
import { OneTimeCodes } from './code.service';
import { IdentityProvider } from './identity.simulator';
import { AGENCY, type DemoCitizen, DESK } from './identity.types';
import { takeToken, Visitor } from './visitor.client';

const CITIZEN: DemoCitizen = { id: 'demo-citizen-1', name: '某公民', idNumber: '34020219900101001X' };

let folder: string;
let identity: IdentityProvider;
let desk: Server;
let home: string;
let verifier: TokenVerifier;
let revocations: RevocationList;
const logouts: string[] = [];
const reported: unknown[] = [];
const said: unknown[] = [];
const revoked: Revocation[] = [];

const options = () => ({
  folder,
  clock: systemClock,
  host: '127.0.0.1',
  port: 0,
  officers: DEMO_USERS,
  citizens: async () => [CITIZEN],
  report: (error: unknown) => reported.push(error),
});

beforeAll(async () => {
  for (const kind of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(console, kind).mockImplementation((...words) => void said.push(words));
  }
  folder = await mkdtemp(path.join(tmpdir(), 'yangyu-identity-'));
  identity = await IdentityProvider.open(options());
  desk = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      logouts.push(new URLSearchParams(body).get('logout_token')!);
      response.end();
    });
  });
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve));
  home = `http://127.0.0.1:${(desk.address() as AddressInfo).port}/`;
  identity.openDesk([new URL(home).origin]);
  const store = { load: async () => [...revoked], add: async (one: Revocation) => void revoked.push(one) };
  revocations = new RevocationList(store, systemClock);
  verifier = new TokenVerifier({
    issuer: identity.issuer,
    keys: 'discovery',
    client: DESK,
    clock: systemClock,
    revocations,
  });
});
afterAll(async () => {
  await identity.close();
  await new Promise((resolve) => desk.close(resolve));
  await rm(folder, { recursive: true });
  jest.restoreAllMocks();
});
afterEach(() => {
  expect(reported.splice(0)).toEqual([]);
  identity.behaviour = {};
});

const insecure = { execute: [client.allowInsecureRequests] };
const discover = () => client.discovery(new URL(identity.issuer), DESK, undefined, client.None(), insecure);

/** A certified client signs somebody in. */
async function signIn(user: string, more: Record<string, string> = {}, visitor = new Visitor(user)) {
  const configuration = await discover();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: home,
    scope: 'openid graph',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const back = await visitor.follow(address, home);
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(configuration, back, checks);
  return { tokens, visitor, configuration };
}
const stepUp = { acr_values: ACR_TWO_FACTORS, max_age: '300' };

describe('signing in with a certified client', () => {
  it.each(DEMO_USERS.map((user) => [user.id, user] as const))('works for %s', async (id, user) => {
    const { tokens } = await signIn(id);
    const caller = await verifier.verify(tokens.access_token);
    expect(caller).toMatchObject({ ...user, signIn: { factors: 1, client: DESK, session: expect.any(String) } });
    expect(tokens.expires_in).toBeGreaterThan(3500);
    expect(tokens.expires_in).toBeLessThanOrEqual(3600);
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.claims()!.sub).toBe(id);
    await expect(verifier.verify(tokens.id_token!)).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
  });

  it('works for a citizen, by their number and without a division', async () => {
    const { tokens } = await signIn(CITIZEN.id);
    expect(await verifier.verify(tokens.access_token)).toMatchObject({
      id: CITIZEN.id,
      roles: ['citizen'],
      division: '',
      idNumber: CITIZEN.idNumber,
    });
  });

  it('asks for a second factor when it is wanted, and for nothing but that', async () => {
    const { tokens, visitor } = await signIn('demo-finance-officer-1');
    const before = await verifier.verify(tokens.access_token);
    expect(() => assertStepUp(before, systemClock.now())).toThrow(
      expect.objectContaining({ code: 'STEP_UP_REQUIRED' }),
    );
    const after = await signIn('demo-finance-officer-1', { ...stepUp, login_hint: before.id }, visitor);
    const caller = await verifier.verify(after.tokens.access_token);
    expect(caller.signIn).toMatchObject({ factors: 2, session: before.signIn!.session });
    expect(() => assertStepUp(caller, systemClock.now())).not.toThrow();
    expect(after.tokens.claims()).toMatchObject({ acr: ACR_TWO_FACTORS });
    expect(decodeJwt(after.tokens.access_token)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
  });

  it('asks for a second factor also when it is an essential claim', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: [ACR_TWO_FACTORS] } } });
    const { tokens } = await signIn('demo-finance-officer-2', { claims });
    expect((await verifier.verify(tokens.access_token)).signIn).toMatchObject({ factors: 2 });
  });

  it('asks who it is when another is meant than who is signed in, and ends the session of the first', async () => {
    const { visitor } = await signIn('demo-auditor');
    const other = await signIn('demo-supervisor', { login_hint: 'demo-supervisor' }, visitor.as('demo-supervisor'));
    expect((await verifier.verify(other.tokens.access_token)).id).toBe('demo-supervisor');
    expect(logouts.splice(0)).toHaveLength(1);
  });

  it('is what the command line does too', async () => {
    const given = { issuer: identity.issuer, home, user: 'demo-auditor' };
    expect((await verifier.verify(await takeToken(given))).signIn).toMatchObject({ factors: 1 });
    expect((await verifier.verify(await takeToken({ ...given, isStepUp: true }))).signIn).toMatchObject({ factors: 2 });
    await expect(takeToken({ ...given, user: 'root' })).rejects.toMatchObject({ code: 'SIGN_IN_UNKNOWN' });
  });

  const refusedWith = (more: Record<string, string>) => signIn('demo-auditor', more);
  it.each([
    ['another place to return to', { redirect_uri: 'http://127.0.0.1:1/' }],
    ['a challenge in the clear', { code_challenge_method: 'plain' }],
    ['a token in the address', { response_type: 'token' }],
    ['another resource', { resource: 'urn:yangyu:other' }],
  ])('is refused with %s', async (_, more) => {
    await expect(refusedWith(more)).rejects.toThrow();
    reported.length = 0;
  });

  it('gives one token for one code', async () => {
    const configuration = await discover();
    const verifierOfCode = client.randomPKCECodeVerifier();
    const address = client.buildAuthorizationUrl(configuration, {
      redirect_uri: home,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifierOfCode),
      code_challenge_method: 'S256',
    });
    const back = await new Visitor('demo-auditor').follow(address, home);
    const take = (pkceCodeVerifier: string) =>
      client.authorizationCodeGrant(configuration, back, { pkceCodeVerifier, idTokenExpected: true });
    await expect(take(client.randomPKCECodeVerifier())).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(take(verifierOfCode)).resolves.toBeDefined();
    await expect(take(verifierOfCode)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

describe('signing out', () => {
  it('tells the desk, after which the session’s tokens are refused', async () => {
    const { tokens, visitor, configuration } = await signIn('demo-auditor');
    const caller = await verifier.verify(tokens.access_token);
    const end = client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: home });
    expect((await visitor.follow(end, home)).href).toBe(home);
    const [logout] = logouts.splice(0);
    const over = await verifier.readSignOut(logout!);
    expect(over).toMatchObject({ session: caller.signIn!.session });
    await revocations.revoke({ kind: 'session', value: over.session!, until: over.at, reason: 'test', by: 'issuer' });
    await expect(verifier.verify(tokens.access_token)).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
    await expect(verifier.verify(logout!)).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
    // And whoever wants to be in again is asked again.
    const again = await signIn('demo-auditor', {}, visitor);
    expect((await verifier.verify(again.tokens.access_token)).signIn!.session).not.toBe(caller.signIn!.session);
  });
});

describe('an agency', () => {
  let key: JWK;
  beforeAll(async () => {
    [key] = JSON.parse(await readFile(identity.agencyKeyFile, 'utf8')) as [JWK];
  });

  const asAgency = async (authentication: client.ClientAuth) =>
    client.clientCredentialsGrant(
      await client.discovery(new URL(identity.issuer), AGENCY, undefined, authentication, insecure),
      { scope: 'graph' },
    );
  const seconds = () => Math.floor(systemClock.now().getTime() / 1000);

  /** A proof as a client of its own making would send it. */
  async function prove(changed: Record<string, unknown> = {}, given?: Parameters<SignJWT['sign']>[0]) {
    const claims = {
      iss: AGENCY,
      sub: AGENCY,
      aud: identity.issuer,
      jti: randomUUID(),
      exp: seconds() + 60,
      ...changed,
    };
    return new SignJWT(JSON.parse(JSON.stringify(claims)) as Record<string, unknown>)
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(given ?? (await importJWK(key, 'EdDSA')));
  }
  const present = (assertion: string, more: Record<string, string> = {}) =>
    fetch(`${identity.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
        ...more,
      }),
    });

  it('proves itself with its key, and gets ten minutes', async () => {
    const privateKey = (await importJWK(key, 'EdDSA')) as Parameters<typeof client.PrivateKeyJwt>[0];
    const tokens = await asAgency(client.PrivateKeyJwt(privateKey));
    expect(tokens.expires_in).toBe(600);
    expect(await verifier.verify(tokens.access_token)).toMatchObject({
      id: AGENCY,
      roles: ['agency'],
      signIn: { factors: 1, client: AGENCY },
    });
  });

  it('has a key that only this user can read', async () => {
    expect((await stat(identity.agencyKeyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(folder, 'issuer-keys.json'))).mode & 0o777).toBe(0o600);
  });

  it('is refused with another key', async () => {
    const { privateKey } = await generateKeyPair('EdDSA');
    await expect(asAgency(client.PrivateKeyJwt(privateKey))).rejects.toMatchObject({ error: 'invalid_client' });
  });

  it('is believed once for each proof', async () => {
    const assertion = await prove();
    expect((await present(assertion)).status).toBe(200);
    const again = await present(assertion);
    expect([again.status, await again.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  });

  it.each([
    ['that has expired', () => prove({ exp: seconds() - 60 })],
    ['without an expiry', () => prove({ exp: undefined })],
    ['without an id', () => prove({ jti: undefined })],
    ['for another issuer', () => prove({ aud: 'https://elsewhere.test' })],
    ['in the name of the desk', () => prove({ iss: DESK, sub: DESK })],
  ])('is refused with a proof %s', async (_, assertion) => {
    const response = await present(await assertion());
    expect([response.status, await response.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  });

  it('signs in as no person', async () => {
    expect(
      (await present(await prove(), { grant_type: 'authorization_code', code: 'x', redirect_uri: home })).status,
    ).toBe(400);
    await expect(takeToken({ issuer: identity.issuer, home, user: AGENCY })).rejects.toMatchObject({
      code: 'SIGN_IN_UNKNOWN',
    });
  });
});

describe('the provider', () => {
  it('keeps its keys, so that a token outlives a restart; a new key does not end old tokens', async () => {
    const own = { ...options(), folder: path.join(folder, 'own') };
    const open = async (port: number) => {
      const opened = await IdentityProvider.open({ ...own, port });
      opened.openDesk([new URL(home).origin]);
      return opened;
    };
    let other = await open(0);
    const { issuer } = other;
    const take = () => takeToken({ issuer, home, user: 'demo-auditor' });
    const verify = (token: string) =>
      new TokenVerifier({ issuer, keys: 'discovery', clock: systemClock }).verify(token);
    const first = await take();
    await other.close();
    other = await open(Number(new URL(issuer).port));
    await expect(verify(first)).resolves.toBeDefined();
    await other.rotateKeys();
    await expect(verify(await take())).resolves.toBeDefined();
    await expect(verify(first)).resolves.toBeDefined();
    await other.rotateKeys();
    await expect(verify(first)).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
    await other.close();
  });

  it('that is down stops nobody who is known, and lets nobody in who is not', async () => {
    const known = new TokenVerifier({ issuer: identity.issuer, keys: 'discovery', clock: systemClock });
    const token = await takeToken({ issuer: identity.issuer, home, user: 'demo-auditor' });
    await known.verify(token);
    identity.behaviour = { isDown: true };
    await expect(known.verify(token)).resolves.toBeDefined();
    const unknown = new TokenVerifier({ issuer: identity.issuer, keys: 'discovery', clock: systemClock });
    await expect(unknown.verify(token)).rejects.toMatchObject({ code: 'SIGN_IN_UNAVAILABLE' });
  });

  it('says in one sentence that its port is taken', async () => {
    const port = Number(new URL(identity.issuer).port);
    await expect(IdentityProvider.open({ ...options(), port })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });

  it('answers to its own name only', async () => {
    const other = identity.issuer.replace('127.0.0.1', 'localhost');
    expect((await fetch(`${other}/.well-known/openid-configuration`)).status).toBe(421);
  });

  it('shows pages of its own: no script, nothing from elsewhere, led on to the desk only', async () => {
    const address = client.buildAuthorizationUrl(await discover(), {
      redirect_uri: home,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    const begun = await fetch(address, { redirect: 'manual' });
    const cookie = begun.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const response = await fetch(new URL(begun.headers.get('location')!, identity.issuer), { headers: { cookie } });
    const page = await response.text();
    expect(page).toContain('demo-auditor');
    expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|@import/);
    expect(response.headers.get('content-security-policy')).toMatch(
      new RegExp(`^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' ${home.slice(0, -1)}; `),
    );
    const lost = await fetch(new URL(begun.headers.get('location')!, identity.issuer));
    expect([lost.status, await lost.text()]).toEqual([400, expect.stringContaining('SIGN_IN_EXPIRED')]);
  });

  it('says nothing on the terminal', () => {
    // The library protects its own fetch by means that it does not find inside Jest; outside it finds them.
    expect(said.filter((words) => !JSON.stringify(words).includes('SSRF'))).toEqual([]);
  });
});

describe('a one-time code', () => {
  it('is good once, for a minute at most, and five wrong ones end the sign-in', async () => {
    const clock = { now: () => new Date(seconds * 1000), today: systemClock.today };
    let seconds = 1_000_000_000;
    const codes = new OneTimeCodes(clock);
    const code = codes.shownTo('a');
    expect(code).toMatch(/^\d{6}$/);
    expect(codes.take('a', code)).toBe(true);
    expect(codes.take('a', code)).toBe(false);
    seconds += 30;
    const next = codes.shownTo('a');
    seconds += 30;
    expect(codes.take('a', next)).toBe(true);
    const late = codes.shownTo('a');
    seconds += 60;
    expect(codes.take('a', late)).toBe(false);

    const guesser = new (class extends Visitor {
      protected override codeOn(): string {
        return 'wrong1';
      }
    })('demo-finance-officer-1');
    await expect(signIn('demo-finance-officer-1', stepUp, guesser)).rejects.toMatchObject({ error: 'access_denied' });
  });
});
