import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Refusal, Sentence } from '@app/kernel';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type Expression, type ValueType, nodesOf } from './expression';
import { readParameters } from './load-parameters';
import { type Parameter, Parameters } from './parameters';
import { ExpressionFault, type Vocabulary, parseExpression } from './parse-expression';
import type { Condition, Fact, Programme, Term } from './programme';
import { invalid } from './rules.errors';

/** Two result sets of one bit per condition share a 64-bit integer. */
const CONDITIONS_MAX = 31;

const text = z.string().trim().min(1);
const sentence = z.strictObject({ zh: text, en: text });
const shape = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  title: sentence,
  legal_basis: z.array(text).min(1),
  unit: z.enum(['claim', 'person']),
  scope: text,
  facts: z.record(
    z.string().regex(/^[a-z]\w*(\.[a-z]\w*)+$/),
    z.strictObject({
      type: z.enum(['bool', 'int', 'day', 'text']),
      zh: text,
      en: text,
      source: sentence,
      required: z.boolean().default(false),
    }),
  ),
  terms: z.record(z.string().regex(/^[a-z]\w*$/), z.strictObject({ zh: text, en: text, cel: text })).default({}),
  conditions: z
    .array(
      z.strictObject({
        code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
        cel: text,
        zh: text,
        en: text,
        rule: text,
        question: sentence.optional(),
      }),
    )
    .min(1)
    .max(CONDITIONS_MAX),
  amount: text,
  conflicts: z.array(z.strictObject({ with: text, resolve: z.literal('higher') })).default([]),
  calendar: z.record(z.string(), z.unknown()).default({}),
  publicity: z.record(z.string(), z.unknown()).default({}),
  funding: z.record(z.string(), z.unknown()).default({}),
});

type Shape = z.infer<typeof shape>;

/**
 * Reads a programme folder: `programme.yaml` and `parameters.csv`. Throws Refusal `PROGRAMME_INVALID` that names
 * file, line, place and remedy; what it returns is frozen and type-checked.
 */
export function loadProgramme(folder: string): Programme {
  const file = path.join(folder, 'programme.yaml');
  if (!existsSync(file)) {
    throw invalid(file, 1, 'programme.yaml', {
      zh: '缺少文件，请补上',
      en: 'the file is missing; every programme folder has one',
    });
  }
  const rows = readParameters(path.join(folder, 'parameters.csv'));
  return new Loader(file, rows).load();
}

class Loader {
  private readonly lines = new LineCounter();
  private readonly document: Document;

  constructor(
    private readonly file: string,
    private readonly rows: readonly Parameter[],
  ) {
    this.document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: this.lines, uniqueKeys: true });
  }

  load(): Programme {
    const [error] = this.document.errors;
    if (error) throw invalid(this.file, error.linePos?.[0].line ?? 1, 'YAML', { zh: error.message, en: error.message });
    const parsed = shape.safeParse(this.document.toJS());
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      const problem = `${issue.message}${issue.code === 'unrecognized_keys' ? '; remove it or correct its spelling' : ''}`;
      throw this.fault(issue.path as (string | number)[], { zh: problem, en: problem });
    }
    return this.compile(parsed.data);
  }

  private compile(data: Shape): Programme {
    const parameters = new Parameters(this.rows);
    const facts = new Map<string, Fact>(
      Object.entries(data.facts).map(([name, { zh, en, ...fact }]) => [name, { name, label: { zh, en }, ...fact }]),
    );
    const termExpressions = new Map<string, Expression>();
    const vocabulary: Vocabulary = { facts, terms: termExpressions, parameters };
    const terms = new Map<string, Term>();
    for (const [name, { zh, en, cel }] of Object.entries(data.terms)) {
      const expression = this.read(cel, ['terms', name, 'cel'], vocabulary);
      termExpressions.set(name, expression);
      terms.set(name, { name, label: { zh, en }, cel, expression });
    }
    const conditions = data.conditions.map(({ code, cel, zh, en, rule, question }, index): Condition => {
      if (data.conditions.findIndex((other) => other.code === code) !== index) {
        throw this.fault(['conditions', index, 'code'], {
          zh: `条件代码重复：${code}`,
          en: `the code ${code} is used twice; rename one`,
        });
      }
      const expression = this.read(cel, ['conditions', index, 'cel'], vocabulary, 'bool');
      return { code, cel, expression, sentence: { zh, en }, rule, question: question ?? null };
    });
    const scope = this.read(data.scope, ['scope'], vocabulary, 'bool');
    const amount = this.read(data.amount, ['amount'], vocabulary, 'int');
    this.checkUse(data, [
      scope,
      amount,
      ...conditions.map(({ expression }) => expression),
      ...termExpressions.values(),
    ]);
    return deepFreeze({
      code: data.code,
      title: data.title,
      legalBasis: data.legal_basis,
      unit: data.unit,
      scope,
      facts,
      terms,
      conditions,
      amount,
      amountCel: data.amount,
      conflicts: data.conflicts,
      calendar: data.calendar,
      publicity: data.publicity,
      funding: data.funding,
      parameters,
      version: contentHash(data, this.rows),
    });
  }

  private read(cel: string, place: (string | number)[], vocabulary: Vocabulary, type?: ValueType): Expression {
    try {
      return parseExpression(cel, vocabulary, type);
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      const piece = cel.slice(error.range.start, error.range.end);
      throw this.fault(place, { zh: `${error.sentence.zh}：${piece}`, en: `${error.sentence.en}, in: ${piece}` });
    }
  }

  /** What is declared but never looked at is a spelling mistake or a left-over. */
  private checkUse(data: Shape, expressions: readonly Expression[]): void {
    const used = new Set<string>();
    for (const expression of expressions) {
      for (const node of nodesOf(expression)) {
        if (node.kind === 'fact' || node.kind === 'term') used.add(node.name);
        if (node.kind === 'sum_monthly') this.checkRates(node.code);
      }
    }
    for (const block of ['facts', 'terms'] as const) {
      const unused = Object.keys(data[block]).find((name) => !used.has(name));
      if (unused) throw this.fault([block, unused], { zh: '从未使用，请删除', en: 'is never used; remove it' });
    }
  }

  private checkRates(code: string): void {
    const negative = this.rows.find((row) => row.code === code && (row.value as bigint) < 0n);
    if (negative)
      throw this.fault([], { zh: `${code} 不得为负`, en: `${code} is summed by month, so no value may be negative` });
  }

  private fault(place: (string | number)[], problem: Sentence): Refusal {
    // The nearest node that exists: a missing key is reported where its parent begins.
    for (let depth = place.length; depth >= 0; depth--) {
      const node = this.document.getIn(place.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (node?.range)
        return invalid(this.file, this.lines.linePos(node.range[0]).line, place.join('.') || 'programme', problem);
    }
    return invalid(this.file, 1, place.join('.'), problem);
  }
}

/** Spelling that carries no meaning (comments, blanks, key order, row order) does not change the hash. */
function contentHash(data: Shape, rows: readonly Parameter[]): string {
  const lines = rows.map((row) => JSON.stringify(row, sortKeys)).sort();
  return createHash('sha256')
    .update(JSON.stringify([data, lines], sortKeys))
    .digest('hex');
}

function sortKeys(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'string') return value.trim().replace(/\s+/g, ' ');
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value) || value instanceof Parameters)
    return value;
  Object.freeze(value);
  for (const part of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(part);
  return value;
}
