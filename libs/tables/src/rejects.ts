import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Sentence } from '@app/kernel';
import { csvLine } from './records';

/** Why one row did not go in, or went in with a remark. Carries no identity or account number. */
export interface RejectedRow {
  readonly line: number;
  /** Column of the file, '' when the row as a whole is meant. */
  readonly column: string;
  readonly code: string;
  readonly sentence: Sentence;
  /** What the sender knows the row by, such as a claim number. */
  readonly key?: string | null;
  /** Codes of the row's further problems, as `CODE column`. */
  readonly further?: readonly string[];
}

/** Where remarks about rows are written. Nothing stands under the final name before close(). */
export interface RejectsFile {
  add(rows: Iterable<RejectedRow>): Promise<void>;
  /** Puts the finished file in place; returns the number of rows written. */
  close(): Promise<number>;
}

/**
 * Opens a CSV file for rejected rows or warnings: UTF-8 with byte order mark so that spreadsheets show Chinese,
 * columns `line, column, code, sentence_zh, sentence_en, <key>, further`.
 */
export async function openRejects(file: string, key = 'key'): Promise<RejectsFile> {
  await fs.mkdir(path.dirname(path.resolve(file)), { recursive: true });
  const unfinished = `${file}.part`;
  let written = 0;
  await fs.writeFile(
    unfinished,
    '\uFEFF' + csvLine(['line', 'column', 'code', 'sentence_zh', 'sentence_en', key, 'further']),
  );
  return {
    add: async (rows) => {
      let text = '';
      for (const row of rows) {
        const { line, column, code, sentence } = row;
        text += csvLine([line, column, code, sentence.zh, sentence.en, row.key, row.further?.join('; ')]);
        written++;
      }
      if (text) await fs.appendFile(unfinished, text);
    },
    close: async () => {
      await fs.rename(unfinished, file);
      return written;
    },
  };
}
