import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import { personsOf } from '../../apps/simulator/src/registry/population.service';
import type { RegistryPerson } from '../../apps/simulator/src/registry/registry.types';
import { question, WIRES, Wires } from './wires.fixture';

const PEOPLE = 4_000;

let folder: string;
let wires: Wires;
const people: RegistryPerson[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yangyu-registry-'));
  const file = path.join(folder, 'registry.csv');
  await writeRegistry({ people: PEOPLE, seed: 7, file });
  for await (const one of personsOf(file)) people.push(one);
  wires = await Wires.open({ persons: people });
});
afterAll(async () => {
  await wires.close();
  await rm(folder, { recursive: true });
});

describe.each(WIRES)('by %s the registry of a made-up county', (wire) => {
  it('knows each of its people as their row says, among those who share a number', async () => {
    const some = people.filter(({ idNumber }, n) => idNumber && n % 20 === 0);
    for (const one of some) {
      const about = { idNumber: one.idNumber!, name: one.name };
      const { records } = await wires.of(wire).query(question(), about, wires.soon);
      const found = records.find(({ registryPersonId }) => registryPersonId === one.registryPersonId);
      expect(found).toEqual({ ...one, updatedAt: new Date(one.updatedAt).toISOString() });
    }
  });

  it('compares all of them in one batch, and marks who is dead', async () => {
    const asked = question();
    const some = people.filter(({ idNumber }) => idNumber);
    const lines = some.map(({ idNumber, name }, n) => ({ lineNo: n + 1, idNumber: idNumber!, name }));
    wires.clock.set('2026-04-01');
    await wires.of(wire).submitBatch(asked, lines, wires.soon);
    wires.clock.set('2026-04-02');
    const answer = await wires.of(wire).fetchBatch(asked.requestId, wires.soon);
    expect(answer).toMatchObject({ isComplete: true, results: { length: lines.length } });
    const results = answer!.results;
    expect(results.map(({ lineNo, idNumber, name }) => ({ lineNo, idNumber, name }))).toEqual(lines);
    expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['match']));
    const marked = results.filter(({ isDeathMarked }) => isDeathMarked).length;
    expect(marked).toBe(some.filter(({ status }) => status === 9).length);
  });
});
