import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DivisionCode } from '@app/kernel';
import { TestClock, TestIssuer } from '@app/testing';
import {
  base64url,
  CompactEncrypt,
  CompactSign,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import { assure } from '../../../test/support/assurance';
import type { Caller } from './caller';
import { DEMO_USERS } from './demo-users';
import { RevocationList, type Revocation } from './revocations';
import { ACR_TWO_FACTORS, assertStepUp, factorsOf } from './step-up';
import { TOKEN_AUDIENCE, TokenVerifier } from './tokens';

const clock = new TestClock('2026-04-01');
const now = clock.now().getTime() / 1000;
const officer = DEMO_USERS[0]!;
const citizen: Caller = {
  id: 'c1',
  name: '某公民',
  roles: ['citizen'],
  division: '' as DivisionCode,
  idNumber: '34020219900101001X',
};
const agency: Caller = { ...officer, id: 'a1', name: '某机关', roles: ['agency'] };

const stored: Revocation[] = [];
let loads = 0;
let isStoreDown = false;
const store = {
  load: async () => {
    loads += 1;
    if (isStoreDown) throw new Error('the database is down');
    return [...stored];
  },
  add: async (revocation: Revocation) => void stored.push(revocation),
};
const revoked = (kind: Revocation['kind'], value: string, until = clock.now()): Revocation => ({
  kind,
  value,
  until,
  reason: 'test',
  by: 'test',
});

let issuer: TestIssuer;
let verifier: TokenVerifier;

beforeAll(async () => {
  issuer = await TestIssuer.open(clock);
});
beforeEach(() => {
  clock.set('2026-04-01');
  stored.length = 0;
  loads = 0;
  isStoreDown = false;
  verifier = issuer.verifier(new RevocationList(store, clock));
});

const figures = { 'forged tokens': 0, accepted: 0, 'seconds until revoked': 0 };
afterAll(() =>
  assure('T33', 'Forged tokens are not accepted, and what is revoked is refused within a minute', figures),
);

const notAccepted = {
  code: 'TOKEN_NOT_ACCEPTED',
  facts: {},
  message: expect.stringMatching(/^The sign-in token is invalid or has expired/),
};
const at = (seconds: number) => clock.set(new Date((now + seconds) * 1000).toISOString());

describe('an accepted token', () => {
  it('says who is calling, and how and when they signed in', async () => {
    const token = await issuer.token(officer, { claims: { jti: 't1', sid: 's1', auth_time: now - 60 } });
    expect(await verifier.verify(token)).toEqual({
      ...officer,
      signIn: { at: new Date((now - 60) * 1000), factors: 2, client: 'yangyu-desk', tokenId: 't1', session: 's1' },
    });
    const once = await issuer.token(officer, { factors: 1 });
    expect(await verifier.verify(once)).toMatchObject({ signIn: { factors: 1 } });
  });

  it('is a citizen’s with their number, or an agency’s', async () => {
    expect(await verifier.verify(await issuer.token(citizen))).toMatchObject(citizen);
    expect(await verifier.verify(await issuer.token(agency))).toMatchObject({
      id: 'a1',
      signIn: { at: clock.now(), factors: 1, client: 'a1' },
    });
  });

  it('is good for its hour and five seconds of another clock, not longer', async () => {
    const token = await issuer.token(officer);
    at(3604);
    await expect(verifier.verify(token)).resolves.toMatchObject({ id: officer.id });
    at(3606);
    await expect(verifier.verify(token)).rejects.toMatchObject(notAccepted);
    at(-4);
    await expect(verifier.verify(token)).resolves.toMatchObject({ id: officer.id });
  });

  it('may be for one audience in a list', async () => {
    const token = await issuer.token(officer, { claims: { aud: [TOKEN_AUDIENCE] } });
    await expect(verifier.verify(token)).resolves.toMatchObject({ id: officer.id });
  });
});

const claims = (changed: Record<string, unknown>, of: Caller = officer) => issuer.token(of, { claims: changed });
const header = (changed: Record<string, unknown>) => issuer.token(officer, { header: changed });
const encoded = (value: unknown): string => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value));

