/** A quoted field may hold line ends, but a stray quote must not swallow the rest of the file. */
const RECORD_LINES_MAX = 100;

export type CsvRecord =
  | { readonly cells: string[]; readonly lines: number }
  /** The record goes on beyond the lines given. */
  | 'more'
  /** Its quotes do not fit together. */
  | 'broken';

/** One CSV record (RFC 4180) that begins at `lines[at]`; a null line could not be decoded. */
export function parseRecord(lines: readonly (string | null)[], at: number): CsvRecord {
  let text = lines[at]!;
  if (!text.includes('"')) return { cells: text.split(','), lines: 1 };
  const cells: string[] = [];
  let row = at;
  let i = 0;
  for (;;) {
    let cell = '';
    if (text[i] === '"') {
      i++;
      for (;;) {
        const quote = text.indexOf('"', i);
        if (quote >= 0) {
          cell += text.slice(i, quote);
          i = quote + 1;
          if (text[i] !== '"') break;
          cell += '"';
          i++;
          continue;
        }
        cell += text.slice(i) + '\n';
        if (++row - at >= RECORD_LINES_MAX || lines[row] === null) return 'broken';
        if (row >= lines.length) return 'more';
        text = lines[row]!;
        i = 0;
      }
    } else {
      const comma = text.indexOf(',', i);
      cell = text.slice(i, comma < 0 ? text.length : comma);
      if (cell.includes('"')) return 'broken';
      i += cell.length;
    }
    cells.push(cell);
    if (i === text.length) return { cells, lines: row - at + 1 };
    if (text[i] !== ',') return 'broken';
    i++;
  }
}

/** One line of CSV; a cell that a spreadsheet would run as a formula is led by an apostrophe. */
export function csvLine(cells: readonly (string | number | bigint | null | undefined)[]): string {
  return cells.map(csvCell).join(',') + '\r\n';
}

function csvCell(cell: string | number | bigint | null | undefined): string {
  let text = String(cell ?? '');
  if (typeof cell === 'string' && /^[=+\-@\t\r＝＋－＠]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
