import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { startCluster } from '@app/database';
import { day } from '@app/kernel';
import { readConfig } from '../../apps/standalone/src/config';
import { openInstallation } from '../../apps/standalone/src/installation';
import { generateCounty } from '../../apps/simulator/src/county/county.service';

const ROOT = path.join(__dirname, '..', '..');

/** How a child process ended: by itself with a code, or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * `npm start -- --once` as it is built, in child processes that may be killed, on data folders that all begin the
 * same: a migrated, empty database and one small county. Chance failures at the bank are off, so that runs can be compared.
 */
export class CompiledProgram {
  private constructor(
    readonly folder: string,
    private readonly origin: string,
  ) {}

  static async build(people: number): Promise<CompiledProgram> {
    const built = spawnSync(process.execPath, [path.join(ROOT, 'scripts', 'build.mjs')], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-killed-'));
    fs.chmodSync(folder, 0o755); // The account that PostgreSQL runs under has to get in.
    // A copy, so that nobody who builds meanwhile changes the program between two runs.
    fs.cpSync(path.join(ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
    for (const name of ['node_modules', 'scripts', 'docker-compose.yml', 'supergraph.graphql'])
      fs.symlinkSync(path.join(ROOT, name), path.join(folder, name));
    const origin = path.join(folder, 'origin');
    const config = { ...readConfig({ YANGYU_DATA: origin }), port: 0 };
    await (await openInstallation(config)).close();
    // A killed process loses nothing that the server has; only a power cut would, and nobody cuts the power here.
    fs.appendFileSync(path.join(origin, 'postgres', 'postgresql.conf'), '\nfsync = off\n');
    await generateCounty({ people, asOf: day('2026-03-31'), folder: path.join(origin, 'demo', 'county') });
    return new CompiledProgram(folder, origin);
  }

  /** A new installation's data folder. */
  dataFolder(name: string): string {
    const folder = path.join(this.folder, name);
    const copied = spawnSync('cp', ['-a', this.origin, folder], { encoding: 'utf8' }); // Keeps the owner of PostgreSQL's files.
    if (copied.status !== 0) throw new Error(copied.stderr);
    return folder;
  }

  /** Runs the main job once, to its end or to the failpoint that the environment arms. */
  run(dataFolder: string, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.spawn('main.js', ['--once', '--json'], dataFolder, environment);
  }

  /** Runs one command of `yangyu`. */
  command(dataFolder: string, words: readonly string[]): Promise<Ended> {
    return this.spawn('cli.js', words, dataFolder);
  }

  /** Plays the main job on several processes and ends; what it has said so far may be read meanwhile. */
  distributed(dataFolder: string, environment: Readonly<Record<string, string>>, onSaid?: (text: string) => void) {
    return this.spawn('distributed.js', ['--once', '--workers', '2'], dataFolder, environment, onSaid);
  }

  private spawn(
    file: string,
    words: readonly string[],
    dataFolder: string,
    environment: Readonly<Record<string, string>> = {},
    onSaid: (text: string) => void = () => undefined,
  ): Promise<Ended> {
    const packaged = path.join(ROOT, 'node_modules', '.bin', 'node');
    const program = path.join(this.folder, 'dist', 'apps', 'standalone', 'src', file);
    const child = spawn(fs.existsSync(packaged) ? packaged : process.execPath, [program, ...words], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        YANGYU_DATA: dataFolder,
        YANGYU_BANK_FAILURES: '0',
        YANGYU_THROWAWAY: 'yes',
        ...redisOf(dataFolder),
        NODE_COMPILE_CACHE: path.join(this.folder, 'compiled'),
        ...environment,
      },
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (text) => onSaid((output += String(text))));
    child.stderr.on('data', (text) => (errors += String(text)));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, output, errors }));
    });
  }

  remove(): Promise<void> {
    return removeFolder(this.folder);
  }
}

/** Where the tests' queue is in Redis, the program's is too, each installation's under a prefix of its own. */
function redisOf(dataFolder: string): Record<string, string> {
  const url = process.env.YANGYU_TEST_REDIS;
  if (url === undefined) return {};
  return { YANGYU_REDIS_URL: url, YANGYU_REDIS_PREFIX: `p${path.basename(dataFolder).replaceAll(/\W/g, '-')}` };
}

/** Also stops the servers whose owners were killed and never started again. */
async function removeFolder(folder: string): Promise<void> {
  const dataFolders = fs.readdirSync(folder).map((name) => path.join(folder, name));
  for (const dataFolder of dataFolders.filter((one) => fs.existsSync(path.join(one, 'postgres.json')))) {
    const cluster = await startCluster({ dataFolder });
    if (!cluster.owned) return; // A child is still at work there; it ends by itself.
    await cluster.stop();
  }
  fs.rmSync(folder, { recursive: true, force: true });
}
