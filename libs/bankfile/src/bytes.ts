import { createHash, type Hash } from 'node:crypto';
import * as iconv from 'iconv-lite';
import { refuse } from './bankfile.errors';
import type { Carrier } from './field';
import type { ByteSource } from './payment-file.types';

/** The start of a file, to tell its kind, and then all of it, hashed on the way. */
export class Incoming {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly hash: Hash = createHash('sha256');
  private start: Buffer = Buffer.alloc(0);

  constructor(source: ByteSource) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** XML or not, by the first bytes only: a file name is no evidence. */
  async isXml(): Promise<boolean> {
    while (this.start.length < 4) {
      const next = await this.chunks.next();
      if (next.done) break;
      this.start = Buffer.concat([this.start, next.value]);
    }
    const [a, b] = this.start;
    if (a === undefined) throw refuse.truncated(1);
    if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)) throw refuse.encoding(1, 'UTF-8');
    const at = this.hasByteOrderMark() ? 3 : 0;
    return this.start[at] === 0x3c;
  }

  /** True for the UTF-8 mark; a list from a spreadsheet may come so instead of in GB18030. */
  hasByteOrderMark(): boolean {
    return this.start.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  }

  /** Text in UTF-8; bytes that are not are refused, never replaced. */
  async *text(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let line = 1;
    for await (const chunk of this.bytes()) {
      const text = decode(() => decoder.decode(chunk, { stream: true }), line, 'UTF-8');
      line += countLines(text);
      if (text) yield text;
    }
    try {
      decoder.decode();
    } catch {
      throw refuse.truncated(line); // Half a character at the end.
    }
  }

  /**
   * Text in whole lines. A line feed is never part of another character, so that each piece is decoded on its own:
   * the stream decoder of iconv-lite loses or halves characters that stand across two chunks (seen in 0.7.3).
   */
  async *lines(carrier: Carrier): AsyncGenerator<string> {
    let rest: Buffer = Buffer.alloc(0);
    let line = 1;
    for await (const chunk of this.bytes()) {
      const bytes = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      rest = bytes.subarray(end);
      if (rest.length > LINE_BYTES_MAX) throw refuse.malformed(line, 'line too long');
      if (!end) continue;
      const text = wholeText(bytes.subarray(0, end), carrier, line);
      line += countLines(text);
      yield text;
    }
    if (rest.length) throw refuse.truncated(line); // Every line of ours has its end, the last one too.
  }

  get sha256(): string {
    return this.hash.copy().digest('hex');
  }

  private async *bytes(): AsyncGenerator<Buffer> {
    try {
      for (let chunk = this.start; ;) {
        this.hash.update(chunk);
        yield chunk;
        const next = await this.chunks.next();
        if (next.done) return;
        chunk = next.value;
      }
    } finally {
      await this.chunks.return?.(); // An open file is closed when the reading stops early.
    }
  }
}

const LINE_FEED = 0x0a;
/** No line of ours is near this long; one without end would otherwise be kept in memory. */
const LINE_BYTES_MAX = 64 * 1024;

function wholeText(bytes: Buffer, carrier: Carrier, line: number): string {
  if (carrier === 'UTF-8') return decode(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes), line, carrier);
  const text = iconv.decode(bytes, 'gb18030');
  // Put where bytes mean nothing. The character itself is refused in every field, so finding it is enough.
  const at = text.indexOf('\ufffd');
  if (at >= 0) throw refuse.encoding(line + countLines(text.slice(0, at)), carrier);
  return text;
}

function decode(work: () => string, line: number, carrier: Carrier): string {
  try {
    return work();
  } catch {
    throw refuse.encoding(line, carrier);
  }
}

export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Every text given to it was checked by `checkText(…, 'GB18030')`, so that nothing becomes a question mark. */
export const encodeText = (text: string, carrier: Carrier): Buffer =>
  carrier === 'UTF-8' ? Buffer.from(text, 'utf8') : iconv.encode(text, 'gb18030');

/** Characters per chunk of a file being written: memory stays the same however long the file is. */
export const CHUNK = 64 * 1024;
