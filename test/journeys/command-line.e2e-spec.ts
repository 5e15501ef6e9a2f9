import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { readConfig } from '../../apps/standalone/src/config';
import { openInstallation } from '../../apps/standalone/src/installation';

const ROOT = path.join(__dirname, '..', '..');
const PRODUCTION = { YANGYU_MODE: 'production', YANGYU_ISSUER: 'https://sign-in.example' };
/** Verbs that act as the demo's people, with the least that each must be given, and what stands in their place. */
const OF_THE_DEMO: readonly (readonly [verb: string, rest: string, instead: string])[] = [
  ['confirm', '', 'reviewClaims, confirmClaims'],
  ['release', '--cover', '--document'],
  ['approve', '', 'prepareBatch, approveBatch'],
  ['bank', 'file.xml --out answers', 'reconcile'],
  ['repair', '', 'repairAccount'],
  ['access token', '--as demo-auditor', 'YANGYU_ISSUER'],
];

let parent: string;
let folder: string;
beforeAll(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-cli-'));
  fs.chmodSync(parent, 0o755); // The account that PostgreSQL runs under has to get in.
  folder = path.join(parent, 'data');
});
afterAll(() => fs.rmSync(parent, { recursive: true, force: true }));

interface Said {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A command as it is typed: `npm run yangyu` or `npm start`, without npm. */
function type(script: 'yangyu' | 'start', words: string, environment: Readonly<Record<string, string>>): Promise<Said> {
  const file = path.join(ROOT, 'scripts', `${script}.mjs`);
  const env = { PATH: process.env.PATH, YANGYU_DATA: folder, ...environment };
  const child = spawn(process.execPath, [file, ...words.split(' ').filter(Boolean)], { cwd: ROOT, env });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (errors += String(text)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}

describe('the command line in production', () => {
  it('refuses every verb that acts as people of the demo, and says what officers do instead', async () => {
    const untouched = path.join(parent, 'untouched');
    for (const [verb, rest, instead] of OF_THE_DEMO) {
      const environment = { ...PRODUCTION, YANGYU_DATA: untouched };
      const { code, output } = await type('yangyu', `${verb} ${rest} --json`, environment);
      expect({ verb, code, output }).toMatchObject({ code: 1, output: expect.stringContaining('{') as string });
      const { error } = JSON.parse(output.slice(output.indexOf('{'))) as { error: object };
      expect(error).toMatchObject({
        code: 'NOT_IN_PRODUCTION',
        sentence: { en: expect.stringContaining(instead) as string, zh: expect.stringContaining(verb) as string },
      });
    }
    expect(fs.existsSync(untouched)).toBe(false);
  });

  it('does what the operator does, in no officer’s name, on data that no demo is played on afterwards', async () => {
    for (const words of ['determine --division 340202', `pay --out ${path.join(parent, 'out')}`, 'verify']) {
      const { code, errors } = await type('yangyu', words, PRODUCTION);
      expect({ words, code, errors }).toMatchObject({ code: 0 });
    }
    for (const [script, words] of [['yangyu', 'approve'] as const, ['start', '--once'] as const]) {
      const { code, errors } = await type(script, words, {});
      expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining('DATA_OF_OTHER_MODE') as string });
    }
    expect(fs.existsSync(path.join(folder, 'demo'))).toBe(false);
    const installation = await openInstallation(readConfig({ YANGYU_DATA: folder, ...PRODUCTION }));
    try {
      const runs = await inContext(systemContext('test'), () =>
        installation.subsidy.read((read) => read.query('select started_by as actor from determination_run')),
      );
      expect(runs).toEqual([{ actor: 'system:operator' }]);
    } finally {
      await installation.close();
    }
  });
});
