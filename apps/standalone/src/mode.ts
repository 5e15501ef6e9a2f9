import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Config } from './config';
import { refuse } from './standalone.errors';

const MODES = ['demo', 'production'] as const;
type Mode = (typeof MODES)[number];

/**
 * Binds a data folder to the mode of its first start, for good: the demo's officers never decide about real people,
 * and production never serves invented ones.
 */
export function bindMode({ dataFolder, isProduction }: Pick<Config, 'dataFolder' | 'isProduction'>): void {
  const asked: Mode = isProduction ? 'production' : 'demo';
  const file = path.join(dataFolder, 'mode');
  if (!fs.existsSync(file)) mark(file, modeOfUnmarked(dataFolder, asked));
  const written = fs.readFileSync(file, 'utf8').trim();
  const kept = MODES.find((mode) => mode === written);
  if (kept === undefined) throw refuse.dataModeUnknown(dataFolder, file);
  if (kept !== asked) throw refuse.dataOfOtherMode(dataFolder, kept, asked);
}

/** Earlier versions wrote no mode: a demo left its county, a bench its note; any other database may hold real people. */
function modeOfUnmarked(dataFolder: string, asked: Mode): Mode {
  const has = (name: string) => fs.existsSync(path.join(dataFolder, name));
  if (has('demo') || has('made.json')) return 'demo';
  if (asked === 'demo' && has('postgres.password'))
    throw refuse.dataModeUnknown(dataFolder, path.join(dataFolder, 'mode'));
  return asked;
}

/** Whoever comes first decides, of two that start at once. */
function mark(file: string, mode: Mode): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  try {
    fs.writeFileSync(file, `${mode}\n`, { flag: 'wx', flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
