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
