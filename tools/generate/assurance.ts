import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Derived } from './derived';

interface Assurance {
  readonly id: string;
  readonly promise: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

/** What varies from one run or machine to the next: said, but not held against the committed page. */
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
    const said = Object.entries(figures).map(
      ([name, value]) => `${name}: ${VARIES.test(name) ? atLeast(value) : value}`,
    );
    return `| ${id} | ${promise} | ${said.join('; ')} |`;
  });
  const text = [
    '# What was tested, and what was seen',
    'Made by `npm run assurance` from what `npm test` saw on this tree. The numbers are those of the test catalogue; what varies between runs is said as a lower bound.',
    ['| no. | promise | figures |', '| --- | --- | --- |', ...rows].join('\n'),
    'Limits: one PostgreSQL server; a crash is a killed process, not a power cut; bank, issuer and registry are simulators; no test by outsiders; the cryptographic profile with SM4 is not certified.',
  ];
  return [{ file: 'docs/assurance.md', text: `${text.join('\n\n')}\n` }];
}

/** The power of ten below it, so that the page does not change with every run. */
function atLeast(value: number | string): string {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? `at least ${10 ** Math.floor(Math.log10(number))}` : String(value);
}
