import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { z } from 'zod';
import type { BatchLine, BatchResult, RegistryQuestion } from './household-registry.types';
import { assertWritable, headOf, type Requester } from './ministry-envelope.rules';
import { readAs } from './ministry-record.client';
import { fail } from './registry-failure.rules';
import { decodeText, type RegistryAnswer } from './registry-http.client';

/** The file of a batch comparison: a head and its values, then a line for each person; GB18030, CRLF. */
export function batchFile(
  question: RegistryQuestion,
  requester: Requester,
  lines: readonly BatchLine[],
  at: Date,
): Buffer {
  const head = headOf(question, requester, lines.length, at);
  const rows = [
    Object.keys(head),
    Object.values(head),
    ['XH', 'GMSFHM', 'XM'],
    ...lines.map(({ lineNo, idNumber, name }) => [String(lineNo), idNumber, name]),
  ];
  return iconv.encode(rows.map((row) => row.map(cell).join(',') + '\r\n').join(''), 'gb18030');
}

function cell(text: string): string {
  assertWritable(text);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const headValues = z.tuple([
  z.string(),
  z.string().regex(/^\d{1,9}$/),
  z.string().regex(/^\d{1,9}$/),
  z.string().max(20),
]);
const answerLine = z.tuple([
  z.string().regex(/^\d{1,9}$/),
  z.string().min(1).max(40),
  z.string().min(1).max(200),
  z.enum(['0', '1']),
  z.enum(['', '0', '1']),
  z.enum(['', '0', '1']),
]);

const HEAD = 'FWQQBH,JLS,FHJLS,FSSJ';
const COLUMNS = 'XH,GMSFHM,XM,GMSFHM_PPDDM,XM_PPDDM,SWBS';

/** The results so far. A file that is not as long as it says is half a file, and nothing of it is taken. */
export function readBatchFile(
  answer: RegistryAnswer,
  requestId: string,
): { results: readonly BatchResult[]; isComplete: boolean } {
  const [head, values, columns, ...rows] = rowsOf(decodeText(answer).text);
  if (head?.join(',') !== HEAD || columns?.join(',') !== COLUMNS) throw fail.unreadable('its columns are others');
  const [about, asked, answered] = readAs(headValues, values);
  if (about !== requestId) throw fail.wrongPerson();
  if (rows.length !== Number(answered) || rows.length > Number(asked)) throw fail.unreadable('it is not whole');
  const results = rows.map((row): BatchResult => {
    const [lineNo, idNumber, name, isNumberKnown, isNameSame, isDead] = readAs(answerLine, row);
    const result = isNumberKnown === '0' ? 'not-found' : isNameSame === '1' ? 'match' : 'mismatch';
    return { lineNo: Number(lineNo), idNumber, name, result, isDeathMarked: isDead === '' ? null : isDead === '1' };
  });
  if (new Set(results.map(({ lineNo }) => lineNo)).size !== results.length)
    throw fail.unreadable('a line of it comes twice');
  return { results, isComplete: rows.length === Number(asked) };
}

function rowsOf(text: string): string[][] {
  try {
    return parse(text, { relax_column_count: true, skip_empty_lines: true });
  } catch {
    throw fail.unreadable('it is no CSV');
  }
}
