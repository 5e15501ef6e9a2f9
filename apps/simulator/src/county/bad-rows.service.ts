import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BadRow, badClaimRows, badRegistryRows } from './bad-row.rules';
import type { DayNumber } from './calendar.rules';
import { CLAIM_COLUMNS } from './claim.rules';
import { REGISTRY_COLUMNS } from './registry-row.rules';

/**
 * registry-bad.csv and claims-bad.csv, each with a file beside it, `…-bad-expected.csv`: line (the header is line 1),
 * column, expected_code; a line with no code is good.
 */
export async function writeBadRows(folder: string, asOf: DayNumber): Promise<void> {
  await write(folder, 'registry-bad', REGISTRY_COLUMNS, badRegistryRows(asOf));
  await write(folder, 'claims-bad', CLAIM_COLUMNS, badClaimRows(asOf));
}

async function write(folder: string, name: string, header: string, rows: readonly BadRow[]): Promise<void> {
  const lines = rows.map(({ cells }) => cells.join(','));
  const expected = rows.map(({ code, column }, index) => `${index + 2},${column},${code}`);
  await writeFile(join(folder, `${name}.csv`), [header, ...lines, ''].join('\n'));
  await writeFile(join(folder, `${name}-expected.csv`), ['line,column,expected_code', ...expected, ''].join('\n'));
}
