import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { refuse } from './tables.errors';

export type TableEncoding = 'utf-8' | 'gb18030';

/** What one pass over the bytes of a file tells. */
export interface FileFacts {
  /** Hex; two files with the same digest have the same bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** Physical lines, the header among them: what progress is measured by. */
  readonly lineCount: number;
  readonly encoding: TableEncoding;
  readonly hasByteOrderMark: boolean;
}

const BLOCK_BYTES = 1 << 20;
const LINE_BYTES_MAX = 1 << 20;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

/** First bytes of files that are often given the name .csv by mistake. */
const OTHER_KINDS: readonly [string, string][] = [
  ['504b0304', 'XLSX / ZIP'],
  ['d0cf11e0', 'XLS'],
  ['1f8b', 'GZIP'],
  ['fffe', 'UTF-16'],
  ['feff', 'UTF-16'],
  ['25504446', 'PDF'],
];

/**
 * Reads the whole file once, in constant memory, and says its digest and encoding. A line that is not valid UTF-8
 * decides nothing by itself: an old GB18030 export has almost no valid lines, a UTF-8 export with a damaged row
 * has almost only valid ones, and whatever lies between would become mojibake under either reading and is refused.
 */
export async function inspectFile(file: string): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  let hasByteOrderMark = false;
  let allUtf8 = true;
  let lineCount = 0;
  for await (const block of readBlocks(file)) {
    if (bytes === 0) {
      const kind = OTHER_KINDS.find(([magic]) => block.subarray(0, magic.length / 2).toString('hex') === magic);
      if (kind) throw refuse.notCsv(file, kind[1]);
      hasByteOrderMark = block.subarray(0, 3).equals(BYTE_ORDER_MARK);
    }
    bytes += block.length;
    hash.update(block);
    allUtf8 &&= isUtf8(block);
    lineCount += countLines(block);
  }
  if (bytes === 0) throw refuse.fileEmpty(file);
  const encoding = allUtf8 ? 'utf-8' : await encodingByLines(file, hasByteOrderMark);
  return { sha256: hash.digest('hex'), bytes, lineCount, encoding, hasByteOrderMark };
}

async function encodingByLines(file: string, hasByteOrderMark: boolean): Promise<TableEncoding> {
  let utf8Lines = 0;
  let otherLines = 0;
  let lineNumber = 0;
  let firstUtf8 = 0;
  let firstOther = 0;
  for await (const block of readBlocks(file)) {
    for (let line of linesOf(block)) {
      if (++lineNumber === 1 && hasByteOrderMark) line = line.subarray(BYTE_ORDER_MARK.length);
      if (isAscii(line)) continue;
      if (!isUtf8(line)) {
        otherLines++;
        firstOther ||= lineNumber;
      } else if (line.some(isLeadOfThreeOrFour)) {
        utf8Lines++;
        firstUtf8 ||= lineNumber;
      }
    }
  }
  if (hasByteOrderMark ? otherLines <= utf8Lines : utf8Lines >= 4 * otherLines) return 'utf-8';
  if (!hasByteOrderMark && otherLines >= 10 * utf8Lines) return 'gb18030';
  throw refuse.encodingsMixed(
    file,
    utf8Lines,
    otherLines,
    hasByteOrderMark ? firstOther : Math.max(firstUtf8, firstOther),
  );
}

/** Two-byte sequences prove nothing: pairs of GB2312 bytes are valid UTF-8 now and then (联通 is the famous one). */
const isLeadOfThreeOrFour = (byte: number): boolean => byte >= 0xe3;

/**
 * The lines of the file decoded, block by block, without their line ends; null stands for a line whose bytes are
 * not valid in this encoding. Memory is bounded by the block.
 */
export async function* decodedLines(
  file: string,
  encoding: TableEncoding,
  fromLine = 1,
): AsyncGenerator<{ lines: (string | null)[]; firstLine: number }> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let firstLine = 1;
  for await (let block of readBlocks(file)) {
    if (firstLine === 1 && block.subarray(0, 3).equals(BYTE_ORDER_MARK)) block = block.subarray(3);
    while (firstLine < fromLine && block.length) {
      const end = block.indexOf(NEWLINE);
      firstLine++;
      block = end < 0 ? block.subarray(block.length) : block.subarray(end + 1);
    }
    if (!block.length) continue;
    const lines = decodeLines(block, decoder);
    yield { lines, firstLine };
    firstLine += lines.length;
  }
}

function decodeLines(block: Buffer, decoder: TextDecoder): (string | null)[] {
  const text = decode(block, decoder);
  if (text === null) return Array.from(linesOf(block), (line) => decode(line, decoder)?.replace(/\r$/, '') ?? null);
  const lines = text.split('\n');
  if (block[block.length - 1] === NEWLINE) lines.pop();
  if (text.includes('\r')) {
    for (let i = 0; i < lines.length; i++) if (lines[i]!.endsWith('\r')) lines[i] = lines[i]!.slice(0, -1);
  }
  return lines;
}

function decode(bytes: Buffer, decoder: TextDecoder): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

function countLines(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) count++;
  return block[block.length - 1] === NEWLINE ? count : count + 1;
}

function* linesOf(block: Buffer): Generator<Buffer> {
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(NEWLINE, at);
    yield block.subarray(at, end < 0 ? block.length : end);
    at = end < 0 ? block.length : end + 1;
  }
}

/** The file in pieces of about a mebibyte that end at a line end (byte 0x0A is never part of a character in either encoding). */
async function* readBlocks(file: string): AsyncGenerator<Buffer> {
  const handle = await fs.open(file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? refuse.fileMissing(file) : error;
  });
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES);
      if (bytesRead === 0) break;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      rest = bytes.subarray(end);
      if (rest.length > LINE_BYTES_MAX) throw refuse.lineTooLong(file, LINE_BYTES_MAX);
      if (end > 0) yield bytes.subarray(0, end);
    }
    if (rest.length) yield rest;
  } finally {
    await handle.close();
  }
}
