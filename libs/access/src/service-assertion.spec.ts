import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { DivisionCode } from '@app/kernel';
import { TestClock } from '@app/testing';
import { assure } from '../../../test/support/assurance';
import type { Caller } from './caller';
import { SeenOnce } from './seen-once';
import { ASSERTION_LENGTH_MAX, type ServiceCall, ServiceSigner, ServiceVerifier } from './service-assertion';

const clock = new TestClock('2026-04-01');
const NOW = clock.now().getTime() / 1000;
const at = (seconds: number) => clock.set(new Date((NOW + seconds) * 1000).toISOString());

const pair = (type: 'ed25519' | 'ed448' = 'ed25519') => {
  const { publicKey, privateKey } = generateKeyPairSync(type as 'ed25519');
  const pem = {
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
  return { ...pem, key: privateKey };
};
const [gateway, subsidy, registration, stranger] = [pair(), pair(), pair(), pair()];
const callers = { gateway: gateway.publicKey, subsidy: subsidy.publicKey };

const citizen: Caller = {
  id: 'c1',
  name: '某公民',
  roles: ['citizen'],
  division: '' as DivisionCode,
  family: { key: 'ab12', persons: [randomUUID()] },
  signIn: { at: new Date(NOW * 1000 - 1000), factors: 2, client: 'desk', tokenId: 't1', session: 's1' },
};
const request = { id: randomUUID(), now: clock.now(), purpose: 'complaint', caseRef: 'YEB-1' };
const BODY = '{"query":"{ claims { nodes { id } } }"}';
const call: ServiceCall = { audience: 'registration', path: '/graphql', body: BODY, caller: citizen, request };
const signer = new ServiceSigner({ name: 'gateway', privateKey: gateway.privateKey }, clock);

let verifier: ServiceVerifier;
beforeEach(() => {
  at(0);
  verifier = new ServiceVerifier({ name: 'registration', callers }, clock);
});
const hear = (token: string, path = '/graphql', body = BODY) =>
  verifier.verify(token, { path, body: Buffer.from(body) });

const refused = {
  code: 'SERVICE_NOT_AUTHENTICATED',
  facts: {},
  message: expect.stringMatching(/^This address is for processes of this system only/),
};

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const HEADER = { alg: 'EdDSA', typ: 'yangyu-service+jwt' };

/** A good assertion of the gateway with this changed in it, properly signed. */
function minted(claims: object = {}, header: unknown = HEADER, key: KeyObject = gateway.key): string {
  const whole = {
    iss: 'gateway',
    aud: 'registration',
    iat: NOW,
    exp: NOW + 15,
    jti: randomUUID(),
    path: '/graphql',
    bh: createHash('sha256').update(BODY).digest('base64url'),
    ...claims,
  };
  const input = `${part(header)}.${part(whole)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}
/** One that was signed, with its payload or header exchanged afterwards. */
const altered = (change: (claims: Record<string, unknown>) => object, header?: unknown) => {
  const [head, payload, signature] = signer.sign(call).split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  return [header === undefined ? head : part(header), part(change(claims)), signature].join('.');
};
const hmac = (secret: string, header: unknown) => {
  const input = `${part(header)}.${part({ iss: 'gateway', aud: 'registration', iat: NOW, exp: NOW + 15, jti: randomUUID(), path: '/graphql', bh: createHash('sha256').update(BODY).digest('base64url') })}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

describe('a call from one process to another', () => {
  it('says who calls, on whose behalf and for what, and nothing of a citizen’s number', () => {
    const token = signer.sign({ ...call, caller: { ...citizen, idNumber: '34020219900101001X' } });
    expect(hear(token)).toEqual({ service: 'gateway', caller: citizen, request });
    expect(Buffer.from(token.split('.')[1]!, 'base64url').toString()).not.toContain('34020219900101001X');
  });

  it('may be made on nobody’s behalf', () => {
    expect(hear(signer.sign({ ...call, caller: undefined, request: undefined }))).toEqual({ service: 'gateway' });
  });

  it('is heard within its life and a little skew of clocks, and with either key while one is being changed', () => {
    const token = signer.sign(call);
    at(-4);
    expect(hear(token).service).toBe('gateway');
    const late = signer.sign(call);
    at(14);
    expect(hear(late).service).toBe('gateway');
    verifier = new ServiceVerifier(
      { name: 'registration', callers: { gateway: stranger.publicKey + gateway.publicKey } },
      clock,
    );
    expect(hear(signer.sign(call)).service).toBe('gateway');
  });
});

const day = 86_400;
const FORGERIES: Readonly<Record<string, () => string>> = {
  nothing: () => '',
  'a word': () => 'Bearer',
  'an unsigned one': () => `${minted().split('.', 2).join('.')}.`,
  'alg none': () => `${part({ alg: 'none', typ: HEADER.typ })}.${minted().split('.')[1]}.`,
  'alg None with a signature': () => minted({}, { ...HEADER, alg: 'None' }),
  'HS256 with the public key as secret': () => hmac(gateway.publicKey, { ...HEADER, alg: 'HS256' }),
  'HS256 under the right header': () => hmac(gateway.publicKey, HEADER),
  'another algorithm named': () => minted({}, { ...HEADER, alg: 'ES256' }),
  'a sign-in token’s type': () => minted({}, { ...HEADER, typ: 'at+jwt' }),
  'no type': () => minted({}, { alg: 'EdDSA' }),
  'the header in another order': () => minted({}, { typ: HEADER.typ, alg: 'EdDSA' }),
  'a key of its own in the header': () => minted({}, { ...HEADER, jwk: { kty: 'OKP' } }, stranger.key),
  'a kid that names another key': () => minted({}, { ...HEADER, kid: 'subsidy' }),
  'a kid that is a path': () => minted({}, { ...HEADER, kid: '../../dev/null' }, stranger.key),
  'a critical extension': () => minted({}, { ...HEADER, crit: ['b64'], b64: false }),
  'a stranger’s key': () => minted({}, HEADER, stranger.key),
  'the name of another who may call': () => minted({ iss: 'subsidy' }),
  'the name of nobody': () => minted({ iss: 'operator' }),
  'the called one’s own name': () => minted({ iss: 'registration' }, HEADER, registration.key),
  'an inherited name': () => minted({ iss: '__proto__' }),
  'no name': () => minted({ iss: undefined }),
  'several names': () => minted({ iss: ['gateway'] }),
  'one for another process': () => minted({ aud: 'subsidy' }),
  'one for several': () => minted({ aud: ['registration', 'subsidy'] }),
  'one for nobody': () => minted({ aud: undefined }),
  'one that is over': () => minted({ iat: NOW - 60, exp: NOW - 45 }),
  'one that is over by a breath': () => minted({ iat: NOW - 20, exp: NOW - 5 }),
  'one of the future': () => minted({ iat: NOW + 60, exp: NOW + 75 }),
  'one without an end': () => minted({ exp: undefined }),
  'one without a beginning': () => minted({ iat: undefined }),
  'one that lives too long': () => minted({ exp: NOW + 31 }),
  'one that lives for a day from yesterday': () => minted({ iat: NOW - day, exp: NOW + 10 }),
  'one that ends before it begins': () => minted({ exp: NOW - 1 }),
  'an end in words': () => minted({ exp: String(NOW + 15) }),
  'an endless end': () => minted().replace(/^([^.]+)\.[^.]+/, `$1.${part(`{"iss":"gateway","exp":1e999}`)}`),
  'no number of its own': () => minted({ jti: undefined }),
  'the same number for ever': () => minted({ jti: 'x' }),
  'another body': () => minted({ bh: createHash('sha256').update(`${BODY} `).digest('base64url') }),
  'no body': () => minted({ bh: undefined }),
  'another path': () => minted({ path: '/feed' }),
  'no path': () => minted({ path: undefined }),
  'a claim that we do not know': () => minted({ act: { sub: 'root' } }),
  'the caller altered': () => altered((claims) => ({ ...claims, caller: { ...(claims.caller as object), id: 'c2' } })),
  'a role added': () =>
    altered((claims) => ({ ...claims, caller: { ...(claims.caller as object), roles: ['auditor'] } })),
  'the caller left out': () => altered(({ caller: _, ...claims }) => claims),
  'a second factor claimed later': () => altered((claims) => ({ ...claims, request: { id: randomUUID() } })),
  'the audience altered': () => altered((claims) => ({ ...claims, aud: 'subsidy' })),
  'a role that does not exist': () =>
    minted({ caller: { id: 'u', name: '某', roles: ['root'], division: '340202000000' } }),
  'a caller who is part of the system': () =>
    minted({ caller: { id: 'system:courier', name: '某', roles: ['auditor'], division: '340202000000' } }),
  'a caller with an identity number': () =>
    minted({ caller: { id: 'u', name: '某', roles: ['citizen'], division: '', idNumber: '34020219900101001X' } }),
  'truncated by a character': () => minted().slice(0, -1),
  'truncated in the middle': () => minted().slice(0, 200),
  'a part too many': () => `${minted()}.${part({})}`,
  'a part too few': () => minted().split('.', 2).join('.'),
  'a signature of another': () => [...minted().split('.', 2), minted().split('.')[2]].join('.'),
  'a signature of nothing': () => [...minted().split('.', 2), Buffer.alloc(64).toString('base64url')].join('.'),
  'a payload that is no JSON': () => [part(HEADER), part('not JSON'), minted().split('.')[2]].join('.'),
  'a payload that is null': () => [part(HEADER), part('null'), minted().split('.')[2]].join('.'),
  'a megabyte': () => `${minted()}${'A'.repeat(1_000_000)}`,
  'more than we read': () => {
    const persons = Array.from({ length: ASSERTION_LENGTH_MAX / 40 }, () => randomUUID());
    return minted({ caller: { ...citizen, signIn: undefined, family: { key: '', persons } } });
  },
  'one in brackets': () => `[${minted()}]`,
  'one with a line end': () => `${minted()}\n`,
};
const figures = { 'forged assertions': Object.keys(FORGERIES).length, accepted: 0 };
afterAll(() => {
  expect(figures.accepted).toBe(0);
  assure('T34a', 'Forged calls between the processes of the house are not heard', figures);
});

describe('a forged assertion', () => {
  it.each(Object.entries(FORGERIES))('is refused, all in the same words: %s', (_, forge) => {
    const token = forge();
    expect(() => {
      hear(token);
      figures.accepted += 1;
    }).toThrow(expect.objectContaining(refused));
  });

  it('is not what these are but for what was changed in them', () => {
    expect(hear(minted()).service).toBe('gateway');
    expect(hear(altered((claims) => claims)).service).toBe('gateway');
  });

  it('is a good one that is played again, for as long as it would be good', () => {
    const token = signer.sign(call);
    at(-4);
    expect(hear(token).service).toBe('gateway');
    for (const later of [-4, 0, 10, 19, 100]) {
      at(later);
      for (let n = 0; n < 2; n++) expect(() => hear(token)).toThrow(expect.objectContaining(refused));
    }
  });

  it('is a good one played at another path, with another body, or to another process', () => {
    const token = signer.sign(call);
    expect(() => hear(token, '/feed')).toThrow(expect.objectContaining(refused));
    expect(() => hear(token, '/graphql?')).toThrow(expect.objectContaining(refused));
    expect(() => hear(token, '/graphql', `${BODY} `)).toThrow(expect.objectContaining(refused));
    const other = new ServiceVerifier({ name: 'subsidy', callers }, clock);
    expect(() => other.verify(token, { path: '/graphql', body: Buffer.from(BODY) })).toThrow(
      expect.objectContaining(refused),
    );
    expect(hear(token).service).toBe('gateway');
  });

  it('is a good one of somebody who may call us, but not this', () => {
    const token = signer.sign(call);
    const heard = { path: '/graphql', body: Buffer.from(BODY) };
    expect(() => verifier.verify(token, { ...heard, from: ['subsidy'] })).toThrow(expect.objectContaining(refused));
    expect(verifier.verify(token, { ...heard, from: ['subsidy', 'gateway'] }).service).toBe('gateway');
  });

  it('is none at all', () => {
    expect(() => verifier.verify(undefined, { path: '/graphql', body: Buffer.from(BODY) })).toThrow(
      expect.objectContaining(refused),
    );
  });
});

describe('what was heard before', () => {
  it('is remembered at least that long; when there is no room, nothing more is heard', () => {
    at(0);
    const seen = new SeenOnce(clock, 40, 3);
    expect(['a', 'b', 'a', 'c', 'd'].map((one) => seen.note(one))).toEqual([true, true, false, true, false]);
    at(40);
    expect(['a', 'd'].map((one) => seen.note(one))).toEqual([false, true]);
    at(80);
    expect(['a', 'd'].map((one) => seen.note(one))).toEqual([true, false]);
  });
});

describe('keys', () => {
  const unreadable = expect.objectContaining({ code: 'SERVICE_KEY_UNREADABLE' });

  it('are Ed25519 in PEM, and public where they belong to somebody else', () => {
    const sign = (privateKey: string) => () => new ServiceSigner({ name: 'gateway', privateKey }, clock);
    const listen = (pem: string) => () =>
      new ServiceVerifier({ name: 'registration', callers: { gateway: pem } }, clock);
    expect(sign('nothing')).toThrow(unreadable);
    expect(sign(gateway.publicKey)).toThrow(unreadable);
    expect(sign(pair('ed448').privateKey)).toThrow(unreadable);
    expect(listen('nothing')).toThrow(unreadable);
    expect(listen(gateway.privateKey)).toThrow(unreadable);
    expect(listen(pair('ed448').publicKey)).toThrow(unreadable);
  });
});