/** Of a good token: header, claims, signature. */
async function parts(): Promise<[string, string, string]> {
  return (await issuer.token(officer)).split('.') as [string, string, string];
}
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

async function hmac(secret: Uint8Array): Promise<string> {
  const [, body] = await parts();
  return new SignJWT(decoded(body))
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: issuer.publicJwk.kid })
    .sign(secret);
}

/** Signed by a key of the attacker's own. */
async function foreign(more: (jwk: JWK) => Record<string, unknown>, alg = 'EdDSA'): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await crypto.subtle.exportKey('jwk', publicKey);
  const [, body] = await parts();
  return new SignJWT(decoded(body))
    .setProtectedHeader({ alg, typ: 'at+jwt', kid: issuer.publicJwk.kid, ...more(jwk) })
    .sign(privateKey);
}

/** Signed by the issuer's key over a text that no JSON writer would produce. */
async function signedText(head: string, body: string): Promise<string> {
  const input = `${encoded(head)}.${encoded(body)}`;
  const signature = await crypto.subtle.sign('Ed25519', issuer.privateKey, Buffer.from(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

async function withSignature(change: (signature: Buffer) => Buffer): Promise<string> {
  const [head, body, signature] = await parts();
  return `${head}.${body}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
}

const FORGED: Record<string, () => Promise<string> | string> = {
  nothing: () => '',
  'two dots': () => '..',
  'alg none, no signature': async () => {
    const [, body] = await parts();
    return `${encoded({ alg: 'none', typ: 'at+jwt', kid: issuer.publicJwk.kid })}.${body}.`;
  },
  'alg None with the old signature': async () => {
    const [, body, signature] = await parts();
    return `${encoded({ alg: 'None', typ: 'at+jwt', kid: issuer.publicJwk.kid })}.${body}.${signature}`;
  },
  'HS256 with the public key’s bytes as secret': () => hmac(base64url.decode(issuer.publicJwk.x!)),
  'HS256 with the public key’s PEM as secret': async () =>
    hmac(Buffer.from(await exportSPKI((await importJWK(issuer.publicJwk, 'EdDSA')) as never))),
  'HS256 with the public JWK as secret': () => hmac(Buffer.from(JSON.stringify(issuer.publicJwk))),
  'HS256 with an empty secret': async () => {
    const [, body] = await parts();
    return `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: issuer.publicJwk.kid })}.${body}.${encoded('')}`;
  },
  'another key under the same kid': () => foreign(() => ({})),
  'another key, embedded as jwk': () => foreign((jwk) => ({ jwk })),
  'another key, at a jku': () => foreign(() => ({ jku: 'https://evil.test/jwks' })),
  'another key, at an x5u': () => foreign(() => ({ x5u: 'https://evil.test/cert.pem' })),
  'another key, as an x5c': () => foreign((jwk) => ({ x5c: [jwk.x!] })),
  'another key of another kind under the same kid': () => foreign(() => ({}), 'ES256'),
  'the right key, with a jwk': () => header({ jwk: issuer.publicJwk }),
  'the right key, with a jku': () => header({ jku: 'https://issuer.test/jwks' }),
  'a kid that walks up folders': () => header({ kid: '../../../etc/passwd' }),
  'a kid that is SQL': () => header({ kid: "' union select 'key" }),
  'a kid that is a null device': () => header({ kid: '/dev/null' }),
  'an unknown kid': () => header({ kid: 'another' }),
  'no kid': () => header({ kid: undefined }),
  'an unknown critical header': async () => {
    const [, body] = await parts();
    return signedText(
      JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: issuer.publicJwk.kid, crit: ['urn:x'], 'urn:x': 1 }),
      Buffer.from(body, 'base64url').toString(),
    );
  },
  'an unencoded payload': async () =>
    signedText(
      JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: issuer.publicJwk.kid, b64: false, crit: ['b64'] }),
      Buffer.from((await parts())[1], 'base64url').toString(),
    ),
  'the type of an ID token': () => header({ typ: 'JWT' }),
  'no type': () => header({ typ: undefined }),
  'an ID token': () =>
    issuer.sign(
      { iss: issuer.url, aud: issuer.client, sub: officer.id, iat: now, exp: now + 600, nonce: 'n' },
      { typ: 'JWT' },
    ),
  'a logout token': () => signOutToken({ typ: 'logout+jwt' }),
  'a logout token under the type of an access token': () => signOutToken({ typ: 'at+jwt' }),
  'another issuer': () => claims({ iss: 'https://elsewhere.test' }),
  'an issuer that begins like ours': () => claims({ iss: 'https://issuer.test.evil.test' }),
  'two issuers': () => claims({ iss: ['https://issuer.test', 'https://evil.test'] }),
  'no issuer': () => claims({ iss: undefined }),
  'another audience': () => claims({ aud: 'urn:yangyu:subsidy' }),
  'other audiences': () => claims({ aud: ['urn:yangyu:subsidy', 'urn:yangyu:registration'] }),
  'our audience among others': () => claims({ aud: ['urn:yangyu:subsidy', TOKEN_AUDIENCE] }),
  'no audience': () => claims({ aud: undefined }),
  'no expiry': () => claims({ exp: undefined }),
  'an expiry that is text': () => claims({ exp: String(now + 600) }),
  'an expiry in the past': () => claims({ iat: now - 1000, auth_time: now - 1000, exp: now - 6 }),
  'a life of more than an hour': () => claims({ exp: now + 3601 }),
  'a life of a hundred years': () => claims({ exp: now + 3_155_760_000 }),
  'an issue more than an hour ago': () => claims({ iat: now - 3700, auth_time: now - 3700, exp: now + 60 }),
  'an issue in the future': () => claims({ iat: now + 10, exp: now + 600 }),
  'no issue': () => claims({ iat: undefined }),
  'a beginning in the future': () => claims({ nbf: now + 10 }),
  'a sign-in after its own issue': () => claims({ auth_time: now + 300 }),
  'no sign-in time': () => claims({ auth_time: undefined }),
  nobody: () => claims({ sub: undefined }),
  'a part of the system': () => claims({ sub: 'system' }),
  'an empty subject': () => claims({ sub: '' }),
  'a subject with a line break': () => claims({ sub: 'demo\nroot' }),
  'no id of its own': () => claims({ jti: undefined }),
  'no client': () => claims({ client_id: undefined }),
  'no roles': () => claims({ roles: [] }),
  'roles as one text': () => claims({ roles: 'auditor' }),
  'roles as an object': () => claims({ roles: { 0: 'auditor', length: 1 } }),
  'an unknown role': () => claims({ roles: ['auditor', 'root'] }),
  'a role twice': () => claims({ roles: ['auditor', 'auditor'] }),
  'a citizen who is an officer': () => claims({ roles: ['citizen', 'county-confirmer'] }, citizen),
  'an officer with a number': () => claims({ id_number: citizen.idNumber }),
  'a citizen with a division': () => claims({ division: officer.division }, citizen),
  'a citizen without a number': () => claims({ id_number: undefined }, citizen),
  'a citizen with a number that is none': () => claims({ id_number: '340202199001010010' }, citizen),
  'an officer without a division': () => claims({ division: undefined }),
  'a division too short': () => claims({ division: '34' }),
  'a division with a wildcard': () => claims({ division: '34%000000000' }),
  'an agency that is an officer': () => claims({ roles: ['agency', 'finance-officer'] }, agency),
  'a person as an agency': () => claims({ roles: ['agency'] }),
  'a program as an officer': () => claims({ client_id: officer.id }),
  'a key it is bound to': () => claims({ cnf: { jkt: 'x' } }),
  'somebody acting for somebody': () => claims({ act: { sub: 'x' } }),
  'claims twice': async () => {
    const [head, body] = await parts();
    const text = Buffer.from(body, 'base64url').toString().replace('{', `{"roles":["auditor"],`);
    return signedText(Buffer.from(head, 'base64url').toString(), text);
  },
  'a claim twice, once in disguise': async () => {
    const [head, body] = await parts();
    const text = Buffer.from(body, 'base64url')
      .toString()
      .replace('{', String.raw`{"\u0073ub":"root",`);
    return signedText(Buffer.from(head, 'base64url').toString(), text);
  },
  'claims that are a list': async () => signedText(Buffer.from((await parts())[0], 'base64url').toString(), '[]'),
  'claims of a prototype': () =>
    signedText(
      JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: issuer.publicJwk.kid }),
      `{"__proto__":${JSON.stringify({ sub: officer.id })}}`,
    ),
  'a megabyte': () => claims({ name: 'x'.repeat(1_000_000) }),
  'a token cut short': async () => (await issuer.token(officer)).slice(0, -10),
  'a flipped bit in the signature': () =>
    withSignature((signature) => {
      signature[10]! ^= 1;
      return signature;
    }),
  'a signature of nothing but zeros': () => withSignature((signature) => Buffer.alloc(signature.length)),
  'an ES256 signature with r and s zero': async () => {
    const [, body] = await parts();
    const head = { alg: 'ES256', typ: 'at+jwt', kid: issuer.publicJwk.kid };
    return `${encoded(head)}.${body}.${Buffer.alloc(64).toString('base64url')}`;
  },
  'claims of another under the same signature': async () => {
    const [head, body, signature] = await parts();
    return `${head}.${encoded({ ...decoded(body), roles: ['finance-officer'] })}.${signature}`;
  },
  'a JWE': async () =>
    new CompactEncrypt(Buffer.from(await issuer.token(officer)))
      .setProtectedHeader({ alg: 'dir', enc: 'A128GCM', kid: issuer.publicJwk.kid, cty: 'at+jwt' })
      .encrypt(Buffer.alloc(16)),
  'a token in a token': async () => {
    const inner = await issuer.token(officer);
    return new CompactSign(Buffer.from(inner))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: issuer.publicJwk.kid, cty: 'JWT' })
      .sign(issuer.privateKey);
  },
  'a token as JSON': async () => {
    const [head, body, signature] = await parts();
    return JSON.stringify({ protected: head, payload: body, signature });
  },
  'two tokens': async () => `${await issuer.token(officer)},${await issuer.token(officer)}`,
  'a token in padded base64': async () => {
    const [head, body, signature] = await parts();
    return `${head}=.${body}.${signature}==`;
  },
  'a revoked token': async () => {
    stored.push(revoked('token', 'gone'));
    return claims({ jti: 'gone' });
  },
  'a revoked session': async () => {
    stored.push(revoked('session', 's1'));
    return claims({ sid: 's1' });
  },
  'a revoked subject': async () => {
    stored.push(revoked('subject', officer.id));
    return claims({});
  },
  'a new token of a sign-in before the revocation': async () => {
    stored.push(revoked('subject', officer.id, new Date((now - 50) * 1000)));
    return claims({ auth_time: now - 60 });
  },
};

const signOutToken = (head: Record<string, unknown>, changed: Record<string, unknown> = {}) =>
  issuer.sign(
    {
      iss: issuer.url,
      aud: issuer.client,
      sub: officer.id,
      sid: 's1',
      jti: 'l1',
      iat: now,
      exp: now + 120,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...changed,
    },
    { typ: 'logout+jwt', ...head },
  );

describe('a forged token', () => {
  it.each(Object.entries(FORGED))('with %s is not accepted, and the answer does not say why', async (_, forge) => {
    const answer = verifier.verify(await forge());
    figures['forged tokens'] += 1;
    figures.accepted += await answer.then(
      () => 1,
      () => 0,
    );
    await expect(answer).rejects.toMatchObject(notAccepted);
  });

  it('is of more than forty kinds', () => expect(Object.keys(FORGED).length).toBeGreaterThan(40));
});

describe('a revocation', () => {
  it('is effective within a minute in a process that was not told', async () => {
    const token = await issuer.token(officer, { claims: { jti: 't1' } });
    await verifier.verify(token);
    stored.push(revoked('token', 't1')); // By another process.
    while (await verifier.verify(token).then(Boolean, () => false)) at(++figures['seconds until revoked']);
    expect(figures['seconds until revoked']).toBeLessThanOrEqual(60);
    await expect(verifier.verify(token)).rejects.toMatchObject(notAccepted);
    expect(loads).toBe(2);
  });

  it('is effective at once in the process that was told, and ends no other sign-in', async () => {
    const list = new RevocationList(store, clock);
    const told = issuer.verifier(list);
    const before = await issuer.token(officer);
    const other = await issuer.token(DEMO_USERS[1]!);
    await told.verify(before);
    await list.revoke(revoked('subject', officer.id));
    await expect(told.verify(before)).rejects.toMatchObject(notAccepted);
    await expect(told.verify(other)).resolves.toBeDefined();
    at(60);
    const renewed = await issuer.token(officer, { claims: { auth_time: now } });
    await expect(told.verify(renewed)).rejects.toMatchObject(notAccepted);
    const signedInAgain = await issuer.token(officer);
    await expect(told.verify(signedInAgain)).resolves.toBeDefined();
  });

  it('that cannot be read lets nobody in', async () => {
    const token = await issuer.token(officer);
    await verifier.verify(token);
    isStoreDown = true;
    at(31);
    await expect(verifier.verify(token)).rejects.toThrow('the database is down');
  });
});

describe('a logout token', () => {
  it('says which session or whose sign-ins are over', async () => {
    const over = { session: 's1', subject: officer.id, at: new Date(now * 1000) };
    expect(await verifier.readSignOut(await signOutToken({}))).toEqual(over);
    expect(await verifier.readSignOut(await signOutToken({}))).toEqual(over);
  });

  it.each<[string, () => Promise<string>]>([
    ['without an event', () => signOutToken({}, { events: undefined })],
    ['of another event', () => signOutToken({}, { events: { 'urn:other': {} } })],
    ['with a nonce', () => signOutToken({}, { nonce: 'n' })],
    ['about nobody', () => signOutToken({}, { sub: undefined, sid: undefined })],
    ['for another client', () => signOutToken({}, { aud: 'another' })],
    ['of another issuer', () => signOutToken({}, { iss: 'https://elsewhere.test' })],
    ['without an id', () => signOutToken({}, { jti: undefined })],
    ['without an expiry', () => signOutToken({}, { exp: undefined })],
    ['that has expired', () => signOutToken({}, { iat: now - 300, exp: now - 60 })],
    ['of no type', () => signOutToken({ typ: undefined })],
    ['that is an access token', () => issuer.token(officer)],
    ['that is an ID token', () => signOutToken({ typ: 'JWT' })],
  ])('%s is not accepted', async (_, forge) => {
    await expect(verifier.readSignOut(await forge())).rejects.toMatchObject(notAccepted);
  });
});

describe('a second factor', () => {
  it.each([
    [2, 'the agreed class', ACR_TWO_FACTORS, undefined],
    [2, 'several means, as the issuer sums it up', undefined, ['mfa']],
    [2, 'a password and a code', undefined, ['pwd', 'otp']],
    [2, 'a password and a held key', 'urn:other', ['pwd', 'hwk']],
    [2, 'a password and a message to a telephone', undefined, ['pwd', 'sms']],
    [2, 'a held key unlocked by a PIN', undefined, ['hwk', 'pin', 'user']],
    [2, 'a card and a face', undefined, ['sc', 'face']],
    [1, 'a held key that somebody touched', undefined, ['hwk', 'user']],
    [1, 'a code and the message that brought it', undefined, ['otp', 'sms']],
    [1, 'a code and a likely place', undefined, ['otp', 'rba', 'geo']],
    [1, 'two held keys', undefined, ['hwk', 'swk']],
    [1, 'a password and a face, nothing held', undefined, ['pwd', 'face']],
    [1, 'a code and a word of no register', undefined, ['otp', 'urn:other']],
    [1, 'a password', undefined, ['pwd']],
    [1, 'a code alone, as by e-mail', undefined, ['otp']],
    [1, 'one means named twice', undefined, ['otp', 'otp']],
    [1, 'two means that are both known by heart', undefined, ['pwd', 'pin']],
    [1, 'nothing', undefined, undefined],
    [1, 'another class', 'urn:yangyu:acr:one-factor', []],
  ])('counts %d: %s', (factors, _, acr, amr) => expect(factorsOf(acr, amr)).toBe(factors));

  it.each([
    ['two factors just now', { factors: 2, age: 0 }, true],
    ['two factors five minutes ago', { factors: 2, age: 300 }, true],
    ['two factors longer ago', { factors: 2, age: 301 }, false],
    ['one factor just now', { factors: 1, age: 0 }, false],
  ] as const)('moves money after %s: %j', (_, { factors, age }, isEnough) => {
    const signIn = { at: new Date((now - age) * 1000), factors, client: 'c', tokenId: 't' };
    const step = () => assertStepUp({ ...officer, signIn }, clock.now());
    if (isEnough) expect(step).not.toThrow();
    else
      expect(step).toThrow(
        expect.objectContaining({ code: 'STEP_UP_REQUIRED', facts: { max_age: 300, acr: ACR_TWO_FACTORS } }),
      );
  });

  it('is missing from whoever never signed in', () => {
    expect(() => assertStepUp(officer, clock.now())).toThrow(expect.objectContaining({ code: 'STEP_UP_REQUIRED' }));
  });
});

describe('the keys of an issuer', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let keys: JWK[];
  let answer: 'keys' | 'nothing' | 'error' | 'another issuer' | 'rubbish';

  beforeEach(async () => {
    asked = [];
    answer = 'keys';
    keys = [issuer.publicJwk];
    server = createServer((request, response) => {
      asked.push(request.url!);
      if (answer === 'nothing') return void request.socket.destroy();
      if (answer === 'error') return void response.writeHead(500).end();
      if (answer === 'rubbish') return void response.end('<html>');
      const speaker = answer === 'another issuer' ? 'https://elsewhere.test' : url;
      const isKeys = request.url === '/keys';
      response.end(JSON.stringify(isKeys ? { keys } : { issuer: speaker, jwks_uri: `${url}/keys` }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    verifier = new TokenVerifier({ issuer: url, keys: 'discovery', clock });
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const token = (more: object = {}) => issuer.token(officer, { claims: { iss: url }, ...more });
  const unavailable = { code: 'SIGN_IN_UNAVAILABLE' };

  it('are found by discovery, once', async () => {
    await Promise.all([verifier.verify(await token()), verifier.verify(await token())]);
    await verifier.verify(await token());
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are known well enough while the issuer is down, and not for ever', async () => {
    const first = await token();
    await verifier.verify(first);
    answer = 'nothing';
    at(23 * 3600);
    await expect(
      verifier.verify(
        await token({ claims: { iss: url, iat: now + 23 * 3600, auth_time: now, exp: now + 24 * 3600 } }),
      ),
    ).resolves.toBeDefined();
    await expect(verifier.verify(first)).rejects.toMatchObject(notAccepted);
    at(25 * 3600);
    await expect(verifier.verify(first)).rejects.toMatchObject(unavailable);
  });

  it.each(['nothing', 'error', 'another issuer', 'rubbish'] as const)(
    'that cannot be had let nobody in: %s',
    async (what) => {
      answer = what;
      await expect(verifier.verify(await token())).rejects.toMatchObject(unavailable);
      const before = asked.length;
      await expect(verifier.verify(await token())).rejects.toMatchObject(unavailable);
      expect(asked).toHaveLength(before); // It is left alone for ten seconds.
      answer = 'keys';
      at(10);
      await expect(verifier.verify(await token())).resolves.toBeDefined();
    },
  );

  it('may be new: an unknown one is asked for, every ten seconds at most', async () => {
    await verifier.verify(await token());
    const next = await TestIssuer.open(clock);
    const rotated = () => next.token(officer, { claims: { iss: url } });
    keys = [next.publicJwk, issuer.publicJwk];
    await expect(verifier.verify(await rotated())).rejects.toMatchObject(notAccepted);
    at(10);
    await expect(verifier.verify(await rotated())).resolves.toBeDefined();
    for (let i = 0; i < 20; i++)
      await expect(verifier.verify(await token({ header: { kid: `k${i}` } }))).rejects.toThrow();
    expect(asked.filter((path) => path === '/keys')).toHaveLength(2);
  });

  it('are not fetched in the clear from elsewhere', async () => {
    const far = new TokenVerifier({ issuer: url, keys: new URL('http://192.0.2.1/keys'), clock });
    await expect(far.verify(await token())).rejects.toMatchObject(unavailable);
  });
});
