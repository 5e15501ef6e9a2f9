/** Makes the checkout ready to run: the right Node, and the packages of the lock file. Uses Node's own modules only. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { notWritable, withLock } from './one-at-a-time.mjs';
import { root, say, Stop } from './terminal.mjs';

const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.yangyu-installed');
const lockFile = path.join(root, 'package-lock.json');
const FREE_MEGABYTES_NEEDED = 1200; // Packages unpack to about 600 MB; npm's cache wants half as much again.

/** Installs what the lock file names when it is not there yet. Says nothing when there is nothing to do. */
export async function install() {
  refuseWrongNode(process.versions.node);
  if (isInstalled()) return;
  await withLock('install', () => {
    if (!isInstalled()) installPackages();
  });
}

/** Nest 12 is published as ES modules only; `require` of those came with 20.19, 22.12 and 23. */
function refuseWrongNode(version) {
  const [major, minor] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23) return;
  throw new Stop(
    `Node ${version} is too old: install Node 24 (or 22.12 or later, or 20.19 or later) and run the same command again.`,
    `Node ${version} 版本过低：请安装 Node 24（或 22.12 以上、20.19 以上）后重新运行同一命令。`,
  );
}

function isInstalled() {
  const wanted = fingerprint();
  if (read(stamp) === wanted) return true;
  if (!matchesLock()) return false;
  try {
    fs.writeFileSync(stamp, wanted); // Installed by hand with npm: remember that it was compared.
  } catch {
    // Another account's checkout: it is complete, which is all that was asked.
  }
  return true;
}

function fingerprint() {
  const hash = createHash('sha256').update(fs.readFileSync(lockFile));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** Whether what npm noted in node_modules is what the lock file asks for on this platform, development tools included. */
function matchesLock() {
  const noted = read(path.join(modules, '.package-lock.json'));
  if (!noted) return false;
  const installed = JSON.parse(noted).packages;
  const { '': top, ...wanted } = JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages;
  return Object.entries(wanted).every(([where, { version, optional, os: systems, cpu }]) => {
    const found = installed[where];
    if (found) return found.version === version && fs.existsSync(path.join(root, where));
    const forHere = (!systems || systems.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
    const named = where.slice('node_modules/'.length) in (top.optionalDependencies || {});
    return Boolean(optional) && !(named && forHere);
  });
}

function installPackages() {
  refuseFullDisk();
  say('Installing packages (once, about a minute)…', '正在安装依赖（仅首次，约一分钟）……');
  const { command, args, env } = npm();
  const flags = ['ci', '--include=dev', '--include=optional', '--no-progress', '--loglevel=error'];
  const result = spawnSync(command, [...args, ...flags], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32' && args.length === 0,
  });
  if (result.status !== 0) throw explain(result);
  try {
    fs.writeFileSync(stamp, fingerprint());
  } catch (error) {
    throw notWritable(error, modules);
  }
}

function refuseFullDisk() {
  if (!fs.statfsSync) return;
  const { bavail, bsize } = fs.statfsSync(root);
  const free = Math.floor((bavail * bsize) / 1048576);
  if (free >= FREE_MEGABYTES_NEEDED) return;
  throw new Stop(
    `Only ${free} MB are free under ${root} and the packages need ${FREE_MEGABYTES_NEEDED} MB: free some space and try again.`,
    `${root} 仅剩 ${free} MB，安装依赖需要 ${FREE_MEGABYTES_NEEDED} MB：请清理磁盘后重试。`,
  );
}

/** The npm that started us, run by its own Node: `npm ci` removes the packaged Node that may be running this script. */
function npm() {
  const env = { ...process.env, PATH: withoutOwnBinaries(process.env.PATH || '') };
  if (!canWrite(os.homedir())) env.npm_config_cache = path.join(root, '.data', 'npm-cache');
  const starter = process.env.npm_execpath || '';
  if (/npm-cli\.[cm]?js$/.test(starter)) {
    return { command: process.env.npm_node_execpath || process.execPath, args: [starter], env };
  }
  return { command: 'npm', args: [], env };
}

function withoutOwnBinaries(searchPath) {
  const own = path.join(modules, '.bin');
  return searchPath
    .split(path.delimiter)
    .filter((folder) => path.resolve(folder) !== own)
    .join(path.delimiter);
}

function canWrite(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function explain({ error, status, signal, stdout, stderr }) {
  if (error && error.code === 'ENOENT') {
    return new Stop(
      'npm was not found: install Node 24 together with npm, then run the same command again.',
      '未找到 npm：请安装带有 npm 的 Node 24，然后重新运行同一命令。',
    );
  }
  const said = `${stdout || ''}${stderr || ''}`.trim().split('\n').slice(-15).join('\n');
  if (/ENOSPC|no space left/i.test(said)) {
    return new Stop(
      'npm ci ran out of disk space: free at least 1 GB and run the same command again.',
      'npm ci 因磁盘空间不足而失败：请至少清理出 1 GB 后重新运行同一命令。',
      said,
    );
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(
      said,
    )
  ) {
    return new Stop(
      'npm ci could not reach the package registry: check the network or proxy (npm config get registry), then run the same command again.',
      'npm ci 无法连接软件包仓库：请检查网络或代理设置（npm config get registry），然后重新运行同一命令。',
      said,
    );
  }
  if (/EACCES|EPERM|EROFS/.test(said)) {
    return new Stop(
      `npm ci may not write to ${modules}: remove that folder or run as the account that owns it.`,
      `npm ci 无权写入 ${modules}：请删除该目录，或改用其所有者账户运行。`,
      said,
    );
  }
  return new Stop(
    `npm ci failed (${signal || `exit ${status}`}); its last lines are above: remove ${modules}, check "npm -v" (10 or later) and run the same command again.`,
    `npm ci 失败（${signal || `退出码 ${status}`}），最后输出见上：请删除 ${modules}，确认 npm 版本不低于 10，然后重新运行同一命令。`,
    said,
  );
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
