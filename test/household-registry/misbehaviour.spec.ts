import type { FailureKind } from '../../apps/exchange/src/household-registry/household-registry.types';
import type { Misbehaviour, MisbehaviourKind } from '../../apps/simulator/src/registry/registry.types';
import { outcome, person, question, type Wire, WIRES, Wires } from './wires.fixture';

const ASKED = person({ name: '示例某' });
const OTHER = person({ name: '另一人' });
const about = { idNumber: ASKED.idNumber!, name: ASKED.name };

/** T27: what a registry may do wrong, and what must be made of it. Whether to ask again stands behind the kind. */
const MATRIX: readonly (readonly [MisbehaviourKind, FailureKind, boolean])[] = [
  ['status-500', 'unreachable', true],
  ['status-503', 'overloaded', true],
  ['status-429', 'overloaded', true],
  ['time-out', 'timeout', true],
  ['slow-loris', 'timeout', true],
  ['reset', 'unreachable', true],
  ['half', 'unreadable', true],
  ['html', 'unreadable', true],
  ['gbk-as-utf8', 'unreadable', true],
  ['huge', 'too-large', false],
  ['wrong-content-type', 'unreadable', true],
  ['other-person', 'wrong-person', false],
  ['other-question', 'wrong-person', false],
  ['unsigned', 'bad-signature', false],
  ['bad-signature', 'bad-signature', false],
  ['expired-signature', 'bad-signature', false],
  ['skewed-clock', 'clock-skew', false],
  ['quota', 'quota', false],
  ['out-of-hours', 'out-of-hours', false],
];

/** Nobody is asked about by name there, files are not counted, and a large file is one of many lines. */
const NOT_OF_MANY = new Set<MisbehaviourKind>([
  'other-person',
  'other-question',
  'huge',
  'quota',
  'out-of-hours',
  'gbk-as-utf8',
]);

let wires: Wires;
beforeEach(async () => {
  wires = await Wires.open({ persons: [ASKED, OTHER] });
});
afterEach(() => wires.close());

const asking: readonly (readonly [string, (wire: Wire, signal?: AbortSignal) => Promise<unknown>])[] = [
  ['verify', (wire, signal = wires.soon) => wires.of(wire).verify(question(), about, signal)],
  ['query', (wire, signal = wires.soon) => wires.of(wire).query(question(), about, signal)],
  [
    'query by number alone',
    (wire, signal = wires.soon) => wires.of(wire).query(question(), { ...about, name: null }, signal),
  ],
];

/** A registry that never comes to an end is given up soon, every other is waited for. */
const patienceFor = (kind: MisbehaviourKind): AbortSignal =>
  kind === 'time-out' || kind === 'slow-loris' ? AbortSignal.timeout(500) : wires.soon;

