import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestClock } from '@app/testing';
import { calculateJwkThumbprint, CompactEncrypt, SignJWT, UnsecuredJWT } from 'jose';
import { openCallbackDoor } from '../../apps/exchange/src/door';
import { PeerService } from '../../apps/exchange/src/peer/peer.service';
import { SendingService } from '../../apps/exchange/src/peer/sending.service';
import { assure } from '../support/assurance';
import { ExchangeWorld } from '../support/exchange-world';
import { FakeRegistry } from '../support/fake-registry';
import { makePlace, peersOf, type Place } from '../support/peer-places';
import { messageOf } from './exchange.fixture';

const clock = new TestClock('2026-04-01T10:00:00+08:00');
const [east, west, south, stranger] = [
  makePlace('east', ['99']),
  makePlace('west', ['98']),
  makePlace('south', ['97']),
  makePlace('east', ['99']),
];
const [EAST, WEST, SOUTH] = ['990101000000', '980101000000', '970101000000'] as const;

const privateKey = (place: Place, which: 'key' | 'sealingKey' = 'key'): KeyObject =>
  createPrivateKey({ key: place[which], format: 'jwk' });
const kidOf = (place: Place, which: 'key' | 'sealingKey' = 'key') => calculateJwkThumbprint(place[which]);
const now = (): number => Math.floor(clock.now().getTime() / 1000);

interface Wrong {
  readonly content?: unknown;
  readonly message?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly by?: Place;
  readonly key?: KeyObject | Uint8Array;
  readonly sealedFor?: Place;
  readonly sealHeader?: Record<string, unknown>;
  /** What is done to the signed text before it is sealed, and to the sealed one. */
  readonly signed?: (text: string) => string;
  readonly sealed?: (text: string) => string;
}

const plain = <T extends object>(value: T) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

/** A good message of the east for the west, but for what is said to be wrong with it. */
async function make(wrong: Wrong = {}, id: string = randomUUID()): Promise<Buffer> {
  const by = wrong.by ?? east;
  const content =
    'content' in wrong ? wrong.content : JSON.stringify({ ...messageOf(id, EAST, WEST), ...wrong.message });
  const claims = { content, iss: by.code, aud: 'west', iat: now(), exp: now() + 300, ...wrong.claims };
  const header = { alg: 'EdDSA', kid: await kidOf(by), typ: 'yangyu-peer-message+jwt', ...wrong.header };
  const jwt = await new SignJWT(plain(claims))
    .setProtectedHeader(plain(header) as { alg: string })
    .sign(wrong.key ?? privateKey(by));
  return Buffer.from(await seal(wrong.signed?.(jwt) ?? jwt, wrong));
}

async function seal(text: string, { sealedFor = west, sealHeader = {}, sealed }: Wrong = {}): Promise<string> {
  const header = {
    alg: 'ECDH-ES',
    enc: 'A256GCM',
    kid: await kidOf(sealedFor, 'sealingKey'),
    cty: 'JWT',
    ...sealHeader,
  };
  const jwe = await new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader(header)
    .encrypt(createPublicKey(privateKey(sealedFor, 'sealingKey')));
  return sealed?.(jwe) ?? jwe;
}

