import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { BookFile, BookLine } from './bank.types';

type Entry =
  | { readonly kind: 'begin'; readonly messageId: string }
  | ({ readonly kind: 'line' } & Omit<BookLine, 'amountFen'> & { readonly amountFen: string })
  | ({ readonly kind: 'file' } & Omit<BookFile, 'lines'>);

/**
 * The bank's memory: one append-only file of JSON lines. The lines of a payment file count once its own entry stands
 * behind them and is on the disk, so that a bank that died in between has credited nobody.
 */
export class BankBook {
  private readonly files = new Map<string, BookFile>();
  private readonly owners = new Map<string, string>();

  private constructor(private readonly path: string) {}

  static async open(folder: string): Promise<BankBook> {
    fs.mkdirSync(folder, { recursive: true });
    const book = new BankBook(path.join(folder, 'book.jsonl'));
    await book.load();
    return book;
  }

  find(messageId: string): BookFile | undefined {
    return this.files.get(messageId);
  }

  /** The message in which the bank first met this reference. */
  findOwner(endToEndId: string): string | undefined {
    return this.owners.get(endToEndId);
  }

  all(): Iterable<BookFile> {
    return this.files.values();
  }

  /** Writes a whole file and its lines, and comes back when the disk has them. */
  add(file: BookFile): void {
    const { lines, ...head } = file;
    const handle = fs.openSync(this.path, 'a', 0o600);
    try {
      let text = jsonLine({ kind: 'begin', messageId: file.messageId });
      for (const line of lines) {
        text += jsonLine({ kind: 'line', ...line, amountFen: line.amountFen.toString() });
        if (text.length < 64 * 1024) continue;
        fs.writeSync(handle, text);
        text = '';
      }
      fs.writeSync(handle, text + jsonLine({ kind: 'file', ...head }));
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    this.remember(file);
  }

  private remember(file: BookFile): void {
    this.files.set(file.messageId, file);
    for (const { endToEndId } of file.lines)
      if (!this.owners.has(endToEndId)) this.owners.set(endToEndId, file.messageId);
  }

  private async load(): Promise<void> {
    if (!fs.existsSync(this.path)) return;
    this.cutTornLine();
    let lines: BookLine[] = [];
    for await (const text of createInterface({ input: fs.createReadStream(this.path), crlfDelay: Infinity })) {
      const entry = JSON.parse(text) as Entry;
      if (entry.kind === 'begin') lines = [];
      else if (entry.kind === 'line') {
        const { kind: _kind, amountFen, ...line } = entry;
        lines.push({ ...line, amountFen: BigInt(amountFen) });
      } else {
        const { kind: _kind, ...head } = entry;
        this.remember({ ...head, lines });
        lines = [];
      }
    }
  }

  /** A line without its end was being written when the bank died. */
  private cutTornLine(): void {
    const size = fs.statSync(this.path).size;
    const handle = fs.openSync(this.path, 'r+');
    try {
      const tail = Buffer.alloc(Math.min(size, 1024 * 1024));
      fs.readSync(handle, tail, 0, tail.length, size - tail.length);
      fs.ftruncateSync(handle, size - tail.length + tail.lastIndexOf(0x0a) + 1);
    } finally {
      fs.closeSync(handle);
    }
  }
}

const jsonLine = (entry: Entry): string => JSON.stringify(entry) + '\n';
