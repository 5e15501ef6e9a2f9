import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '@app/testing';
import { base64url, calculateJwkThumbprint, importJWK, type JWK, SignJWT } from 'jose';
import { DEMO_USERS } from './demo-users';
import { DemoTokens, TOKEN_AUDIENCE, TOKEN_ISSUER, TOKEN_TYPE } from './tokens';

const clock = new TestClock('2026-04-01');
const now = clock.now().getTime() / 1000;
const user = DEMO_USERS[0]!;
let folder: string;
let tokens: DemoTokens;
let jwk: JWK;
let kid: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yangyu-tokens-'));
  tokens = await DemoTokens.open(folder, clock);
  jwk = JSON.parse(await readFile(path.join(folder, 'demo-token-key.json'), 'utf8')) as JWK;
  kid = await calculateJwkThumbprint({ kty: jwk.kty!, crv: jwk.crv!, x: jwk.x! });
});
beforeEach(() => clock.set('2026-04-01'));
afterAll(() => rm(folder, { recursive: true }));

/** A token signed with the right key, as we issue them, but for what the test changes. */
async function forged(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  const body = {
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    sub: user.id,
    jti: 'j1',
    iat: now,
    exp: now + 600,
    name: user.name,
    roles: user.roles,
    division: user.division,
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(body)) as Record<string, unknown>)
    .setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, kid, ...header })
    .sign(await importJWK(jwk, 'EdDSA'));
}

const encoded = (value: unknown): string => base64url.encode(JSON.stringify(value));

describe('a token', () => {
  it('says who is calling, also after a restart with the same folder', async () => {
    const token = await tokens.issueDemoToken(user);
    const reopened = await DemoTokens.open(folder, clock);
    await expect(reopened.verifyToken(token)).resolves.toEqual(user);
    await expect(tokens.verifyToken(await forged())).resolves.toEqual(user);
  });

  it('is signed with a key that only this user can read', async () => {
    expect((await stat(path.join(folder, 'demo-token-key.json'))).mode & 0o777).toBe(0o600);
  });

  it('ends after a working day', async () => {
    const token = await tokens.issueDemoToken(user);
    clock.set('2026-04-01T11:59:00Z');
    await expect(tokens.verifyToken(token)).resolves.toEqual(user);
    clock.set('2026-04-01T12:00:30Z');
    await expect(tokens.verifyToken(token)).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
  });

  const attacks: [string, () => Promise<string> | string][] = [
    ['nothing', () => ''],
    ['no signature', () => `${encoded({ alg: 'none', typ: TOKEN_TYPE })}.${encoded({ sub: user.id })}.`],
    [
      'HS256 with the public key as its secret',
      () =>
        new SignJWT({ name: user.name, roles: user.roles, division: user.division, jti: 'j1' })
          .setProtectedHeader({ alg: 'HS256', typ: TOKEN_TYPE, kid })
          .setIssuer(TOKEN_ISSUER)
          .setAudience(TOKEN_AUDIENCE)
          .setSubject(user.id)
          .setIssuedAt(now)
          .setExpirationTime(now + 600)
          .sign(base64url.decode(jwk.x!)),
    ],
    [
      'another key, offered in its own header',
      () => {
        const other = generateKeyPairSync('ed25519');
        return new SignJWT({ name: user.name, roles: ['supervisor'], division: user.division, jti: 'j1' })
          .setProtectedHeader({
            alg: 'EdDSA',
            typ: TOKEN_TYPE,
            kid,
            jwk: other.publicKey.export({ format: 'jwk' }),
          })
          .setIssuer(TOKEN_ISSUER)
          .setAudience(TOKEN_AUDIENCE)
          .setSubject(user.id)
          .setIssuedAt(now)
          .setExpirationTime(now + 600)
          .sign(other.privateKey);
      },
    ],
    ['another issuer', () => forged({ iss: 'urn:elsewhere' })],
    ['another audience', () => forged({ aud: 'urn:yangyu:other' })],
    ['no audience', () => forged({ aud: undefined })],
    ['the type of an ID token', () => forged({}, { typ: 'JWT' })],
    ['no type', () => forged({}, { typ: undefined })],
    ['another key id', () => forged({}, { kid: '../../etc/passwd' })],
    ['no expiry', () => forged({ exp: undefined })],
    ['an expiry in the past', () => forged({ iat: now - 1000, exp: now - 10 })],
    ['an expiry in a hundred years, issued yesterday', () => forged({ iat: now - 86_400, exp: now + 3e9 })],
    ['an issue in the future', () => forged({ iat: now + 3600, exp: now + 7200 })],
    ['a beginning in the future', () => forged({ nbf: now + 3600 })],
    ['no id of its own', () => forged({ jti: undefined })],
    ['nobody', () => forged({ sub: undefined })],
    ['a role that does not exist', () => forged({ roles: ['root'] })],
    ['no role', () => forged({ roles: [] })],
    ['a division that is none', () => forged({ division: '34%' })],
    ['a megabyte of anything', () => forged({ name: 'x'.repeat(1_000_000) })],
    ['a changed letter', async () => (await forged()).replace(/.{20}$/, (end) => [...end].reverse().join(''))],
  ];
  it.each(attacks)('with %s is not accepted', async (_, attack) => {
    await expect(tokens.verifyToken(await attack())).rejects.toMatchObject({ code: 'TOKEN_NOT_ACCEPTED' });
  });
});