const flipped = (text: string, part: number, at = 0.5): string => {
  const parts = text.split('.');
  const bytes = Buffer.from(parts[part]!, 'base64url');
  bytes[Math.floor(bytes.length * at)]! ^= 1;
  return parts.with(part, bytes.toString('base64url')).join('.');
};
const otherKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const FORGERIES: Readonly<Record<string, () => Promise<Buffer> | Buffer>> = {
  'nothing at all': () => Buffer.alloc(0),
  'plain words': () => Buffer.from('hello'),
  'the message in clear': () => Buffer.from(JSON.stringify(messageOf(randomUUID(), EAST, WEST))),
  'dots only': () => Buffer.from('....'),
  'random bytes in five parts': () => Buffer.from(Array.from({ length: 5 }, () => randomUUID()).join('.')),
  'the message sealed but not signed': async () =>
    Buffer.from(await seal(JSON.stringify(messageOf(randomUUID(), EAST, WEST)))),
  'signed but not sealed': async () => {
    let signed = '';
    await make({ signed: (text) => (signed = text) });
    return Buffer.from(signed);
  },
  'sealed for another': () => make({ sealedFor: south }),
  'sealed for another under our key’s name': async () =>
    make({ sealedFor: south, sealHeader: { kid: await kidOf(west, 'sealingKey') } }),
  'sealed without a key’s name': () => make({ sealHeader: { kid: 'none' } }),
  'sealed with another content encryption': () => make({ sealHeader: { enc: 'A128CBC-HS256' } }),
  'sealed by key wrapping': () => make({ sealHeader: { alg: 'ECDH-ES+A128KW' } }),
  'with a bit of the sealed text changed': () => make({ sealed: (text) => flipped(text, 3) }),
  'with a bit of the tag changed': () => make({ sealed: (text) => flipped(text, 4) }),
  'with a bit of the nonce changed': () => make({ sealed: (text) => flipped(text, 2) }),
  'with another header than was sealed': () => make({ sealed: (text) => flipped(text, 0, 0.2) }),
  'cut short': () => make({ sealed: (text) => text.slice(0, -20) }),
  'with a part too many': () => make({ sealed: (text) => `${text}.x` }),
  'sealed twice': async () => Buffer.from(await seal((await make()).toString())),
  'by nobody, algorithm none': async () =>
    Buffer.from(
      await seal(
        new UnsecuredJWT({ content: JSON.stringify(messageOf(randomUUID(), EAST, WEST)) })
          .setIssuer('east')
          .setAudience('west')
          .setIssuedAt(now())
          .setExpirationTime(now() + 300)
          .encode(),
      ),
    ),
  'by the public key taken for a secret': async () => {
    const secret = Buffer.from(JSON.stringify(createPublicKey(privateKey(east) as never).export({ format: 'jwk' })));
    return make({ header: { alg: 'HS256' }, key: secret });
  },
  'with its signature taken off': () => make({ signed: (text) => text.split('.').with(2, '').join('.') }),
  'with another signature': () => make({ signed: (text) => flipped(text, 2) }),
  'with other claims under the signature': () =>
    make({
      signed: (text) => {
        const parts = text.split('.');
        const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString()) as object;
        return parts
          .with(1, Buffer.from(JSON.stringify({ ...claims, exp: now() + 400 })).toString('base64url'))
          .join('.');
      },
    }),
  'by a stranger under the east’s key name': async () =>
    make({ key: privateKey(stranger), header: { kid: await kidOf(east) } }),
  'by a stranger under a key name of its own': () => make({ by: stranger }),
  'by a stranger who brings the key along': () =>
    make({ by: stranger, header: { jwk: { ...stranger.key, d: undefined } } }),
  'by a stranger who says where the key is': () =>
    make({ by: stranger, header: { jku: 'http://127.0.0.1:1/jwks.json', x5u: 'http://127.0.0.1:1/x' } }),
  'by a key of another kind under the east’s key name': async () =>
    make({ key: otherKeys.privateKey, header: { alg: 'ES256', kid: await kidOf(east) } }),
  'by ourselves': async () => make({ by: west, claims: { iss: 'east' } }),
  'with a header that must be understood and is not': () =>
    make({ header: { crit: ['exp'], exp: 1 } }).catch(() => Buffer.from('x')),
  'by the south in the east’s name': () => make({ by: south, claims: { iss: 'east' } }),
  'by the south for a division of the east': () => make({ by: south }),
  'for another': () => make({ claims: { aud: 'south' } }),
  'for us and another': () => make({ claims: { aud: ['west', 'south'] } }),
  'for nobody': () => make({ claims: { aud: undefined } }),
  'by nobody named': () => make({ claims: { iss: undefined } }),
  'without a time': () => make({ claims: { iat: undefined } }),
  'without an end': () => make({ claims: { exp: undefined } }),
  'with a time that is none': () => make({ claims: { iat: String(now()) } }),
  'with an end that is none': () => make({ claims: { exp: 'tomorrow' } }),
  'from an hour ago': () => make({ claims: { iat: now() - 3_600, exp: now() - 3_300 } }),
  'from an hour ago, said to be good for a day': () => make({ claims: { iat: now() - 3_600, exp: now() + 86_400 } }),
  'good for a day': () => make({ claims: { exp: now() + 86_400 } }),
  'from the future': () => make({ claims: { iat: now() + 3_600, exp: now() + 3_900 } }),
  'good from tomorrow on': () => make({ claims: { nbf: now() + 86_400 } }),
  'a receipt': () => make({ header: { typ: 'yangyu-peer-receipt+jwt' } }),
  'of no type': () => make({ header: { typ: undefined } }),
  'of the type of a sign-in token': () => make({ header: { typ: 'at+jwt' } }),
  'without content': () => make({ content: undefined }),
  'with an object for its content': () => make({ content: messageOf(randomUUID(), EAST, WEST) }),
  'with content that is no JSON': () => make({ content: '{"id":' }),
  'with a list for its content': () => make({ content: '[]' }),
  'with an id that is none': () => make({ message: { id: '1; drop table peer_incoming' } }),
  'about something that nobody agreed on': () => make({ message: { topic: 'payment' } }),
  'from a division of the south': () => make({ message: { fromDivision: SOUTH } }),
  'from a division of ours': () => make({ message: { fromDivision: WEST } }),
  'from a division of nobody': () => make({ message: { fromDivision: '110101000000' } }),
  'to a division of the south': () => make({ message: { toDivision: SOUTH } }),
  'to a division of its own': () => make({ message: { toDivision: EAST } }),
  'to a division that is none': () => make({ message: { toDivision: '98' } }),
  'with a field that nobody agreed on': () => make({ message: { also: 'this' } }),
  'with a body that is no object': () => make({ message: { body: ['x'] } }),
  'without a body': () => make({ message: { body: undefined } }),
  'with a body of a megabyte': () => make({ message: { body: { x: 'x'.repeat(1_000_000) } } }),
  'with a body a little too large': () => make({ message: { body: { x: 'x'.repeat(67_000) } } }),
};

