import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout, wherever the command was typed. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Progress for people. Always on stderr: stdout belongs to results, so that `--json` stays parseable. */
export function say(en, zh) {
  process.stderr.write(`${en} ${zh}\n`);
}

/** A foreseen stop: one sentence with the remedy in both languages, and optionally what the failing tool said. */
export class Stop extends Error {
  constructor(en, zh, details = '') {
    super(en);
    this.en = en;
    this.zh = zh;
    this.details = details;
  }
}

/** Runs a script's work; a Stop becomes its sentence and exit code 1, anything else is a bug and shows its stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) || 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (error.details) process.stderr.write(`${error.details.trimEnd()}\n\n`);
    process.stderr.write(`${error.en}\n${error.zh}\n`);
    process.exitCode = 1;
  }
}
