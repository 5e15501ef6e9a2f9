import * as fs from 'node:fs';
import * as path from 'node:path';

const root = path.join(__dirname, '..');

/** The role of a file in an app: `<what>.<role>.ts`. The role is also the visibility, see .dependency-cruiser.cjs. */
const ROLES = [
  'module', // the wiring of a slice, and its table of contents
  'resolver', // GraphQL in
  'processor', // jobs in
  'service', // the use cases
  'state', // every move there is
  'rules', // the law: pure
  'rates', // dated amounts
  'types', // plain types
  'tokens', // what Nest injects by
  'errors', // every way to say no
  'entity', // the row
  'repository', // the SQL
  'jobs', // what background work exists
  'client', // the outside world, as we see it
  'simulator', // a stand-in for the outside world
];
const SPECS = ['spec', 'db.spec', 'e2e-spec', 'fixture'];

/** Files of an app that stand outside its slices. */
const DOORS = ['main', 'worker', 'cli', 'config', 'database', 'door', 'process', 'schema.db.spec'];

const FORBIDDEN_FOLDERS = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'manager',
  'managers',
  'misc',
  'lib',
];

/** Every file below a folder of the repository, as a path from the root with forward slashes. */
function below(folder: string): string[] {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? below(name) : [name];
  });
}

const text = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const except = (files: string[], isRight: (file: string) => boolean) => files.filter((file) => !isRight(file));

const apps = below('apps');
const libs = below('libs');
const code = [...apps, ...libs, ...below('test'), ...below('tools')].filter((file) => file.endsWith('.ts'));
const written = [
  ...apps,
  ...libs,
  ...['docs', 'eslint-rules', 'scripts', 'test', 'tools', '.ci'].flatMap(below),
].filter((file) => /\.(ts|mjs|cjs|js|md|sql|graphql|yaml|yml|json|html)$|\.ci\/run$/.test(file));

