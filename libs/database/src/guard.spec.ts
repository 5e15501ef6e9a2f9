import * as fs from 'node:fs';
import * as path from 'node:path';

const apps = path.join(__dirname, '..', '..', '..', 'apps');

describe('the functions behind row-level security', () => {
  const copies = fs
    .readdirSync(apps)
    .map((app) => [app, path.join(apps, app, 'src', 'migrations', '1764100000000-guard.sql')] as const)
    .filter(([, file]) => fs.existsSync(file));

  it('stand in the apps that know persons', () => {
    expect(copies.map(([app]) => app)).toEqual(expect.arrayContaining(['registration', 'subsidy']));
  });

  it.each(copies)('are the same in %s as in the library', (_, file) => {
    expect(fs.readFileSync(file, 'utf8')).toBe(fs.readFileSync(path.join(__dirname, 'guard.sql'), 'utf8'));
  });
});
