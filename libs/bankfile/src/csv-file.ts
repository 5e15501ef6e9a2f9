import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { refuse } from './bankfile.errors';

/** A record with its line number, from 1. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/** A quote that is never closed would otherwise collect the whole file. */
const ROW_CHARACTERS_MAX = 16 * 1024;

/** The rows as they stand: every cell a text, nothing trimmed. */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const parser = parse({
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: ROW_CHARACTERS_MAX,
  });
  // The parser is destroyed with the source's error and throws it below; this promise would only say it again.
  const feeding = pipeline(Readable.from(text), parser).catch(() => undefined);
  let line = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) yield { cells, line: ++line };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') throw refuse.truncated(line + 1);
    throw refuse.malformed(line + 1, error.code);
  } finally {
    await feeding;
  }
}

/** One line with its end. The cells were checked: none holds a line end or begins like a formula. */
export function csvLine(cells: readonly string[]): string {
  let line = '';
  for (let i = 0; i < cells.length; i++) line += (i ? ',' : '') + csvCell(cells[i]!);
  return line + '\r\n';
}

const csvCell = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
