import { existsSync, readFileSync } from 'node:fs';
import { findDay } from '@app/kernel';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type Parameter, typeOfUnit } from './parameters';
import { invalid } from './rules.errors';

const day = z.string().refine((text) => findDay(text) !== undefined, 'must be a day that exists, as 2025-01-01');
const shape = z
  .strictObject({
    code: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be capitals, digits and _'),
    region: z.string().regex(/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$/, 'must be empty or 2, 4, 6, 9 or 12 digits'),
    valid_from: day,
    valid_to: z.union([z.literal(''), day]),
    value: z.string().min(1, 'must not be empty'),
    unit: z.string().regex(/^[a-z_]+$/, 'must be a unit such as fen, years, day or text'),
    source: z.string().min(1, 'every value names its source'),
    status: z.enum(['confirmed', 'unverified', 'legal-open', 'assumed']),
  })
  .superRefine((row, check) => {
    const type = typeOfUnit(row.unit);
    if (type === 'int' && !/^-?\d{1,15}$/.test(row.value))
      check.addIssue({ code: 'custom', path: ['value'], message: 'must be a whole number' });
    if (type === 'day' && !findDay(row.value))
      check.addIssue({ code: 'custom', path: ['value'], message: 'must be a day that exists' });
    if (row.valid_to && row.valid_to < row.valid_from) {
      check.addIssue({
        code: 'custom',
        path: ['valid_to'],
        message: 'lies before valid_from (it is the last day in force)',
      });
    }
  });

/**
 * Reads a `parameters.csv` with the columns code, region, valid_from, valid_to (the last day in force, empty while
 * it has no end), value, unit, source, status. Throws Refusal `PROGRAMME_INVALID` naming the line.
 */
export function readParameters(file: string): Parameter[] {
  if (!existsSync(file))
    throw invalid(file, 1, 'parameters.csv', {
      zh: '缺少文件，请补上',
      en: 'the file is missing; every programme folder has one',
    });
  const rows = records(file);
  const seen = new Map<string, { line: number; row: Parameter }>();
  return rows.map(({ record, info: { lines: line } }) => {
    const parsed = shape.safeParse(record);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw invalid(file, line, path.join('.') || 'row', { zh: message, en: message });
    }
    const row = toParameter(parsed.data);
    const place = `${row.code} ${row.region} ${row.validFrom}`;
    const twin = seen.get(place);
    if (twin) {
      throw invalid(file, line, row.code, {
        zh: `与第 ${twin.line} 行的代码、地区、生效日相同`,
        en: `code, region and valid_from are those of line ${twin.line}; a change of law is a new row with its own day`,
      });
    }
    const sibling = [...seen.values()].find((other) => other.row.code === row.code && other.row.unit !== row.unit);
    if (sibling) {
      throw invalid(file, line, row.code, {
        zh: `单位与第 ${sibling.line} 行不同`,
        en: `the unit ${row.unit} differs from line ${sibling.line}; one code has one unit`,
      });
    }
    seen.set(place, { line, row });
    return row;
  });
}

function records(file: string): { record: Record<string, string>; info: { lines: number } }[] {
  try {
    return parse(readFileSync(file, 'utf8'), {
      columns: true,
      bom: true,
      trim: true,
      info: true,
      skip_empty_lines: true,
      comment: '#',
      comment_no_infix: true,
    }) as never;
  } catch (error) {
    const { lines, message } = error as { lines?: number; message: string };
    throw invalid(file, lines ?? 1, 'CSV', { zh: message, en: message });
  }
}

function toParameter(row: z.infer<typeof shape>): Parameter {
  const type = typeOfUnit(row.unit);
  return Object.freeze({
    code: row.code,
    region: row.region,
    validFrom: row.valid_from as Parameter['validFrom'],
    validTo: (row.valid_to || null) as Parameter['validTo'],
    value: type === 'int' ? BigInt(row.value) : row.value,
    unit: row.unit,
    source: row.source,
    status: row.status,
  });
}
