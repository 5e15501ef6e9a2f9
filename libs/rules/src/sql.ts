import type { Expression, Value, ValueType } from './expression';
import { isNullable } from './fold';

const SQL_TYPES: Record<ValueType, string> = { bool: 'bool', int: 'int8', day: 'date', text: 'text' };

/** A text as an SQL literal. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Executor 2: a folded expression as SQL. `column` gives the SQL of a fact. SQL's three-valued logic is Kleene's,
 * so only the places where it is not are written out: `?:`, min, max and sums.
 */
export function toSql(expression: Expression, column: (fact: string) => string): string {
  const of = (operand: Expression): string => toSql(operand, column);
  switch (expression.kind) {
    case 'literal':
      return literalSql(expression.type, expression.value);
    case 'fact':
      return column(expression.name);
    case 'and':
    case 'or':
      return `(${of(expression.left)} ${expression.kind.toUpperCase()} ${of(expression.right)})`;
    case 'not':
      return `(NOT ${of(expression.operand)})`;
    case 'compare': {
      const operator = { '==': '=', '!=': '<>' }[expression.operator as '=='] ?? expression.operator;
      return `(${of(expression.left)} ${operator} ${of(expression.right)})`;
    }
    case 'arithmetic':
      return `(${wide(expression.left, column)} ${expression.operator} ${wide(expression.right, column)})`;
    case 'in':
      return `(${of(expression.operand)} IN (${expression.items.map(of).join(', ')}))`;
    case 'choose':
      return isNullable(expression.condition)
        ? `(CASE ${of(expression.condition)} WHEN true THEN ${of(expression.then)} WHEN false THEN ${of(expression.otherwise)} END)`
        : `(CASE WHEN ${of(expression.condition)} THEN ${of(expression.then)} ELSE ${of(expression.otherwise)} END)`;
    case 'extreme': {
      // The functions behind min() and max(): strict, where LEAST and GREATEST skip nulls, and each operand stands
      // once. Testing it for null besides would write it twice, and a min within a max within a min eight times.
      const strict = `${{ bool: '', int: 'int8', day: 'date_', text: 'text_' }[expression.type]}${expression.which === 'min' ? 'smaller' : 'larger'}`;
      const [first, ...others] = expression.operands.map((operand) => wide(operand, column));
      return others.reduce((all, operand) => `${strict}(${all}, ${operand})`, first!);
    }
    case 'known':
      return `((${of(expression.operand)}) IS NOT NULL)`;
    case 'else_ask':
      return `(CASE WHEN ${of(expression.operand)} THEN true END)`;
    case 'part': {
      const at = of(expression.operand);
      if (expression.part !== 'month_index') return `date_part('${expression.part}', ${at})::int8`;
      return `(date_part('year', ${at})::int8 * 12 + date_part('month', ${at})::int8 - 1)`;
    }
    case 'add': {
      const { operand, count, unit } = expression;
      // The reader lets no facts into `count`, so that folding always makes it a literal.
      if (count.kind !== 'literal') throw new Error('how much to add is not constant after folding');
      if (count.value === null) return 'NULL::date';
      return `((${of(operand)} + interval '${count.value as bigint} ${unit}')::date)`;
    }
    case 'steps': {
      const on = of(expression.on);
      const arms = [...expression.steps]
        .reverse()
        .map(({ from, value }) => `WHEN ${on} >= ${of(from)} THEN ${of(value)}`);
      return `(CASE ${arms.join(' ')} END)`;
    }
    case 'month_sums':
      return monthSumsSql(expression, column);
    case 'term':
    case 'run':
    case 'parameter':
    case 'sum_monthly':
      throw new Error(`${expression.kind} must be folded before it is compiled`);
  }
}

/** An int operand widened to 64 bits: columns may be narrower, and the sum of two of them must not overflow. */
function wide(expression: Expression, column: (fact: string) => string): string {
  const sql = toSql(expression, column);
  return expression.type === 'int' && expression.kind === 'fact' ? `${sql}::int8` : sql;
}

function literalSql(type: ValueType, value: Value): string {
  if (value === null) return `NULL::${SQL_TYPES[type]}`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value < 0n ? `(${value})::int8` : `${value}::int8`;
  return type === 'day' ? `'${value}'::date` : `${quote(value)}::text`;
}

/** LEAST and GREATEST skip nulls, where an unknown operand must make the result unknown. */
function unlessNull(operands: readonly Expression[], column: (fact: string) => string, sql: string): string {
  const nullable = operands.filter(isNullable).map((operand) => `(${toSql(operand, column)}) IS NULL`);
  return nullable.length === 0 ? sql : `(CASE WHEN ${nullable.join(' OR ')} THEN NULL ELSE ${sql} END)`;
}

/** Σ rates between two months as a difference of two prefix sums, by index into a constant array. */
function monthSumsSql(
  expression: Extract<Expression, { kind: 'month_sums' }>,
  column: (fact: string) => string,
): string {
  const { rates, first, from, to } = expression;
  const low = `LEAST(GREATEST(${wide(from, column)}, ${first}), ${first + 12}) - ${first - 1}`;
  const high = `LEAST(GREATEST(${wide(to, column)} + 1, ${first}), ${first + 12}) - ${first - 1}`;
  const between = (values: readonly bigint[]) => {
    const sums = values.reduce((all, value) => [...all, all.at(-1)! + value], [0n]);
    const array = `'{${sums.join(',')}}'::int8[]`;
    // Rates are never negative, so a range that ends before it begins comes out at or below zero.
    return `GREATEST((${array})[(${high})::int4] - (${array})[(${low})::int4], 0)`;
  };
  const sum = between(rates.map((rate) => rate ?? 0n));
  const missing = rates.map((rate) => (rate === null ? 1n : 0n));
  const whole = rates.includes(null) ? `(CASE WHEN ${between(missing)} = 0 THEN ${sum} END)` : sum;
  return unlessNull([from, to], column, whole);
}