describe('an app', () => {
  const sources = apps.filter((file) => /^apps\/[^/]+\/src\/.+\.ts$/.test(file));

  it('names each file by what it is about and its role', () => {
    const slices = sources.filter((file) => file.split('/').length > 4);
    const name = new RegExp(`/[a-z0-9-]+(\\.(${ROLES.join('|')}))?(\\.(${SPECS.join('|')}))?\\.ts$`);
    const isRight = (file: string) => name.test(file) && /\/[^/]+\.[^/]+\.ts$/.test(file);
    expect(except(slices, isRight)).toEqual([]);
  });

  it('keeps only its doors, its module and tokens outside the slices', () => {
    const outside = sources.filter((file) => file.split('/').length === 4);
    const isRight = (file: string) => {
      const [, app, , name] = file.split('/') as [string, string, string, string];
      return (
        app === 'standalone' || // Its whole purpose is wiring.
        app === 'gateway' || // A door has no slices.
        DOORS.includes(name.replace(/\.ts$/, '')) ||
        name === `${app}.module.ts` ||
        name === `${app}.db.spec.ts` ||
        name === `${app}.tokens.ts` ||
        name === `${app}.errors.ts` // Joins what its slices say of their constraints.
      );
    };
    expect(except(outside, isRight)).toEqual([]);
  });

  it('has flat slices: a folder is a noun and holds no folder', () => {
    const isRight = (file: string) => file.split('/').length <= 5 || /^apps\/subsidy\/src\/programmes\//.test(file);
    expect(except(sources, isRight)).toEqual([]);
  });

  it('has no barrels', () => {
    expect(sources.filter((file) => /\/index\.ts$/.test(file))).toEqual([]);
  });

  it('begins each module with a sentence that says what it is for', () => {
    const modules = sources.filter((file) => file.endsWith('.module.ts'));
    expect(
      except(modules, (file) => /\/\*\*[^@]+[.。][^@]*\*\/\s*(@Global\(\)\s*)?@Module\(/.test(text(file))),
    ).toEqual([]);
  });

  it('keeps SQL in its repositories', () => {
    // Asking whether the database answers at all is no SQL about anything.
    const isSql = /\b(tx|read|manager)\s*\.\s*(query|copyIn|copyInto|copyOut)\b(?!\('select 1'\))/;
    const isPlace = (file: string) => /(\.repository|spec)\.ts$/.test(file);
    expect(sources.filter((file) => !isPlace(file) && isSql.test(text(file)))).toEqual([]);
  });

  it('says no only with refusals that its errors files list', () => {
    const isPlace = (file: string) => /(\.errors|spec)\.ts$/.test(file);
    expect(sources.filter((file) => !isPlace(file) && /new Refusal\(/.test(text(file)))).toEqual([]);
  });
});

describe('a library', () => {
  const names = [...new Set(libs.map((file) => file.split('/')[1]!))];

  it('has one front door, src/index.ts, that only opens', () => {
    const doors = libs.filter((file) => /(^|\/)index\.ts$/.test(file));
    expect(doors).toEqual(names.map((name) => `libs/${name}/src/index.ts`).sort());
    const isRight = (file: string) =>
      text(file)
        .split('\n')
        .every((line) => /^(export |\} from | {2}\w|\/[/*]| \*|$)/.test(line));
    expect(except(doors, isRight)).toEqual([]);
  });

  it('is a tool: its folder is flat', () => {
    expect(libs.filter((file) => file.endsWith('.ts') && file.split('/').length !== 4)).toEqual([]);
  });
});

describe('the repository', () => {
  it('has no folder whose name says nothing', () => {
    const folders = new Set([...code, ...below('scripts')].flatMap((file) => file.split('/').slice(0, -1)));
    expect(FORBIDDEN_FOLDERS.filter((name) => folders.has(name))).toEqual([]);
  });

  it('leaves no work behind in comments and skips no test', () => {
    const mark = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].map((word) => `\\b${word}\\b`).join('|'),
    );
    const skipped = /\b(describe|it|test)\.(skip|only|todo)\b|\bx(it|describe|test)\(/;
    expect(
      written.filter((file) => mark.test(text(file)) || (file.endsWith('.ts') && skipped.test(text(file)))),
    ).toEqual([]);
  });

  it('knows no machine: no home folder, no registry address', () => {
    const machine = /(["'`\s(]|^)(\/home\/\w|\/root\/|\/work\/|\/Users\/\w|\/tmp\/\w)|registry\.npm/m;
    expect(written.filter((file) => machine.test(text(file)))).toEqual([]);
    expect(text('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/);
  });

  it('keeps files short enough to read in one sitting', () => {
    const sources = code.filter((file) => !/spec\.ts$/.test(file) && !(file in MAY_BE_LONG));
    expect(sources.filter((file) => text(file).split('\n').length > LONG)).toEqual([]);
  });
});

const LONG = 400;

/** Longer files, each with its reason. The list may only get shorter. */
const MAY_BE_LONG: Record<string, string> = {};

describe('the glossary', () => {
  const rows = text('docs/glossary.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const terms = rows.map((cells) => cells[2]?.replaceAll('`', ''));

  it('gives every term its word in the law, in English and in the code, and one meaning', () => {
    const isWhole = ([zh, english, term, meaning, ...more]: string[]) =>
      /\p{Script=Han}/u.test(zh ?? '') &&
      /^[a-z]/.test(english ?? '') &&
      /^`[a-z][A-Za-z]*`$/.test(term ?? '') &&
      /\.$/.test(meaning ?? '') &&
      more.length === 0;
    expect(rows.filter((row) => !isWhole(row))).toEqual([]);
    for (const column of [0, 1, 2]) expect(new Set(rows.map((row) => row[column])).size).toBe(rows.length);
  });

  it('holds the noun of every slice', () => {
    const slices = new Set(apps.flatMap((file) => /^apps\/[^/]+\/src\/([^/]+)\/.+\.ts$/.exec(file)?.[1] ?? []));
    expect(
      [...slices].filter((slice) => !terms.includes(slice.replace(/-(.)/g, (_, c: string) => c.toUpperCase()))),
    ).toEqual([]);
  });
});

describe('nest-cli.json', () => {
  it('lists every app and library', () => {
    const { projects } = JSON.parse(text('nest-cli.json')) as { projects: Record<string, { root: string }> };
    const folders = [...apps, ...libs].map((file) => file.split('/').slice(0, 2).join('/'));
    expect(new Set(Object.values(projects).map(({ root: folder }) => folder))).toEqual(new Set(folders));
  });
});
