import type { FailureKind } from '../../apps/exchange/src/household-registry/household-registry.types';
import type { MisbehaviourKind } from '../../apps/simulator/src/registry/registry.types';
import { outcome, person, question, Wires } from './wires.fixture';

const HAN = person({ name: '示例某' });
const TYPE = { 'content-type': 'application/json; charset=utf-8' };
const LINES = [1, 2, 3, 4].map((lineNo) => ({ lineNo, idNumber: HAN.idNumber!, name: HAN.name }));

let wires: Wires;
beforeEach(async () => {
  wires = await Wires.open({ persons: [HAN] });
});
afterEach(() => wires.close());

const read = (body: Buffer, headers: Record<string, string> = TYPE) =>
  wires.spdci.readCallback(body, headers, wires.soon);

/** A batch that was asked for, and what the registry sends about it the next day. */
async function callbacksTo(kind?: MisbehaviourKind): Promise<{ requestId: string; bodies: Buffer[] }> {
  const asked = question();
  await wires.spdci.submitBatch(asked, LINES, wires.soon);
  wires.clock.set('2026-04-02');
  wires.registry.behave(...(kind ? [{ kind }] : []));
  const sent = await wires.callbacks();
  wires.registry.behave();
  return { requestId: asked.requestId, bodies: sent.map(({ body }) => body) };
}

