import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { TestClock } from '@app/testing';
import { writeRegistry } from '../../simulator/src/county/county.service';
import { personsOf } from '../../simulator/src/registry/population.service';
import { openHousehold } from './demo-registry';

const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'demo-registry-'));
const clock = new TestClock('2026-04-01');
const file = path.join(dataFolder, 'demo', 'county', 'registry.csv');
const soon = AbortSignal.timeout(60_000);
const question = {
  requestId: 'q-1',
  clerk: { idNumber: '990101198001010000', name: '某' },
  unit: { code: '340202WJ', name: '某单位' },
  purpose: 'DJWH',
  legalBasis: '政务数据共享条例',
};
afterAll(() => fs.rmSync(dataFolder, { recursive: true }));

describe('the household registry of an installation', () => {
  it('is, in the demo, a simulated one that knows the demo county', async () => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await writeRegistry({ people: 4_000, seed: 1, file });
    const household = openHousehold({ registry: { kind: 'none' }, isProduction: false, dataFolder }, clock);
    const { registry } = household;
    try {
      for await (const { idNumber, name } of personsOf(file)) {
        if (!idNumber) continue;
        expect(await registry.verify(question, { idNumber, name }, soon)).toMatchObject({ result: 'match' });
        break;
      }
      expect(await registry.events('7', 10, soon)).toEqual({ events: [], next: '7', caughtUp: true });
    } finally {
      await household.close();
    }
  });

  it('is, in production, none until one is named', async () => {
    const { registry } = openHousehold({ registry: { kind: 'none' }, isProduction: true, dataFolder }, clock);
    await expect(registry.verify(question, { idNumber: '', name: '' }, soon)).rejects.toMatchObject({
      kind: 'refused',
    });
  });
});
