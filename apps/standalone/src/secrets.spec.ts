import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { giveSecrets, makeSecrets } from './secrets';

let folder: string;
beforeEach(() => {
  folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-secrets-')), 'secrets');
});
afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true, force: true }));

const contents = (names: readonly string[]) => names.map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));

it('makes every secret for its owner only, each another one', async () => {
  const { names, made } = await makeSecrets(folder);
  expect(made).toEqual(names);
  // Whom we are connected with is a secret once somebody is named; at first both say nobody.
  const unnamed = ['registry.json', 'peers.json'];
  expect(contents(unnamed)).toEqual(unnamed.map(() => '{"kind":"none"}'));
  const others = names.filter((name) => !unnamed.includes(name));
  expect(new Set(contents(others)).size).toBe(others.length);
  for (const name of names) expect(fs.statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
});

it('never overwrites, and makes only what is missing', async () => {
  const { names } = await makeSecrets(folder);
  const before = contents(names);
  fs.rmSync(path.join(folder, 'redis.password'));
  expect((await makeSecrets(folder)).made).toEqual(['redis.password']);
  const after = contents(names);
  expect(names.filter((_, n) => before[n] !== after[n])).toEqual(['redis.password']);
});

it('belongs to the account in the containers, or is told of by name', async () => {
  const secrets = await makeSecrets(folder);
  const isRoot = process.getuid!() === 0;
  expect(giveSecrets(secrets, 10_001)).toEqual(isRoot ? [] : ['vault', ...secrets.names]);
  expect(giveSecrets(secrets, isRoot ? 10_001 : process.getuid!())).toEqual([]);
  expect(fs.statSync(path.join(folder, 'vault')).mode & 0o777).toBe(0o700);
});
