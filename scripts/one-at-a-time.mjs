import * as fs from 'node:fs';
import * as path from 'node:path';
import { root, say, Stop } from './terminal.mjs';

const folder = path.join(root, '.data');

/**
 * Lets one process at a time do `work`: two commands typed at once on a fresh checkout must not install or
 * build over each other. The lock names its process, so that one left behind by a kill is taken over.
 */
export async function withLock(name, work) {
  const file = path.join(folder, `${name}.lock`);
  let told = false;
  while (!take(file)) {
    if (dropIfAbandoned(file)) continue;
    if (!told) say(`Waiting for another "${name}" of this checkout…`, `正在等待本目录的另一个 ${name} 结束……`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    fs.mkdirSync(folder, { recursive: true });
    // Written aside and linked into place: whoever sees the lock sees the process id in it.
    const mine = `${file}.${process.pid}`;
    fs.writeFileSync(mine, String(process.pid));
    try {
      fs.linkSync(mine, file);
      return true;
    } finally {
      fs.rmSync(mine, { force: true });
    }
  } catch (error) {
    if (error.code !== 'EEXIST') throw notWritable(error, folder);
    return false;
  }
}

/** Whether the lock was left behind by a process that is gone; it is free then. */
function dropIfAbandoned(file) {
  try {
    if (isAlive(Number(fs.readFileSync(file, 'utf8')))) return false;
    fs.rmSync(file, { force: true });
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Turns "permission denied" and "disk full" into what to do about them; other errors pass unchanged. */
export function notWritable(error, where) {
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
    return new Stop(
      `This account cannot write to ${where}; run as the account that owns it, or give the folder to this account.`,
      `当前账户无法写入 ${where}；请改用该目录的所有者运行，或把目录的写权限交给当前账户。`,
    );
  }
  if (error.code === 'ENOSPC') {
    return new Stop(
      `The disk under ${where} is full; free some space and try again.`,
      `${where} 所在磁盘已满；请清理磁盘后重试。`,
    );
  }
  return error;
}