let world: ExchangeWorld;
let door: Awaited<ReturnType<typeof openCallbackDoor>>;
const bugs: unknown[] = [];
const figures = { forgeries: 0, accepted: 0, receipts: 0, believed: 0 };

beforeAll(async () => {
  const peers = await peersOf(west, [
    [east, 'http://127.0.0.1:1'],
    [south, 'http://127.0.0.1:1'],
  ]);
  world = await ExchangeWorld.open({ registry: () => new FakeRegistry(), clock, peers });
  const report = (_id: string, error: unknown) => bugs.push(error);
  door = await openCallbackDoor(world.app, { clock, host: '127.0.0.1', port: 0, report });
}, 120_000);
afterAll(async () => {
  await door?.close();
  await world?.close();
  expect(bugs).toEqual([]);
  expect(figures.accepted + figures.believed).toBe(0);
  expect(figures.forgeries).toBeGreaterThan(40);
  assure(
    'T30c',
    'No message of another installation is taken in, and no receipt believed, that is not signed by it, for us and now',
    figures,
  );
});

async function send(body: Buffer): Promise<{ status: number; said: { receipt?: string; reason?: string } }> {
  const answer = await fetch(`${door.url}/peer/messages`, { method: 'POST', body: new Uint8Array(body) });
  return { status: answer.status, said: (await answer.json()) as { receipt?: string; reason?: string } };
}
const kept = async (): Promise<number> =>
  (await world.rows<{ n: number }>('select count(*)::int as n from exchange.peer_incoming'))[0]!.n;

describe('the door for other installations', () => {
  it.each(Object.keys(FORGERIES))('takes in no message %s', async (what) => {
    const before = await kept();
    const { status, said } = await send(await FORGERIES[what]!());
    figures.forgeries++;
    if (status < 400 || said.receipt !== undefined || (await kept()) !== before) figures.accepted++;
    expect([status >= 400 && status < 500, said.receipt, await kept()]).toEqual([true, undefined, before]);
  });

  it('takes in a good one once, however often it comes, and tells of it once', async () => {
    const [before, id] = [await kept(), randomUUID()];
    const body = await make({}, id);
    const first = await send(body);
    const [second, again] = [await send(body), await send(await make({}, id))];
    expect([first.status, second.status, again.status]).toEqual([200, 200, 200]);
    expect(await kept()).toBe(before + 1);
    const [row] = await world.rows<{ id: string }>('select id from exchange.peer_incoming where message_id = $1', [id]);
    const told = (await world.told('migrant')).filter(({ payload }) => payload.message === row!.id);
    expect(told).toHaveLength(1);
    expect(await world.get(PeerService).message(row!.id)).toEqual({ ...messageOf(id, EAST, WEST), peer: 'east' });
  });

  it('refuses the same id with another content, and officers see that', async () => {
    const [before, id] = [await kept(), randomUUID()];
    expect((await send(await make({}, id))).status).toBe(200);
    const { status, said } = await send(await make({ message: { body: { other: true } } }, id));
    figures.forgeries++;
    expect([status, said.reason, await kept()]).toEqual([409, 'other-content', before + 1]);
    const refusals = await world.get(PeerService).refusals(undefined, 100);
    expect(refusals).toContainEqual(
      expect.objectContaining({ peer: 'east', reason: 'other-content', messageId: id, times: 1 }),
    );
  });

  it('refuses what is played again when its time is over, and has it once all the same', async () => {
    const before = await kept();
    const body = await make();
    expect((await send(body)).status).toBe(200);
    clock.advance(3_600_000);
    figures.forgeries++;
    expect((await send(body)).status).toBe(401);
    expect(await kept()).toBe(before + 1);
  });

  it('lets a stranger fill no table: what nobody signed is counted', async () => {
    for (let n = 0; n < 20; n++) await send(Buffer.from(`x${n}`));
    const rows = await world.rows<{ times: number }>(
      `select times::int from exchange.peer_refusal where peer = 'nobody' and reason = 'not-accepted' and day = $1`,
      [clock.today()],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.times).toBeGreaterThan(20);
  });

  it('shows its public keys, and nothing of the private ones', async () => {
    const { keys } = (await (await fetch(`${door.url}/.well-known/jwks.json`)).json()) as { keys: { d?: string }[] };
    expect(keys).toHaveLength(2);
    expect(keys.filter(({ d }) => d !== undefined)).toEqual([]);
  });
});

