import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseCitizenId } from '@app/kernel';
import type { DemoCitizen } from '../identity/identity.types';

const COUNT = 2;

/** Two applicants of the county in a folder, who sign in about their own families; none before the county is made. */
export async function citizensOf(folder: string): Promise<DemoCitizen[]> {
  const [claims, accounts] = [await rowsOf(folder, 'claims'), await rowsOf(folder, 'accounts')];
  const applicants = new Set(claims.map((row) => row.applicant_id_number));
  const holders = new Map(
    accounts
      .filter(({ holder_id_number: number }) => applicants.has(number) && typeof parseCitizenId(number!) !== 'string')
      .map((row) => [row.holder_id_number!, row.holder_name!]),
  );
  return [...holders]
    .slice(0, COUNT)
    .map(([idNumber, name], n) => ({ id: `demo-citizen-${n + 1}`, name: `市民 ${name}`, idNumber }));
}

/** The cells of the demo's files hold neither quotes nor commas. */
async function rowsOf(folder: string, name: string): Promise<Record<string, string>[]> {
  const file = path.join(folder, `${name}.csv`);
  if (!fs.existsSync(file)) return [];
  const [head, ...lines] = (await fs.promises.readFile(file, 'utf8'))
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/);
  const columns = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
  });
}
