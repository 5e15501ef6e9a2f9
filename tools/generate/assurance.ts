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
 * from the code alone.
 */
export async function assurancePage(root: string): Promise<Derived[]> {
  const folder = path.join(root, '.data', 'assurance');
  const found = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const all = found.map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Assurance);
  const rows = all.map(({ id, promise, figures }) => {
    const fixed = Object.entries(figures).filter(([name]) => !VARIES.test(name));
    const said = fixed.map(([name, value]) => `${name}: ${value}`);
    return `| ${id} | ${promise} | ${said.join('; ')} |`;
  });
  const text = [
    '# What was tested, and what was seen',
    'Made by `npm run assurance` from what `npm test` saw on this tree. The numbers are those of the test catalogue.',
    ['| no. | promise | figures |', '| --- | --- | --- |', ...rows].join('\n'),
    'Limits: one PostgreSQL server; a crash is a killed process, not a power cut; bank, issuer and registry are simulators; no test by outsiders; the cryptographic profile with SM4 is not certified.',
  ];
  return [{ file: 'docs/assurance.md', text: `${text.join('\n\n')}\n` }];
}