describe('a message on its way', () => {
  let id: string;
  let said: (content: string) => Promise<{ status?: number; body: string }>;
  const server = createServer((call, answer) => {
    call.resume();
    call.on('end', () => {
      const content = JSON.stringify(messageOf(id, EAST, WEST));
      void said(content).then(({ status = 200, body }) =>
        answer.writeHead(status, { 'content-type': 'application/json' }).end(body),
      );
    });
  });
  let sender: ExchangeWorld;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const peers = await peersOf(
      east,
      [
        [west, url],
        [south, url],
      ],
      { failuresToOpen: 1_000 },
    );
    const messages = { message: (one: string) => Promise.resolve(messageOf(one, EAST, WEST)) };
    sender = await ExchangeWorld.open({ registry: () => new FakeRegistry(), clock, peers, messages });
  });
  beforeEach(async () => {
    id = randomUUID();
    await sender.get(SendingService).keep(id);
  });
  afterAll(async () => {
    await sender.close();
    server.close();
  });

  const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');
  const receipt = async (content: string, claims: Record<string, unknown> = {}, by = west, header: object = {}) => ({
    body: JSON.stringify({
      receipt: await new SignJWT(
        plain({ jti: id, hash: hashOf(content), iss: 'west', aud: 'east', iat: now(), exp: now() + 300, ...claims }),
      )
        .setProtectedHeader(
          plain({ alg: 'EdDSA', kid: await kidOf(by), typ: 'yangyu-peer-receipt+jwt', ...header }) as { alg: string },
        )
        .sign(privateKey(by)),
    }),
  });
  const FALSE_RECEIPTS: Readonly<Record<string, (content: string) => Promise<{ status?: number; body: string }>>> = {
    nothing: () => Promise.resolve({ body: '' }),
    'an empty object': () => Promise.resolve({ body: '{}' }),
    'the word ok': () => Promise.resolve({ body: '{"receipt":"ok"}' }),
    'a receipt by a stranger': (content) => receipt(content, {}, stranger),
    'a receipt by the south': (content) => receipt(content, {}, south, {}),
    'a receipt by the south in the west’s name': (content) => receipt(content, { iss: 'west' }, south),
    'our own signature': (content) => receipt(content, {}, east),
    'a receipt for another message': (content) => receipt(content, { jti: randomUUID() }),
    'a receipt for another content': (content) => receipt(`${content} `),
    'a receipt for another sender': (content) => receipt(content, { aud: 'south' }),
    'a receipt of an hour ago': (content) => receipt(content, { iat: now() - 3_600, exp: now() - 3_300 }),
    'a receipt of another type': (content) => receipt(content, {}, west, { typ: 'yangyu-peer-message+jwt' }),
    'a good receipt that comes as a refusal': async (content) => ({ status: 401, ...(await receipt(content)) }),
    'a refusal': () => Promise.resolve({ status: 403, body: '{"reason":"not-your-division"}' }),
    'a refusal in words of its own': () => Promise.resolve({ status: 400, body: '{"reason":"<script>"}' }),
    'an error': () => Promise.resolve({ status: 500, body: 'x' }),
  };

  it.each(Object.keys(FALSE_RECEIPTS))('is not delivered by %s', async (what) => {
    said = FALSE_RECEIPTS[what]!;
    clock.advance(3_600_000);
    await sender.get(SendingService).send('west');
    figures.receipts++;
    const [row] = await sender.rows<{ state: string; failure: string }>(
      'select state, last_failure as failure from exchange.peer_outgoing where id = $1',
      [id],
    );
    if (row!.state !== 'waiting') figures.believed++;
    expect(row!.state).toBe('waiting');
    expect(row!.failure).toMatch(/^[a-z-]{2,40}$/);
  });

  it('is delivered by the receiver’s word for this very message, and its content goes', async () => {
    said = (content) => receipt(content);
    for (let tries = 0; tries < 3; tries++) {
      clock.advance(3_600_000);
      await sender.get(SendingService).send('west');
    }
    const [row] = await sender.rows<{ state: string; sealed: Buffer | null }>(
      'select state, content_sealed as sealed from exchange.peer_outgoing where id = $1',
      [id],
    );
    expect(row).toEqual({ state: 'delivered', sealed: null });
  });
});
