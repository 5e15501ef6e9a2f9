import { Refusal } from '@app/kernel';
import { areInConflict, assertConflictsClose } from './conflicts';
import { type Constants, fold, isNullable } from './fold';
import { type Expression, nodesOf } from './expression';
import { type Programme, termExpressions } from './programme';
import type { Run } from './run';
import { quote, toSql } from './sql';

/** Where the facts of many cases are: one row per case. */
export interface Relation {
  /** What stands after FROM, with its alias: `subsidy.person_fact f`, or `(select …) f`. */
  readonly from: string;
  /** Columns that identify the case: output name → SQL expression. At least one. */
  readonly keys: Readonly<Record<string, string>>;
  /** Fact name → SQL expression: bool, int2/int4, date or text. Facts declared required must not be null in it. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Bit positions: conditions met from bit 0, conditions unknown from bit 31. */
const UNKNOWN_SHIFT = 31n;

interface Compiled {
  readonly programme: Programme;
  readonly scope: Expression;
  readonly conditions: readonly Expression[];
  readonly amount: Expression;
  /** All conditions met. */
  readonly full: bigint;
  readonly index: number;
}

/**
 * Executor 2: one SELECT that decides programmes for every case of a relation in one scan. It gives the key columns
 * and `programme text, outcome text, amount_fen int8, met int8, unknown int8` (bit i is condition i), one row for
 * each case in the scope of a programme; outcomes are those of `decide`, conflicts between the given programmes are
 * resolved as by `resolveConflicts`. Parameters are folded into literals, so the text holds for this run only.
 */
export function compileSql(programmes: readonly Programme[], run: Run, relation: Relation): string {
  assertConflictsClose(programmes);
  const compiled = programmes.map((programme, index) => compileProgramme(programme, run, index));
  const keys = Object.keys(relation.keys);
  const column = columnsOf(relation);
  // The fence (OFFSET 0) keeps the planner from pulling the levels together and evaluating each condition again
  // wherever its result is used.
  return compiled.length === 1
    ? `SELECT ${[...keys, ...resultColumns(compiled[0]!)].join(', ')}\nFROM (\n${judged(compiled, relation, column)}\n) judged`
    : severalSql(compiled, keys, judged(compiled, relation, column));
}

function compileProgramme(programme: Programme, run: Run, index: number): Compiled {
  const constants: Constants = { run, parameters: programme.parameters, terms: termExpressions(programme) };
  return {
    programme,
    scope: fold(programme.scope, constants),
    conditions: programme.conditions.map(({ expression }) => fold(expression, constants)),
    amount: fold(programme.amount, constants),
    full: (1n << BigInt(programme.conditions.length)) - 1n,
    index,
  };
}

function columnsOf(relation: Relation): (fact: string) => string {
  return (fact) => {
    const sql = relation.facts[fact];
    if (sql !== undefined) return /^[\w.]+$/.test(sql) ? sql : `(${sql})`;
    throw new Refusal(
      'RULES_FACT_WITHOUT_COLUMN',
      {
        zh: `批量认定的数据表没有事实「${fact}」对应的列，请在 relation.facts 中补上。`,
        en: `The relation has no column for the fact "${fact}"; add it to relation.facts.`,
      },
      { fact },
    );
  };
}

/** Level 1: one pass over the relation; per programme the state of all conditions in one int8, null out of scope. */
function judged(compiled: readonly Compiled[], relation: Relation, column: (fact: string) => string): string {
  const scopes = compiled.map(({ scope }) => inScope(scope, column));
  const everybody = scopes.includes('true');
  const columns = Object.entries(relation.keys).map(([name, sql]) => `${sql} AS ${name}`);
  for (const one of compiled) {
    const state = stateSql(one.conditions, column);
    const scope = scopes[one.index]!;
    const always = scope === 'true' || compiled.length === 1;
    columns.push(`${always ? state : `CASE WHEN ${scope} THEN ${state} END`} AS s${one.index}`);
  }
  const facts = new Map<string, string>();
  for (const { amount } of compiled) {
    for (const node of nodesOf(amount)) if (node.kind === 'fact') facts.set(node.name, column(node.name));
  }
  const carried = [...facts].map(([, sql], index) => `${sql} AS f${index}`);
  const names = new Map([...facts.keys()].map((name, index) => [name, `f${index}`]));
  const filter = everybody ? '' : `\n  WHERE ${scopes.join(' OR ')}`;
  const inner = `  SELECT ${[...columns, ...carried].join(',\n    ')}\n  FROM ${relation.from}${filter}\n  OFFSET 0`;
  // Level 2: the amount, computed only where every condition is met.
  const amounts = compiled.map(
    ({ amount, full, index }) =>
      `CASE WHEN s${index} = ${full} THEN ${toSql(amount, (fact) => names.get(fact)!)}::int8 END AS a${index}`,
  );
  const passed = [...Object.keys(relation.keys), ...compiled.map(({ index }) => `s${index}`)];
  return `SELECT ${[...passed, ...amounts].join(', ')}\nFROM (\n${inner}\n) state\nOFFSET 0`;
}

/** An unknown scope counts as in scope: nobody is left out because a fact is missing. */
function inScope(scope: Expression, column: (fact: string) => string): string {
  const sql = toSql(scope, column);
  return isNullable(scope) ? `(${sql} IS NOT FALSE)` : sql;
}

function stateSql(conditions: readonly Expression[], column: (fact: string) => string): string {
  const parts = conditions.map((condition, index) => {
    const sql = toSql(condition, column);
    const met = 1n << BigInt(index);
    const unknown = met << UNKNOWN_SHIFT;
    if (condition.kind === 'literal') return `${condition.value === null ? unknown : condition.value ? met : 0n}::int8`;
    if (!isNullable(condition)) return `CASE WHEN ${sql} THEN ${met}::int8 ELSE 0::int8 END`;
    return `CASE ${sql} WHEN true THEN ${met}::int8 WHEN false THEN 0::int8 ELSE ${unknown}::int8 END`;
  });
  return `(${parts.join('\n      + ')})`;
}

const metSql = (index: number, full: bigint): string => `(s${index} & ${full})`;
const unknownSql = (index: number): string => `(s${index} >> ${UNKNOWN_SHIFT})`;

/** The outcome before conflicts; the same ladder as in decide(). */
function outcomeSql({ index, full }: Compiled): string {
  return (
    `CASE WHEN (${metSql(index, full)} | ${unknownSql(index)}) <> ${full} THEN 'NOT_ELIGIBLE'` +
    ` WHEN s${index} <> ${full} OR a${index} IS NULL THEN 'UNKNOWN'` +
    ` WHEN a${index} <= 0 THEN 'NOT_ELIGIBLE' ELSE 'ELIGIBLE' END`
  );
}

function resultColumns(one: Compiled, outcome = outcomeSql(one)): string[] {
  return [
    `${quote(one.programme.code)}::text AS programme`,
    `${outcome} AS outcome`,
    `CASE WHEN a${one.index} > 0 THEN a${one.index} END AS amount_fen`,
    `${metSql(one.index, one.full)} AS met`,
    `${unknownSql(one.index)} AS unknown`,
  ];
}

/**
 * Level 3: conflicts are solved within the row, where all programmes of a case stand side by side; then one row each.
 * The rows are kept once and read once per programme: a lateral VALUES list would prepare its expressions anew for
 * every case, which measured eight times the cost of everything else.
 */
function severalSql(compiled: readonly Compiled[], keys: readonly string[], inner: string): string {
  const parts = compiled.map((one) => {
    const { index, programme } = one;
    const stronger = compiled
      .filter((other) => other !== one && areInConflict(other.programme, programme))
      .map((other) => `a${other.index} ${other.index < index ? '>=' : '>'} a${index}`);
    const outcome = outcomeSql(one);
    const resolved =
      stronger.length === 0
        ? outcome
        : `CASE WHEN a${index} > 0 AND (${stronger.join(' OR ')}) THEN 'SUPERSEDED' ELSE ${outcome} END`;
    return `SELECT ${[...keys, ...resultColumns(one, resolved)].join(', ')}\nFROM judged WHERE s${index} IS NOT NULL`;
  });
  return `WITH judged AS MATERIALIZED (\n${inner}\n)\n${parts.join('\nUNION ALL\n')}`;
}
