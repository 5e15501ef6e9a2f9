import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const root = path.join(__dirname, '..');

/** Files that keep every rule, and beside them one that breaks each: `breaks` names the rule that must fire. */
const PLANTED: Record<string, { breaks?: string; text: string }> = {
  // What is right, so that a rule that fires on everything fails too.
  'libs/kernel/src/index.ts': { text: "export * from './day';" },
  'libs/kernel/src/day.ts': { text: "import 'node:crypto'; export const day = 1;" },
  'libs/vault/src/index.ts': { text: "export * from './seal';" },
  'libs/vault/src/seal.ts': { text: "import { day } from '@app/kernel'; export const seal = day;" },
  'libs/testing/src/index.ts': { text: "import 'pg'; export const clock = 1;" },
  'apps/subsidy/src/subsidy.module.ts': { text: "import './claim/claim.module'; import './award/award.module';" },
  'apps/subsidy/src/claim/claim.module.ts': {
    text: "import './claim.resolver'; import './claim.repository'; export {};",
  },
  'apps/subsidy/src/claim/claim.resolver.ts': { text: "import './claim.service';" },
  'apps/subsidy/src/claim/claim.service.ts': {
    text: "import './claim.repository'; import '../award/award.service'; import '@app/vault'; export {};",
  },
  'apps/subsidy/src/claim/claim.repository.ts': { text: "import 'typeorm'; import './claim.entity'; export {};" },
  'apps/subsidy/src/claim/claim.entity.ts': {
    text: "import 'typeorm'; import { s } from './claim.state'; export const e = s;",
  },
  'apps/subsidy/src/claim/claim.state.ts': { text: "import { day } from '@app/kernel'; export const s = day;" },
  'apps/subsidy/src/claim/claim.db.spec.ts': {
    text: "import '@app/testing'; import 'pg'; import '../award/award.repository'; import './claim.service';",
  },
  'apps/subsidy/src/award/award.module.ts': { text: "import './award.service'; export {};" },
  'apps/subsidy/src/award/award.service.ts': { text: "import './award.repository'; export {};" },
  'apps/subsidy/src/award/award.repository.ts': { text: "import 'pg'; export {};" },
  'apps/gateway/src/gateway.module.ts': { text: "import '@app/kernel'; export {};" },
  'apps/standalone/src/main.ts': { text: "import '../../subsidy/src/subsidy.module';" },
  'tools/bench/main.ts': { text: "import '../../apps/subsidy/src/subsidy.module'; import 'pg';" },

  // What is wrong, once per rule and once per clause of a rule.
  'apps/gateway/src/round.ts': { breaks: 'no-cycles', text: "import type { B } from './trip'; export type A = B;" },
  'apps/gateway/src/trip.ts': { text: "import type { A } from './round'; export type B = A;" },
  'apps/gateway/src/nowhere.ts': { breaks: 'no-unresolvable', text: "import '@app/imaginary';" },
  'libs/vault/src/benefit.ts': {
    breaks: 'libs-do-not-know-apps',
    text: "import '../../../apps/subsidy/src/subsidy.module';",
  },
  'libs/kernel/src/ambition.ts': { breaks: 'libs-do-not-know-apps', text: "import '@app/vault';" },
  'libs/kernel/src/package.ts': { breaks: 'libs-do-not-know-apps', text: "import 'chinese-days';" },
  'apps/gateway/src/shortcut.ts': {
    breaks: 'apps-do-not-import-apps',
    text: "import '../../subsidy/src/subsidy.module';",
  },
  'apps/gateway/src/lazy.ts': {
    breaks: 'apps-do-not-import-apps',
    text: "export const later = () => import('../../subsidy/src/subsidy.module');",
  },
  'apps/standalone/src/peek.ts': {
    breaks: 'apps-do-not-import-apps',
    text: "import '../../subsidy/src/claim/claim.repository';",
  },
  'apps/gateway/src/burglar.ts': { breaks: 'libs-by-the-front-door', text: "import '../../../libs/vault/src/seal';" },
  'libs/vault/src/neighbour.ts': { breaks: 'libs-by-the-front-door', text: "import '../../kernel/src/day';" },
  'apps/subsidy/src/award/award.rates.ts': {
    breaks: 'pure-files-stay-pure',
    text: "import './award.service'; export const rate = 1;",
  },
  'apps/subsidy/src/award/award.rules.ts': {
    breaks: 'pure-files-stay-pure',
    text: "import 'node:fs'; export const r = 1;",
  },
  'apps/subsidy/src/award/award.jobs.ts': {
    breaks: 'slices-by-the-front-door',
    text: "import '../claim/claim.repository'; export {};",
  },
  'apps/subsidy/src/award/award.errors.ts': { breaks: 'only-repositories-query', text: "import 'typeorm'; export {};" },
  'libs/vault/src/store.ts': {
    breaks: 'only-repositories-query',
    text: "import type { Pool } from 'pg'; export type P = Pool;",
  },
  'apps/subsidy/src/claim/claim.processor.ts': {
    breaks: 'edges-do-not-touch-tables',
    text: "import './claim.repository';",
  },
  'apps/gateway/src/helped.ts': { breaks: 'tests-stay-outside', text: "import '@app/testing';" },
  'libs/vault/src/invent.fixture.ts': { text: "import 'fast-check'; export const any = 1;" },
  'libs/vault/src/invented.ts': { breaks: 'tests-stay-outside', text: "import './invent.fixture';" },
  'apps/gateway/src/guess.ts': { breaks: 'tests-stay-outside', text: "import 'fast-check';" },
};

describe('the boundaries', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-boundaries-'));
    for (const [file, { text }] of Object.entries(PLANTED)) write(file, `${text}\n`);
    for (const name of ['typeorm', 'pg', 'fast-check', 'chinese-days']) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      write(`node_modules/${name}/index.js`, 'module.exports = {};');
      write(`node_modules/${name}/index.d.ts`, 'export type Pool = object;');
    }
    const dependencies = { typeorm: '1', pg: '1', 'fast-check': '1', 'chinese-days': '1' };
    write('package.json', JSON.stringify({ name: 'planted', dependencies }));
    for (const file of ['tsconfig.json', '.dependency-cruiser.cjs']) {
      fs.copyFileSync(path.join(root, file), path.join(folder, file));
    }
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };

  it('fires on each planted violation and on nothing else', () => {
    const expected = Object.entries(PLANTED).filter(([, { breaks }]) => breaks);
    expect(cruise(folder)).toEqual(expected.map(([file, { breaks }]) => `${breaks}: ${file}`).sort());
  });

  it('has a planted violation for every rule there is', () => {
    const { forbidden } = jest.requireActual<{ forbidden: { name: string }[] }>('../.dependency-cruiser.cjs');
    const planted = new Set(Object.values(PLANTED).map(({ breaks }) => breaks));
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});

/** `rule: file` of each violation, as the command line reports them. */
function cruise(folder: string): string[] {
  const packaged = path.join(root, 'node_modules', '.bin', 'node');
  const tool = path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const wanted = ['apps', 'libs', 'test', 'tools'].filter((name) => fs.existsSync(path.join(folder, name)));
  const result = spawnSync(
    fs.existsSync(packaged) ? packaged : process.execPath,
    [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...wanted],
    { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (!result.stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run: ${result.stderr}`);
  const { summary } = JSON.parse(result.stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`).sort();
}
