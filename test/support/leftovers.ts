import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export const TEST_FOLDER = 'yangyu-test-';

/** Stops the servers and removes the folders of test runs that were killed: nobody else will. */
export function removeLeftovers(): void {
  for (const name of fs.readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(TEST_FOLDER))) {
    const folder = path.join(os.tmpdir(), name);
    try {
      const note = fs.readFileSync(path.join(folder, 'postgres.json'), 'utf8');
      const { ownerPid, serverPid } = JSON.parse(note) as { ownerPid: number; serverPid: number };
      if (isAlive(ownerPid)) continue;
      if (commandOf(serverPid).includes(folder)) process.kill(serverPid, 'SIGQUIT');
      fs.rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another account's, or a run that is only just starting: not ours to judge.
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process id may have been given to somebody else since. */
function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
