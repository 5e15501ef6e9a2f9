import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export const TEST_FOLDER = 'yangyu-test-';
const NOTE = 'postgres.json';

const SHARED_MEMORY = '/dev/shm';
const TMPFS = 0x01021994;
const FREE_MEGABYTES_NEEDED = 4_000; // A run has held up to 629 MB there, and each of its workers takes a gigabyte besides.

/**
 * Where a run's server keeps its files: in memory where the machine has enough to lend. Every test database is some thousand
 * files, and a file system on a disk spends more on making and removing those than the tests on everything they do in them.
 */
export function placeForServer(): string {
  return hasRoom(SHARED_MEMORY) ? SHARED_MEMORY : os.tmpdir();
}

function hasRoom(folder: string): boolean {
  try {
    const { type, bavail, bsize } = fs.statfsSync(folder);
    const free = Math.min(bavail * bsize, process.availableMemory()) / 1_048_576;
    return type === TMPFS && free >= FREE_MEGABYTES_NEEDED;
  } catch {
    return false;
  }
}

/** Stops the servers and removes the folders of test runs that were killed: nobody else will. */
export function removeLeftovers(): void {
  for (const place of [os.tmpdir(), SHARED_MEMORY].filter((one) => fs.existsSync(one))) {
    const names = fs.readdirSync(place).filter((entry) => entry.startsWith(TEST_FOLDER));
    for (const name of names) removeLeftover(path.join(place, name));
  }
}

function removeLeftover(folder: string): void {
  try {
    if (isAlive(noteIn(folder).ownerPid)) return;
    const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
    // The run's own, and those of installations that a test was about.
    for (const file of files.filter((one) => path.basename(one) === NOTE)) {
      const { serverPid } = noteIn(path.join(folder, path.dirname(file)));
      if (commandOf(serverPid).includes(folder)) process.kill(serverPid, 'SIGQUIT');
    }
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another account's, or a run that is only just starting: not ours to judge.
  }
}

const noteIn = (folder: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, NOTE), 'utf8')) as { ownerPid: number; serverPid: number };

function isAlive(pid: number): boolean {
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