describe.each(WIRES)('by %s a registry that misbehaves gets no answer taken from it', (wire) => {
  describe.each(asking)('to %s', (_pattern, ask) => {
    it.each(MATRIX)('%s is %s', async (kind, expected, isWorthRetrying) => {
      wires.registry.behave({ kind, retryAfter: 17 });
      const found = await outcome(ask(wire, patienceFor(kind)));
      expect(found).toMatchObject({ failure: { kind: expected, isWorthRetrying } });
      const { failure } = found as { failure: { retryAfter?: number; message: string } };
      expect(failure.retryAfter).toBe(kind === 'status-503' || kind === 'status-429' ? 17 : undefined);
      for (const secret of [ASKED.name, ASKED.idNumber!, OTHER.name, OTHER.idNumber!])
        expect(failure.message).not.toContain(secret);
      wires.registry.behave();
      expect(await outcome(ask(wire))).toHaveProperty('reply');
    });
  });

  it.each(MATRIX.filter(([kind]) => !NOT_OF_MANY.has(kind)))(
    '%s is %s to the change feed and the files too',
    async (kind, expected) => {
      const asked = question();
      wires.registry.emit({ kind: 'corrected', person: ASKED });
      await wires.of(wire).submitBatch(asked, [{ lineNo: 1, ...about }], wires.soon);
      wires.clock.set('2026-04-02');
      wires.registry.behave({ kind });
      const page = await outcome(wires.of(wire).events('', 10, patienceFor(kind)));
      expect(page).toMatchObject({ failure: { kind: expected } });
      const file = await outcome(wires.of(wire).fetchBatch(asked.requestId, patienceFor(kind)));
      expect(file).toMatchObject({ failure: { kind: expected } });
    },
  );

  it('a record out of date is a reply that shows how old it is', async () => {
    wires.registry.behave({ kind: 'stale' });
    const { records } = await wires.of(wire).query(question(), about, wires.soon);
    expect(records).toMatchObject([{ updatedAt: '2001-01-01T00:00:00.000Z' }]);
  });

  it('two records of one person are both in the reply, for a clerk to say which', async () => {
    wires.registry.behave({ kind: 'two-records' });
    const { records } = await wires.of(wire).query(question(), about, wires.soon);
    expect(records.map(({ householdNo }) => householdNo)).toEqual(['200000001', '999999999']);
  });

  it('two people on one number are a reply where one is who was asked about, and none where neither is', async () => {
    wires.registry.add([person({ name: '同号人', idNumber: ASKED.idNumber })]);
    const both = await wires.of(wire).query(question(), about, wires.soon);
    expect(both).toMatchObject({ echo: { name: ASKED.name }, records: { length: 2 } });
    const neither = await outcome(wires.of(wire).query(question(), { ...about, name: '第三人' }, wires.soon));
    expect(neither).toMatchObject({ failure: { kind: 'wrong-person' } });
  });

  it('nobody is reached where nobody is', async () => {
    await wires.registry.close();
    const found = await outcome(wires.of(wire).verify(question(), about, wires.soon));
    expect(found).toMatchObject({ failure: { kind: 'unreachable', isWorthRetrying: true } });
  });

  it('a batch that is never answered stays without results', async () => {
    const asked = question();
    await wires.of(wire).submitBatch(asked, [{ lineNo: 1, ...about }], wires.soon);
    wires.clock.set('2026-05-01');
    wires.registry.behave({ kind: 'silent' });
    expect(await wires.callbacks()).toEqual([]);
    expect(await wires.of(wire).fetchBatch(asked.requestId, wires.soon)).toBeNull();
  });

  it('what goes wrong by chance goes wrong the same way each time', async () => {
    const run = async (behaviour: Misbehaviour) => {
      wires.registry.behave(behaviour);
      const ends: string[] = [];
      for (let n = 0; n < 40; n++) ends.push(Object.keys(await outcome(asking[0]![1](wire)))[0]!);
      return ends.filter((end) => end === 'failure').length;
    };
    const failed = await run({ kind: 'status-500', share: 0.3 });
    expect(failed).toBeGreaterThan(3);
    expect(failed).toBeLessThan(25);
    expect(await run({ kind: 'status-500', times: 2 })).toBe(2);
  });

  it('a hundred megabytes cost no memory', async () => {
    wires.registry.behave({ kind: 'huge' });
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 5; n++) await outcome(asking[1]![1](wire));
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });
});

it('of the ministry, an expired key is asked for anew, and named where the key service has no other', async () => {
  wires.registry.behave({ kind: 'expired-key', times: 1, on: ['verify'] });
  const ask = asking[0]![1];
  expect(await outcome(ask('ministry'))).toMatchObject({ failure: { kind: 'key-expired', isWorthRetrying: true } });
  expect(await outcome(ask('ministry'))).toHaveProperty('reply');
  expect(wires.registry.asked.keys).toBe(2);
  wires.registry.behave({ kind: 'expired-key', on: ['keys'] });
  wires.clock.set('2026-04-01T14:00:00+08:00');
  expect(await outcome(ask('ministry'))).toMatchObject({ failure: { kind: 'key-expired' } });
});

it('of SPDCI, nothing is believed that an expired key signs', async () => {
  wires.registry.behave({ kind: 'expired-key', on: ['keys'] });
  expect(await outcome(asking[0]![1]('spdci'))).toMatchObject({ failure: { kind: 'key-expired' } });
});

it.each(WIRES)('by %s a deadline of its own ends what nobody else ends', async (wire) => {
  const hurried = await Wires.open({ persons: [ASKED], deadline: 500 });
  try {
    for (const kind of ['time-out', 'slow-loris'] as const) {
      hurried.registry.behave({ kind });
      const found = await outcome(hurried.of(wire).verify(question(), about, hurried.soon));
      expect(found).toMatchObject({ failure: { kind: 'timeout' } });
    }
  } finally {
    await hurried.close();
  }
});

it.each(WIRES)('by %s a key service that is down is the registry being down', async (wire) => {
  wires.registry.behave({ kind: 'status-503', on: ['keys'], retryAfter: 9 });
  expect(await outcome(asking[0]![1](wire))).toMatchObject({ failure: { kind: 'overloaded', retryAfter: 9 } });
});
