import { CsvError, parse } from 'csv-parse/sync';
import { refuse } from './bankfile.errors';
import { countLines } from './bytes';

/** A record with its line number, from 1. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * The rows of a text that comes in whole lines: every cell a text, nothing trimmed. A quote must close on its line,
 * because no cell of ours may hold a line end.
 */
export async function* csvRows(lines: AsyncIterable<string>): AsyncGenerator<CsvRow[]> {
  let line = 0;
  for await (const text of lines) {
    // The head line has its own number of cells, and csv-parse makes a costly error of every row unlike the first.
    const head = line === 0 ? text.indexOf('\n') + 1 : 0;
    const records = head
      ? [...cellsOf(text.slice(0, head), 1), ...cellsOf(text.slice(head), 2)]
      : cellsOf(text, line + 1);
    yield records.map((cells) => ({ cells, line: ++line }));
  }
}

function cellsOf(text: string, firstLine: number): string[][] {
  const records: string[][] = [];
  try {
    parse(text, {
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      on_record: (cells: string[]) => void records.push(cells),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw refuse.malformed(firstLine + records.length, error.code);
  }
  if (records.length !== countLines(text)) {
    const at = records.findIndex((cells) => cells.some((cell) => cell.includes('\n')));
    throw refuse.malformed(firstLine + at, 'line end in a cell');
  }
  return records;
}

/** One line with its end. The cells were checked: none holds a line end or begins like a formula. */
export function csvLine(cells: readonly string[]): string {
  let line = '';
  for (let i = 0; i < cells.length; i++) line += (i ? ',' : '') + csvCell(cells[i]!);
  return line + '\r\n';
}

const csvCell = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
