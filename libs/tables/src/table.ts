import type { Sentence } from '@app/kernel';
import { decodedLines, type FileFacts, inspectFile, type TableEncoding } from './encoding';
import { parseRecord } from './records';
import { refuse } from './tables.errors';

/** The columns a file must have and may have, in any order; header names are compared trimmed, in lower case. */
export interface TableColumns<Column extends string> {
  readonly required: readonly Column[];
  readonly optional?: readonly Column[];
}

/** One readable row: cells by column name, trimmed; an optional column that the file lacks reads as ''. */
export interface TableRow<Column extends string> {
  /** Physical line in the file where the row begins; the header is line 1. */
  readonly line: number;
  readonly cells: Readonly<Record<Column, string>>;
}

export type TableProblemCode = 'ROW_COLUMN_COUNT' | 'ROW_QUOTES' | 'ROW_ENCODING';

/** A row that cannot be read. The rows after it can. */
export interface TableProblem {
  readonly line: number;
  readonly problem: { readonly code: TableProblemCode; readonly sentence: Sentence };
}

export type TableLine<Column extends string> = TableRow<Column> | TableProblem;

export interface TableBatch<Column extends string> {
  readonly lines: readonly TableLine<Column>[];
  /** Pass as `fromLine` to go on after this batch. */
  readonly nextLine: number;
}

export interface Table<Column extends string> extends FileFacts {
  readonly file: string;
  /** Columns of the file that nobody asked for. */
  readonly unknownColumns: readonly string[];
  /** The rows in file order; at most `batchRows` (default 20 000) lines a batch. Blank lines are no rows. */
  batches(options?: { fromLine?: number; batchRows?: number }): AsyncGenerator<TableBatch<Column>>;
}

const BATCH_ROWS = 20_000;

/**
 * Opens a CSV file with a header (UTF-8 with or without byte order mark, or GB18030; LF or CRLF; RFC 4180 quotes) and
 * refuses it, before any row is used, when it is no such file or lacks a column. Rows are read in constant memory.
 */
export async function readTable<const Column extends string>(
  file: string,
  columns: TableColumns<Column>,
): Promise<Table<Column>> {
  const facts = await inspectFile(file);
  const header = await readHeader(file, facts.encoding);
  const wanted = [...columns.required, ...(columns.optional ?? [])];
  const twice = header.names.filter((name, i) => name !== '' && header.names.indexOf(name) !== i);
  if (twice.length) throw refuse.columnsTwice(file, twice);
  const missing = columns.required.filter((name) => !header.names.includes(name));
  if (missing.length) throw refuse.columnsMissing(file, missing, header.names);
  const positions = wanted.map((name) => header.names.indexOf(name));
  return {
    ...facts,
    file,
    unknownColumns: header.names.filter((name) => !wanted.includes(name as Column)),
    batches: ({ fromLine = 0, batchRows = BATCH_ROWS } = {}) =>
      readRows(
        file,
        facts.encoding,
        wanted,
        positions,
        header.names.length,
        Math.max(fromLine, header.lines + 1),
        batchRows,
      ),
  };
}

async function readHeader(file: string, encoding: TableEncoding): Promise<{ names: string[]; lines: number }> {
  for await (const { lines } of decodedLines(file, encoding)) {
    const record = lines[0] === null ? 'broken' : parseRecord(lines, 0);
    if (typeof record === 'string') throw refuse.headerUnreadable(file);
    return { names: record.cells.map((name) => name.trim().toLowerCase()), lines: record.lines };
  }
  throw refuse.fileEmpty(file);
}

async function* readRows<Column extends string>(
  file: string,
  encoding: TableEncoding,
  wanted: readonly Column[],
  positions: readonly number[],
  width: number,
  fromLine: number,
  batchRows: number,
): AsyncGenerator<TableBatch<Column>> {
  let batch: TableLine<Column>[] = [];
  let nextLine = fromLine;
  let open: (string | null)[] = []; // Lines of a quoted record that the last block did not finish.

  /** Reads the row at `lines[at]`, adds it to the batch, and says how many lines it took. */
  const readLine = (lines: readonly (string | null)[], at: number, isLast: boolean): number | 'more' => {
    const line = nextLine;
    const refuseRow = (problem: TableProblem['problem']): number => {
      batch.push({ line, problem });
      return 1;
    };
    const text = lines[at];
    if (text === null || text === undefined) return refuseRow(encodingProblem(line, encoding));
    if (text.trim() === '') return 1;
    const record = parseRecord(lines, at);
    if (record === 'more' && !isLast) return 'more';
    if (typeof record === 'string') return refuseRow(quotesProblem(line));
    if (record.cells.length !== width) {
      refuseRow(columnCountProblem(line, width, record.cells.length));
      return record.lines;
    }
    const cells = {} as Record<Column, string>;
    for (let i = 0; i < wanted.length; i++) {
      const position = positions[i]!;
      cells[wanted[i]!] = position < 0 ? '' : trimmed(record.cells[position]!);
    }
    batch.push({ line, cells });
    return record.lines;
  };

  async function* work(lines: readonly (string | null)[], isLast: boolean): AsyncGenerator<TableBatch<Column>> {
    for (let at = 0; at < lines.length;) {
      const used = readLine(lines, at, isLast);
      if (used === 'more') {
        open = lines.slice(at);
        return;
      }
      at += used;
      nextLine += used;
      if (batch.length >= batchRows) {
        yield { lines: batch, nextLine };
        batch = [];
      }
    }
  }

  for await (const block of decodedLines(file, encoding, fromLine)) {
    const lines = open.length ? open.concat(block.lines) : block.lines;
    open = [];
    yield* work(lines, false);
  }
  yield* work(open, true);
  if (batch.length) yield { lines: batch, nextLine };
}

/** Blanks around a value are the habit of many exports (a leading tab keeps Excel from rounding long numbers). */
function trimmed(cell: string): string {
  if (cell === '') return cell;
  const [first, last] = [cell.charCodeAt(0), cell.charCodeAt(cell.length - 1)];
  return isBlank(first) || isBlank(last) ? cell.trim() : cell;
}

const isBlank = (code: number): boolean => code <= 0x20 || code === 0xa0 || code === 0x3000 || code === 0xfeff;

const encodingProblem = (line: number, encoding: TableEncoding): TableProblem['problem'] => ({
  code: 'ROW_ENCODING',
  sentence: {
    zh: `第 ${line} 行含有不是 ${encoding.toUpperCase()} 的字节，文字已损坏，请从原系统重新导出此行。`,
    en: `Line ${line} has bytes that are not ${encoding.toUpperCase()}: its text is damaged. Export the row again.`,
  },
});

const quotesProblem = (line: number): TableProblem['problem'] => ({
  code: 'ROW_QUOTES',
  sentence: {
    zh: `第 ${line} 行的引号不成对。含引号的值应整体加引号，并把引号写两遍。`,
    en: `The quotes of line ${line} do not pair. Put the whole value in quotes and write each quote in it twice.`,
  },
});

const columnCountProblem = (line: number, expected: number, found: number): TableProblem['problem'] => ({
  code: 'ROW_COLUMN_COUNT',
  sentence: {
    zh: `第 ${line} 行有 ${found} 列，表头有 ${expected} 列。含逗号的值应加引号。`,
    en: `Line ${line} has ${found} columns, the header has ${expected}. Put values with commas in quotes.`,
  },
});
