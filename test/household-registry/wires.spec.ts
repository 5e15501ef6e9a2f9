import type { RegistryRecord } from '../../apps/exchange/src/household-registry/household-registry.types';
import { outcome, person, question, type Wire, WIRES, Wires } from './wires.fixture';

const HAN = person({ name: '示例某', birthCertificateNo: 'Z990000001' });
const LEGACY = person({ idNumber: '990101600102003', born: '1960-01-02', name: '某长者' });
const DEAD = person({ name: '某逝者', status: 9, died: '2025-12-31' });
const PEOPLE = [person(), HAN, LEGACY, DEAD];

let wires: Wires;
const open = async (options: Parameters<typeof Wires.open>[0] = {}) => {
  wires = await Wires.open({ persons: PEOPLE, ...options });
};
afterEach(() => wires.close());

describe.each(WIRES)('the household registry by %s', (wire: Wire) => {
  it.each([
    ['a match', HAN.idNumber!, HAN.name, 'match', false],
    ['a match with another separator in the name', PEOPLE[0]!.idNumber!, '古丽・艾买提', 'match', false],
    ['a match by the 15-digit number', '990101600102003', LEGACY.name, 'match', false],
    ['a mismatch of the name', HAN.idNumber!, '另一人', 'mismatch', false],
    ['an unknown number', '990101199001010013', '无此人', 'not-found', null],
    ['the mark of death', DEAD.idNumber!, DEAD.name, 'match', true],
  ] as const)('verifies: %s', async (_case, idNumber, name, result, isDeathMarked) => {
    await open();
    const asked = question();
    const reply = await wires.of(wire).verify(asked, { idNumber, name }, wires.soon);
    expect(reply).toEqual({ echo: { requestId: asked.requestId, idNumber, name }, result, isDeathMarked });
  });

  it('queries everything the registry knows of one person', async () => {
    await open();
    const asked = question();
    const reply = await wires.of(wire).query(asked, { idNumber: HAN.idNumber!, name: HAN.name }, wires.soon);
    expect(reply.echo).toEqual({ requestId: asked.requestId, idNumber: HAN.idNumber, name: HAN.name });
    expect(reply.records).toEqual([HAN as unknown as RegistryRecord]);
  });

  it('says of a number that nobody bears that there are no records', async () => {
    await open();
    const asked = question();
    const reply = await wires.of(wire).query(asked, { idNumber: '990101199001010013', name: null }, wires.soon);
    expect(reply).toEqual({ echo: { requestId: asked.requestId, idNumber: null, name: null }, records: [] });
  });

  it('compares a batch: nothing on the day, some of it, and all of it on the next', async () => {
    await open();
    const asked = question();
    const lines = [
      { lineNo: 1, idNumber: HAN.idNumber!, name: HAN.name },
      { lineNo: 2, idNumber: HAN.idNumber!, name: '另,一"人' },
      { lineNo: 30, idNumber: '990101199001010013', name: '无此人' },
      { lineNo: 4, idNumber: DEAD.idNumber!, name: DEAD.name },
    ];
    await wires.of(wire).submitBatch(asked, lines, wires.soon);
    expect(await wires.of(wire).fetchBatch(asked.requestId, wires.soon)).toBeNull();
    wires.clock.set('2026-04-02T06:00:00+08:00');
    wires.registry.behave({ kind: 'partial-batch' });
    const part = await wires.of(wire).fetchBatch(asked.requestId, wires.soon);
    expect(part).toMatchObject({ isComplete: false, results: [{ lineNo: 1 }, { lineNo: 2 }] });
    wires.registry.behave();
    expect(await wires.of(wire).fetchBatch(asked.requestId, wires.soon)).toEqual({
      isComplete: true,
      results: [
        { ...lines[0], result: 'match', isDeathMarked: false },
        { ...lines[1], result: 'mismatch', isDeathMarked: false },
        { ...lines[2], result: 'not-found', isDeathMarked: null },
        { ...lines[3], result: 'match', isDeathMarked: true },
      ],
    });
  });

  it('reads the change feed page by page, as often as it likes, with what came late and twice', async () => {
    await open();
    const emit = wires.registry.emit.bind(wires.registry);
    const newborn = person({ idNumber: null, name: '某新生儿', born: '2026-03-30', birthCertificateNo: 'Z990000002' });
    emit({ kind: 'birth', person: newborn });
    const died = emit({ kind: 'death', person: { ...HAN, status: 9, died: '2026-03-31' } }, { isTwice: true });
    const moved = { ...PEOPLE[0]!, status: 8, movedOutOn: '2026-03-20' } as const;
    emit({ kind: 'moved-out', person: moved, happenedAt: '2026-03-20T01:00:00.000Z' }, { isLate: true });
    emit({ kind: 'death-reversed', person: HAN, reverses: died.eventId });
    const idNumber = '99010119600102003X';
    emit({ kind: 'number-changed', person: { ...LEGACY, idNumber }, formerIdNumber: LEGACY.idNumber! });
    emit({ kind: 'merged', person: DEAD, mergedRegistryPersonId: 'R9999999999' });
    emit({ kind: 'corrected', person: { ...DEAD, ethnicity: '01' } });
    emit({ kind: 'cancelled', person: { ...DEAD, status: 1 } });
    emit({ kind: 'moved-in', person: { ...moved, status: 0, divisionCode: '990101002001', movedOutOn: null } });
    wires.registry.release();

    const kinds: string[] = [];
    let [after, isDone] = ['', false];
    while (!isDone) {
      const page = await wires.of(wire).events(after, 4, wires.soon);
      expect(await wires.of(wire).events(after, 4, wires.soon)).toEqual(page);
      kinds.push(...page.events.map(({ kind }) => kind));
      [after, isDone] = [page.next, page.caughtUp];
    }
    expect(kinds.join(' ')).toBe(
      'birth death death death-reversed number-changed merged corrected cancelled moved-in moved-out',
    );
    expect(await wires.of(wire).events(after, 4, wires.soon)).toEqual({ events: [], next: after, caughtUp: true });
    const { events } = await wires.of(wire).events('', 100, wires.soon);
    expect(events[0]).toMatchObject({ kind: 'birth', record: newborn, reverses: null });
    expect(events[1]).toEqual(events[2]);
    expect(events[3]).toMatchObject({ reverses: events[1]!.eventId, record: HAN });
    expect(events[4]).toMatchObject({ formerIdNumber: LEGACY.idNumber, record: { idNumber } });
    expect(events[5]!.mergedRegistryPersonId).toBe('R9999999999');
  });

  it('asks once more for what a key is good for, and not for every question', async () => {
    await open();
    const ask = () => wires.of(wire).verify(question(), { idNumber: HAN.idNumber!, name: HAN.name }, wires.soon);
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    expect(wires.registry.asked.keys).toBe(1);
    wires.clock.set('2026-04-01T14:00:00+08:00');
    expect(await ask()).toMatchObject({ result: 'match' });
    expect(wires.registry.asked.keys).toBe(2);
  });

  it('gives up when whoever asked does', async () => {
    await open();
    wires.registry.behave({ kind: 'time-out' });
    const person = { idNumber: HAN.idNumber!, name: HAN.name };
    const late = await outcome(wires.of(wire).verify(question(), person, AbortSignal.timeout(30)));
    expect(late).toMatchObject({ failure: { kind: 'timeout' } });
    const never = await outcome(wires.of(wire).verify(question(), person, AbortSignal.abort()));
    expect(never).toMatchObject({ failure: { kind: 'timeout' } });
  });

  it('is told when the day is over, by hours and by number of questions', async () => {
    await open({ hours: { from: 9, to: 17 }, quota: 4 });
    const ask = () =>
      outcome(wires.of(wire).verify(question(), { idNumber: HAN.idNumber!, name: HAN.name }, wires.soon));
    for (let n = 0; n < 4; n++) expect(await ask()).toHaveProperty('reply');
    expect(await ask()).toMatchObject({ failure: { kind: 'quota', isWorthRetrying: false } });
    wires.clock.set('2026-04-02T17:00:00+08:00');
    expect(await ask()).toMatchObject({ failure: { kind: 'out-of-hours' } });
    wires.clock.set('2026-04-03T09:00:00+08:00');
    expect(await ask()).toHaveProperty('reply');
    wires.clock.set('2026-04-04'); // A Saturday.
    expect(await ask()).toMatchObject({ failure: { kind: 'out-of-hours' } });
  });

  it('sends no question that names nobody responsible', async () => {
    await open();
    const asked = { ...question(), clerk: { idNumber: '', name: '' } };
    const found = await outcome(wires.of(wire).query(asked, { idNumber: HAN.idNumber!, name: null }, wires.soon));
    expect(found).toMatchObject({ failure: { kind: 'refused' } });
  });
});

it.each([['UTF-8'], ['GB18030']] as const)('writes and reads %s envelopes of the ministry', async (encoding) => {
  await open({ encoding, bodyDigest: 'sha256' });
  const { records } = await wires.ministry.query(question(), { idNumber: HAN.idNumber!, name: HAN.name }, wires.soon);
  expect(records).toEqual([HAN]);
});

it('signs SPDCI messages by P-256 as well', async () => {
  await open({ algorithm: 'es256' });
  const reply = await wires.spdci.verify(question(), { idNumber: HAN.idNumber!, name: HAN.name }, wires.soon);
  expect(reply.result).toBe('match');
});
