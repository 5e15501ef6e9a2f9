import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Derived } from './derived';

interface Assurance {
  readonly id: string;
  readonly promise: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

/** What differs from one run or machine to the next is asserted by its test and left out of the page. */
const VARIES = /honest answers meanwhile|MB scanned|rows on the wire|rows in the audit log|foreign rows looked for/;

/**
 * docs/assurance.md from what the tests left in `.data/assurance` when they last ran here: made after `npm test`, not
 * from the code alone. What `npm run faults` saw takes hours to see again, so it is kept in docs/faults.json.
 */
export async function assurancePage(root: string): Promise<Derived[]> {
  const folder = path.join(root, '.data', 'assurance');
  const found = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const seen = found.map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Assurance);
  // Without what npm test saw it would say less than the page there is.
  if (seen.length === 0) return [];
  const faultsFile = path.join(root, 'docs', 'faults.json');
  const faults = fs.existsSync(faultsFile) ? (JSON.parse(fs.readFileSync(faultsFile, 'utf8')) as Assurance[]) : [];
  const text = [
    '# What was tested, and what was seen',
    'Made by `npm run assurance` from what `npm test` saw on this tree. The numbers are those of the test catalogue.',
    table(seen),
    ...(faults.length === 0 ? [] : ['## Under faults (`npm run faults`)', table(faults)]),
    'Limits: one PostgreSQL server; a crash is a killed process, not a power cut; bank, issuer and registry are simulators; no test by outsiders; the cryptographic profile with SM4 is not certified.',
  ];
  return [{ file: 'docs/assurance.md', text: `${text.join('\n\n')}\n` }];
}

function table(all: readonly Assurance[]): string {
  const rows = all.map(({ id, promise, figures }) => {
    const fixed = Object.entries(figures).filter(([name]) => !VARIES.test(name));
    const said = fixed.map(([name, value]) => `${name}: ${value}`);
    return `| ${id} | ${promise} | ${said.join('; ')} |`;
  });
  return ['| no. | promise | figures |', '| --- | --- | --- |', ...rows].join('\n');
}
