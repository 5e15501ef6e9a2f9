import { readFileSync } from 'node:fs';
import { Refusal, findDay, parseYuan } from '@app/kernel';
import type { Outcome } from './decide';
import type { Value, ValueType } from './expression';
import type { FactValues, Programme } from './programme';
import type { Run } from './run';

/** What a row expects of one programme; `programme` is undefined in tables about one programme only. */
export interface Expectation {
  readonly programme?: string;
  readonly outcome: Outcome;
  /** Fen; null when nothing is to be paid. */
  readonly amountFen: bigint | null;
  /** The conditions (or reserved reason) that must have decided, separated by blanks, when the row names them. */
  readonly deciding?: string;
}

/** One row of a `cases.md`: a test, and its name. */
export interface Case {
  readonly file: string;
  readonly line: number;
  /** The heading the table stands under. */
  readonly heading: string;
  readonly name: string;
  /** Cells by column name, defaults filled in; `?` (not known) is null. Typed by `caseFacts`. */
  readonly given: Readonly<Record<string, string | null>>;
  readonly expected: readonly Expectation[];
  readonly because: string;
}

const OUTCOMES: Record<string, Outcome> = {
  eligible: 'ELIGIBLE',
  'not eligible': 'NOT_ELIGIBLE',
  unknown: 'UNKNOWN',
  superseded: 'SUPERSEDED',
  'out of scope': 'OUT_OF_SCOPE',
};

/**
 * Reads the tables of a `cases.md`. A table with the columns `given | value` sets what holds for all tables below
 * it (a later one adds to it); every other table has the columns case, facts or parameters or year / as_of / region,
 * outcome, amount (yuan), because, and may have `deciding` (the code that must stand behind the outcome). Tables
 * about several programmes say `JF outcome`, `JF amount` and so on. An empty cell takes the given value; `?` is not known.
 */
export function readCases(file: string): Case[] {
  const cases: Case[] = [];
  const given: Record<string, string | null> = {};
  let heading = '';
  let header: string[] | undefined;
  readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .forEach((text, index) => {
      const line = index + 1;
      if (text.startsWith('#')) heading = text.replace(/^#+\s*/, '');
      const cells = text.startsWith('|')
        ? text
            .trim()
            .slice(1, -1)
            .split('|')
            .map((cell) => cell.trim())
        : undefined;
      if (!cells) header = undefined;
      else if (!header) header = cells;
      else if (cells.length !== header.length)
        throw fault(file, line, `${cells.length} cells under ${header.length} columns`);
      else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) {
        const row = Object.fromEntries(header.map((name, place) => [name, cells[place]!]));
        if (header[0] === 'given') given[row.given!] = cellValue(row.value ?? '');
        else cases.push(readRow(file, line, heading, { ...given }, row));
      }
    });
  return cases;
}

const cellValue = (cell: string): string | null => (cell === '?' ? null : cell);

function readRow(
  file: string,
  line: number,
  heading: string,
  given: Record<string, string | null>,
  row: Record<string, string>,
): Case {
  const expected: Expectation[] = [];
  for (const [column, cell] of Object.entries(row)) {
    if (column === 'case' || column === 'because') continue;
    const [, programme, what] = /^(?:([A-Z][A-Z0-9_]*) )?(outcome|amount|deciding)$/.exec(column) ?? [];
    if (!what) {
      if (cell !== '') given[column] = cellValue(cell);
    } else if (what === 'outcome') {
      const prefix = programme ? `${programme} ` : '';
      expected.push(
        readExpectation(file, line, programme, cell, row[`${prefix}amount`] ?? '', row[`${prefix}deciding`] ?? ''),
      );
    }
  }
  if (!row.case || expected.length === 0) throw fault(file, line, 'a row needs the columns case and outcome');
  return { file, line, heading, name: row.case, given, expected, because: row.because ?? '' };
}

function readExpectation(
  file: string,
  line: number,
  programme: string | undefined,
  outcomeCell: string,
  amountCell: string,
  deciding: string,
): Expectation {
  const outcome = OUTCOMES[outcomeCell];
  if (!outcome) throw fault(file, line, `the outcome "${outcomeCell}" is none of ${Object.keys(OUTCOMES).join(', ')}`);
  const yuan = amountCell.replaceAll(',', '');
  const amountFen = yuan === '' ? null : parseYuan(yuan);
  if (amountFen === undefined) throw fault(file, line, `the amount "${amountCell}" is not in yuan`);
  return { ...(programme ? { programme } : {}), outcome, amountFen, ...(deciding ? { deciding } : {}) };
}

/** The run a case is about: its columns `year` (else `claim.year`), `as_of` (else the last day of the year) and `region`. */
export function caseRun({ file, line, given }: Case): Run {
  const year = Number(given.year ?? given['claim.year']);
  const asOf = findDay(given.as_of ?? `${year}-12-31`);
  if (!Number.isInteger(year) || !asOf) throw fault(file, line, 'needs a year, and as_of must be a day');
  return { year, asOf: asOf, region: given.region ?? '' };
}

/** The facts of a case as a programme types them. */
export function caseFacts(programme: Programme, { file, line, given }: Case): FactValues {
  const facts: Record<string, Value> = {};
  for (const fact of programme.facts.values())
    facts[fact.name] = typed(fact.type, given[fact.name] ?? null, file, line);
  return facts;
}

/** Parameters a case sets to another value: columns named like a parameter code, where the programme has it. */
export function caseParameters(
  programme: Programme,
  { file, line, given }: Case,
): Record<string, Exclude<Value, null>> {
  const values: Record<string, Exclude<Value, null>> = {};
  for (const [name, cell] of Object.entries(given)) {
    const type = programme.parameters.typeOf(name);
    if (type && cell !== null && cell !== '') values[name] = typed(type, cell, file, line)!;
  }
  return values;
}

/** Columns that no programme, run or parameter knows: spelling mistakes. */
export function unknownColumns(programmes: readonly Programme[], { given }: Case): string[] {
  const known = new Set(['year', 'as_of', 'region']);
  for (const { facts, parameters } of programmes)
    for (const name of [...facts.keys(), ...parameters.codes]) known.add(name);
  return Object.keys(given).filter((name) => !known.has(name));
}

function typed(type: ValueType, cell: string | null, file: string, line: number): Value {
  if (cell === null || cell === '') return null;
  if (type === 'text') return cell;
  if (type === 'bool' && (cell === 'yes' || cell === 'no')) return cell === 'yes';
  if (type === 'int' && /^-?\d+$/.test(cell)) return BigInt(cell);
  if (type === 'day' && findDay(cell)) return cell;
  throw fault(file, line, `"${cell}" is not of type ${type} (yes/no, a whole number, a day as 2025-01-01)`);
}

function fault(file: string, line: number, problem: string): Refusal {
  return new Refusal(
    'CASES_INVALID',
    {
      zh: `案例文件 ${file} 第 ${line} 行有误：${problem}。请改正。`,
      en: `Case file ${file}, line ${line}: ${problem}. Correct the row.`,
    },
    { file, line },
  );
}
