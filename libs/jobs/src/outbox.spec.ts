import * as fs from 'node:fs';
import * as path from 'node:path';

const read = (...parts: string[]) => fs.readFileSync(path.join(__dirname, '..', '..', '..', ...parts), 'utf8');

const OUTBOX = '1764000000001-outbox.sql';
const BUNDLES = '1764200000001-bundles.sql';

describe('the tables of the outbox', () => {
  const apps = fs
    .readdirSync(path.join(__dirname, '..', '..', '..', 'apps'))
    .filter((app) => fs.existsSync(path.join(__dirname, '..', '..', '..', 'apps', app, 'src', 'migrations', OUTBOX)));

  it.each(apps)('are the same in %s as in the library that uses them', (app) => {
    const migration = read('apps', app, 'src', 'migrations', OUTBOX);
    expect(migration).toBe(read('libs', 'jobs', 'src', 'outbox.sql'));
    const bundles = read('apps', app, 'src', 'migrations', BUNDLES);
    expect(bundles).toBe(read('libs', 'jobs', 'src', 'outbox-bundle.sql'));
  });
});
