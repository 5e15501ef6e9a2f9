import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { bindMode } from './mode';
import { openInstallation } from './installation';
import { readConfig } from './config';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** A data folder that holds these files. */
function holding(...files: string[]): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-mode-'));
  folders.push(folder);
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), '');
  }
  return folder;
}
const DATABASE = 'postgres.password';
const demo = (dataFolder: string) => () => bindMode({ dataFolder, isProduction: false });
const production = (dataFolder: string) => () => bindMode({ dataFolder, isProduction: true });
const other = expect.objectContaining({ code: 'DATA_OF_OTHER_MODE' }) as Error;
const unknown = expect.objectContaining({ code: 'DATA_MODE_UNKNOWN' }) as Error;

describe('a data folder', () => {
  it('stays with the mode of its first start and refuses the other', () => {
    const [played, real] = [path.join(holding(), 'new'), holding()];
    for (let start = 0; start < 2; start++) {
      demo(played)();
      production(real)();
      expect(production(played)).toThrow(other);
      expect(demo(real)).toThrow(other);
    }
  });

  it.each(['demo/county/county.json', 'made.json'])(
    'of an earlier version is a demo where a county was made up (%s), whatever mode comes first',
    (county) => {
      const folder = holding(DATABASE, county);
      expect(production(folder)).toThrow(other);
      expect(demo(folder)).not.toThrow();
    },
  );

  it('of an earlier version with a database and no made-up county may be production, and is never played on', () => {
    const folder = holding(DATABASE);
    expect(demo(folder)).toThrow(unknown);
    expect(production(folder)).not.toThrow();
    expect(demo(folder)).toThrow(other);
  });

  it('whose mode cannot be read is opened in neither', () => {
    const folder = holding('mode', DATABASE);
    expect(demo(folder)).toThrow(unknown);
    expect(production(folder)).toThrow(unknown);
  });

  it('of the other mode is refused before anything is started on it', async () => {
    const folder = holding();
    production(folder)();
    await expect(openInstallation(readConfig({ YANGYU_DATA: folder }))).rejects.toMatchObject({
      code: 'DATA_OF_OTHER_MODE',
      sentence: { en: expect.stringContaining('YANGYU_MODE=production') as string },
    });
    expect(fs.readdirSync(folder)).toEqual(['mode']);
  });
});
