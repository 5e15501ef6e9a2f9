import * as fs from 'node:fs';
import * as path from 'node:path';
import { refuse } from './vault.errors';

/** A file of keys: read by its owner only, replaced as a whole, on disk before anything depends on it. */
export class RingFile {
  private seen = '';

  constructor(readonly path: string) {}

  exists(): boolean {
    return fs.existsSync(this.path);
  }

  /** Refuses with VAULT_FILE_OPEN_TO_OTHERS. */
  read(): string {
    const file = fs.openSync(this.path, 'r');
    try {
      const stat = fs.fstatSync(file);
      if ((stat.mode & 0o077) !== 0) throw refuse.openToOthers(this.path);
      this.seen = sign(stat);
      return fs.readFileSync(file, 'utf8');
    } finally {
      fs.closeSync(file);
    }
  }

  hasChanged(): boolean {
    const stat = fs.statSync(this.path, { throwIfNoEntry: false });
    return stat !== undefined && sign(stat) !== this.seen;
  }

  /** Makes it, unless another process was faster: then that one's holds. */
  make(text: string): void {
    fs.mkdirSync(path.dirname(this.path), { recursive: true });
    const aside = this.writeAside(text);
    try {
      fs.linkSync(aside, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      fs.unlinkSync(aside);
    }
    this.syncFolder();
  }

  replace(text: string): void {
    fs.renameSync(this.writeAside(text), this.path);
    this.syncFolder();
  }

  /**
   * Replaces it if it still holds what was read; false when somebody has changed it since. Nothing is waited for between
   * the look and the renaming.
   */
  replaceIf(known: string, text: string): boolean {
    const aside = this.writeAside(text);
    try {
      if (this.read() !== known) return false;
      fs.renameSync(aside, this.path);
    } finally {
      fs.rmSync(aside, { force: true });
    }
    this.syncFolder();
    return true;
  }

  private writeAside(text: string): string {
    const aside = `${this.path}.${process.pid}.new`;
    fs.rmSync(aside, { force: true });
    const file = fs.openSync(aside, 'wx', 0o600);
    try {
      fs.writeSync(file, text);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    return aside;
  }

  private syncFolder(): void {
    const folder = fs.openSync(path.dirname(this.path), 'r');
    fs.fsyncSync(folder);
    fs.closeSync(folder);
  }
}

const sign = ({ ino, mtimeMs, size }: fs.Stats): string => `${ino} ${mtimeMs} ${size}`;