describe('a callback of the registry', () => {
  it('brings the results page by page, under our number and theirs', async () => {
    const { requestId, bodies } = await callbacksTo();
    const [first, second] = await Promise.all(bodies.map((body) => read(body)));
    expect(first).toMatchObject({ action: 'on-search', transactionId: requestId, isComplete: false });
    expect(first).toMatchObject({ results: [{ lineNo: 1, result: 'match', isDeathMarked: false }, { lineNo: 2 }] });
    expect(second).toMatchObject({ isComplete: true, results: [{ lineNo: 3 }, { lineNo: 4 }] });
    expect(new Set([first!.messageId, second!.messageId]).size).toBe(2);
  });

  it('tells that a subscription holds, and then of every change where we subscribed', async () => {
    await wires.spdci.subscribe(question(), '990101000000', wires.soon);
    const [answer] = await wires.callbacks();
    expect(answer!.url).toBe('http://127.0.0.1:9/registry/on-subscribe');
    const word = await read(answer!.body);
    expect(word).toMatchObject({ action: 'on-subscribe', subscriptionCodes: { length: 1 } });
    wires.registry.emit({ kind: 'death', person: { ...HAN, status: 9, died: '2026-04-01' } });
    wires.registry.emit({ kind: 'corrected', person: person({ divisionCode: '990202001001' }) });
    const told = await wires.callbacks();
    expect(told.map(({ url }) => url)).toEqual(['http://127.0.0.1:9/registry/notify']);
    const notice = await read(told[0]!.body);
    const [event] = (await wires.spdci.events('', 1, wires.soon)).events;
    expect(notice).toMatchObject({ action: 'notify', events: [event] });
    expect(event).toMatchObject({ kind: 'death', record: { idNumber: HAN.idNumber, status: 9, died: '2026-04-01' } });
  });

  it('that comes twice comes with the same number, which is for the replay store to know', async () => {
    const { bodies } = await callbacksTo('callback-twice');
    const numbers = (await Promise.all(bodies.map((body) => read(body)))).map(({ messageId }) => messageId);
    expect([numbers.length, new Set(numbers).size]).toEqual([4, 2]);
  });

  it('that comes out of order says the same', async () => {
    const { bodies } = await callbacksTo('callback-reordered');
    const pages = await Promise.all(bodies.map((body) => read(body)));
    expect(pages).toMatchObject([
      { results: [{ lineNo: 3 }, { lineNo: 4 }] },
      { results: [{ lineNo: 1 }, { lineNo: 2 }] },
    ]);
  });

  it('about a question that nobody asked names a number that is not ours', async () => {
    const { requestId, bodies } = await callbacksTo('callback-unknown');
    const words = await Promise.all(bodies.map((body) => read(body)));
    for (const word of words) expect(word.transactionId).not.toBe(requestId);
  });

  // T30: nothing of these is accepted, whatever the replay store knows.
  it.each([
    ['callback-forged', 'bad-signature'],
    ['bad-signature', 'bad-signature'],
    ['expired-signature', 'bad-signature'],
    ['unsigned', 'bad-signature'],
    ['skewed-clock', 'clock-skew'],
  ] as const)('that is %s is refused as %s', async (kind, expected) => {
    const { bodies } = await callbacksTo(kind);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(await outcome(read(body))).toMatchObject({ failure: { kind: expected } });
  });

  const swap = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
  it.each<[string, (text: string) => string, FailureKind]>([
    ['another header', swap('"total_count":4', '"total_count":2'), 'bad-signature'],
    ['another sender', swap('"sender_id":"household-registry', '"sender_id":"somebody-else'), 'bad-signature'],
    ['another verdict', swap('"verdict":"match"', '"verdict":"mismatch"'), 'bad-signature'],
    ['a blank more in what is signed', swap('"header":{', '"header":{ '), 'bad-signature'],
    ['a longer life', swap(/expires=\\"\d+/, 'expires=\\"9999999999'), 'bad-signature'],
    ['a signature of less', swap('(created) (expires) digest', '(created) (expires)'), 'bad-signature'],
    ['no algorithm', swap(/ed25519/g, 'none'), 'bad-signature'],
    ['another algorithm', swap(/ed25519/g, 'es256'), 'bad-signature'],
    ['a key nobody knows', swap(/\|[\w-]{43}\|/, '|another-key|'), 'bad-signature'],
    ['a header behind the first', swap('"message":{', '"header":{},"message":{'), 'unreadable'],
    ['a part of its own', swap('"header":{', '"more":{},"header":{'), 'unreadable'],
    ['a tail', (text) => `${text}{}`, 'unreadable'],
    ['half of it', (text) => text.slice(0, text.length / 2), 'unreadable'],
    ['nothing', () => '', 'unreadable'],
    ['no object', () => '[]', 'unreadable'],
  ])('with %s is refused', async (_case, change, expected) => {
    const { bodies } = await callbacksTo();
    for (const body of bodies) {
      const altered = change(body.toString());
      expect(altered).not.toBe(body.toString());
      expect(await outcome(read(Buffer.from(altered)))).toMatchObject({ failure: { kind: expected } });
      expect(await outcome(read(body))).toHaveProperty('reply'); // It was the change that was refused.
    }
  });

  it.each([
    ['ten minutes later', '2026-04-02T12:10:00+08:00', 'bad-signature'],
    ['ten minutes earlier', '2026-04-02T11:50:00+08:00', 'clock-skew'],
    ['a year later', '2027-04-02', 'bad-signature'],
  ] as const)('read %s is refused', async (_case, at, expected) => {
    const { bodies } = await callbacksTo();
    wires.clock.set(at);
    expect(await outcome(read(bodies[0]!))).toMatchObject({ failure: { kind: expected } });
  });

  it('that answers another asker is refused', async () => {
    const other = await Wires.open({ persons: [HAN] });
    try {
      const { bodies } = await callbacksTo();
      const found = await outcome(other.spdci.readCallback(bodies[0]!, TYPE, other.soon));
      expect(found).toMatchObject({ failure: { kind: 'bad-signature' } });
    } finally {
      await other.close();
    }
  });

  it.each(['text/plain', 'application/jsonp', '', 'application/json; charset=utf-16'])(
    'of content type "%s" is refused',
    async (type) => {
      const { bodies } = await callbacksTo();
      expect(await outcome(read(bodies[0]!, { 'content-type': type }))).toMatchObject({
        failure: { kind: 'unreadable' },
      });
    },
  );

  it('that is a question or an answer to one is refused: a door for callbacks takes nothing else', async () => {
    let answer: Buffer | undefined;
    const after = (bytes: Buffer) => (answer = bytes);
    wires.registry.behave({ kind: 'tampered', after });
    await wires.spdci.fetchBatch(question().requestId, wires.soon).catch(() => undefined);
    expect(await outcome(read(answer!))).toMatchObject({ failure: { kind: 'unreadable' } });
  });

  it('is acknowledged in the words of the specification', async () => {
    const { bodies } = await callbacksTo();
    expect(wires.spdci.acknowledgement(await read(bodies[0]!))).toMatchObject({ message: { ack_status: 'ACK' } });
    const forged = await outcome(read(Buffer.from(bodies[0]!.toString().replace('"match"', '"mismatch"'))));
    const { failure } = forged as Extract<typeof forged, { failure: unknown }>;
    expect(wires.spdci.acknowledgement(failure)).toMatchObject({
      message: { ack_status: 'ERR', error: { code: 'err.signature.invalid' } },
    });
  });

  it('of a forger costs one look for its key in half a minute, not one each', async () => {
    const { bodies } = await callbacksTo();
    await read(bodies[0]!);
    const before = wires.registry.asked.keys;
    const unknown = Buffer.from(bodies[0]!.toString().replace(/\|[\w-]{43}\|/, '|another-key|'));
    for (let n = 0; n < 20; n++) await outcome(read(unknown));
    expect(wires.registry.asked.keys - before).toBeLessThanOrEqual(1);
  });
});
