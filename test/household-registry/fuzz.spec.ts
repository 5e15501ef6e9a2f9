import * as fc from 'fast-check';
import type { RegistryRecord } from '../../apps/exchange/src/household-registry/household-registry.types';
import { isSameName, isSameNumber } from '../../apps/exchange/src/household-registry/registry-echo.rules';
import type { Misbehaviour } from '../../apps/simulator/src/registry/registry.types';
import { outcome, person, question, WIRES, Wires } from './wires.fixture';

const ASKED = person({ name: '示例某', birthCertificateNo: 'Z990000001', fatherNumber: '990101195001010013' });
const OTHERS = [person({ name: '另一人' }), person({ name: '示例某' })];
const about = { idNumber: ASKED.idNumber!, name: ASKED.name };

let wires: Wires;
beforeAll(async () => {
  wires = await Wires.open({ persons: [...OTHERS, ASKED] });
});
afterAll(() => wires.close());

/** One small accident: a character another, a piece gone, a piece twice, two pieces swapped. */
const accident = fc.record({
  kind: fc.constantFrom('other', 'gone', 'twice', 'swapped'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 40 }),
  character: fc.oneof(
    fc.constantFrom('0', '1', '9', 'X', '<', '>', '&', '"', '{', '}', '[', ']', ',', '\u0000', '\ufffd', '另'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  ),
});
type Accident = typeof accident extends fc.Arbitrary<infer T> ? T : never;

function befall(text: string, { kind, at: where, length, character }: Accident): string {
  const at = text.length === 0 ? 0 : where % text.length;
  const [before, piece, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
  if (kind === 'other') return before + character + text.slice(at + 1);
  if (kind === 'gone') return before + after;
  if (kind === 'twice') return before + piece + piece + after;
  return before + after.slice(0, length) + piece + after.slice(length);
}

const accidents = fc.array(accident, { minLength: 1, maxLength: 4 });
const befallen = (text: string, list: readonly Accident[]) => list.reduce(befall, text);

const isAboutAsked = (record: { idNumber: string | null }) =>
  record.idNumber !== null && isSameNumber(record.idNumber, about.idNumber);

/** Asks both ways under a misbehaviour. Whatever is no RegistryFailure is thrown on, and fails the test. */
async function ask(wire: (typeof WIRES)[number], behaviour: Misbehaviour): Promise<unknown[]> {
  wires.registry.behave(behaviour);
  const asked = question();
  const verified = await outcome(wires.of(wire).verify(asked, about, wires.soon));
  if ('reply' in verified) {
    const { echo } = verified.reply;
    expect(echo.requestId).toBe(asked.requestId);
    expect(isAboutAsked(echo) && isSameName(echo.name!, about.name)).toBe(true);
  }
  const queried = await outcome(wires.of(wire).query(asked, about, wires.soon));
  if ('reply' in queried) {
    const { echo, records } = queried.reply;
    expect(echo.requestId).toBe(asked.requestId);
    expect(records.every((record: RegistryRecord) => isAboutAsked(record))).toBe(true);
    if (records.length > 0) expect(records.some(({ name }) => isSameName(name, about.name))).toBe(true);
  }
  const page = await outcome(wires.of(wire).events('', 10, wires.soon));
  return [verified, queried, page].flatMap((one) => ('reply' in one ? [one.reply] : []));
}

const runs = (numRuns: number): fc.Parameters<unknown> => ({ numRuns, endOnFailure: true });

describe.each(WIRES)('by %s', (wire) => {
  it('nonsense that the registry signs is nobody’s answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (nonsense) => {
        expect(await ask(wire, { kind: 'tampered', before: () => nonsense })).toEqual([]);
      }),
      runs(80),
    );
  });

  it('bytes that nobody signs are nobody’s answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        expect(await ask(wire, { kind: 'tampered', after: () => Buffer.from(bytes) })).toEqual([]);
      }),
      runs(80),
    );
  });

  it('a signed answer that suffered before it was signed is about the person asked for, or none', async () => {
    wires.registry.emit({ kind: 'corrected', person: ASKED });
    await fc.assert(
      fc.asyncProperty(accidents, async (list) => {
        await ask(wire, { kind: 'tampered', before: (content) => befallen(content, list) });
      }),
      runs(250),
    );
  });

  it('an answer that suffered after it was signed says what was signed, or nothing', async () => {
    const truth = JSON.stringify(await ask(wire, { kind: 'tampered' }).then(withoutIds));
    await fc.assert(
      fc.asyncProperty(accidents, async (list) => {
        const after = (bytes: Buffer) => Buffer.from(befallen(bytes.toString('latin1'), list), 'latin1');
        const replies = withoutIds(await ask(wire, { kind: 'tampered', after }));
        for (const reply of replies) expect(truth).toContain(JSON.stringify(reply));
      }),
      runs(250),
    );
  });
});

const withoutIds = (replies: readonly unknown[]): unknown[] =>
  replies.map((reply) => {
    const { echo, ...rest } = reply as { echo?: object };
    return echo ? { ...rest, echo: { ...echo, requestId: null } } : rest;
  });
