import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { constants } from 'node:os';
import * as path from 'node:path';
import { root, Stop } from './terminal.mjs';

const SAME_KEYPRESS_MILLISECONDS = 1000;

/** The Node of the lock file where its package exists for the platform, else the one that runs this script. */
export function runtime() {
  const packaged = path.join(root, 'node_modules', '.bin', 'node');
  return fs.existsSync(packaged) ? packaged : process.execPath;
}

/**
 * Runs a compiled program (path below dist) in the foreground and gives its exit code. The program is the leader
 * of its own session, so a Ctrl-C, which a terminal sends to everybody and npm sends once more, reaches it once.
 */
export function runCompiled(program, args) {
  const file = path.join(root, 'dist', program);
  if (!fs.existsSync(file)) {
    throw new Stop(
      `${program} is not in dist: its source is missing from this checkout; fetch it (git status) and try again.`,
      `dist 中没有 ${program}：本目录缺少对应源文件；请用 git status 检查并补齐后重试。`,
    );
  }
  const follow = path.join(root, 'scripts', 'follow.cjs');
  return foreground(['--enable-source-maps', '--require', follow, file, ...args]);
}

/** Runs a tool's script under node_modules with this terminal; gives its exit code. */
export function runTool(script, args) {
  const follow = path.join(root, 'scripts', 'follow.cjs');
  return foreground(['--require', follow, path.join(root, 'node_modules', script), ...args]);
}

function foreground(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime(), args, {
      cwd: root,
      env: { ...process.env, YANGYU_STARTER: String(process.pid) },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    let forwardedAt = -Infinity;
    const forward = (signal) => {
      const now = performance.now();
      if (now - forwardedAt < SAME_KEYPRESS_MILLISECONDS) return;
      forwardedAt = now;
      child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
    if (process.env.npm_lifecycle_event) whenOrphaned(() => forward('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code === null ? 128 + constants.signals[signal] : code));
  });
}

/** Where npm puts a shell between itself and us, its signal stops at the shell: then the parent changes. */
function whenOrphaned(then) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    then();
  }, 250);
  watch.unref();
}
