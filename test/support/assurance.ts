import * as fs from 'node:fs';
import * as path from 'node:path';

const FOLDER = path.join(__dirname, '..', '..', '.data', 'assurance');

/** A promise that was tested: its number in the test catalogue, its words, and the figures that were seen. */
export interface Assurance {
  readonly id: string;
  readonly promise: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

/** Keeps what a test has just seen, for docs/assurance.md; called last, after everything was asserted. */
export function assure(id: string, promise: string, figures: Assurance['figures']): void {
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(path.join(FOLDER, `${id}.json`), JSON.stringify({ id, promise, figures } satisfies Assurance));
}

/** What `npm run faults` saw last, committed, since `npm test` only takes a sample of it. */
const FAULTS = path.join(__dirname, '..', '..', 'docs', 'faults.json');

/** Keeps what a fault test has just seen, where all there is of it was tried; the promise tells the queue it ran on. */
export function assureFault(id: string, promise: string, figures: Assurance['figures']): void {
  if (process.env.YANGYU_FAULTS !== 'all') return;
  const known = fs.existsSync(FAULTS) ? (JSON.parse(fs.readFileSync(FAULTS, 'utf8')) as Assurance[]) : [];
  const others = known.filter((one) => one.id !== id || one.promise !== promise);
  const all = [...others, { id, promise, figures }].sort((a, b) =>
    `${a.id} ${a.promise}` < `${b.id} ${b.promise}` ? -1 : 1,
  );
  fs.writeFileSync(FAULTS, `${JSON.stringify(all, null, 2)}\n`);
}
