import { type Day, addDays, dayOf } from '@app/kernel';
import { firstOfMonth, shiftMonths } from './calendar';
import { evaluate, newYear } from './evaluate';
import { type CompareOperator, type Expression, type Literal, literal, operandsOf } from './expression';
import type { Parameters } from './parameters';
import { type Run, runConstant } from './run';

/** What is constant for a whole run. */
export interface Constants {
  readonly run: Run;
  readonly parameters: Parameters;
  readonly terms: ReadonlyMap<string, Expression>;
}

type Compare = Extract<Expression, { kind: 'compare' }>;

/** Years between which comparisons of calendar functions are turned into comparisons of days; facts lie within. */
const [EARLIEST, LATEST] = [1000n, 9000n];

/**
 * Replaces everything that is constant in a run by its value, writes terms out, and turns ages into dates
 * (`add_years(born, 60) <= day` into `born <= day`), so that what remains is cheap for a million rows.
 */
export function fold(expression: Expression, constants: Constants): Expression {
  const of = (operand: Expression): Expression => fold(operand, constants);
  switch (expression.kind) {
    case 'literal':
    case 'fact':
    case 'steps':
    case 'month_sums':
      return expression;
    case 'term':
      return of(constants.terms.get(expression.name)!);
    case 'run':
      return literal(expression.type, runConstant(constants.run, expression.name));
    case 'parameter':
      return foldParameter(expression.code, expression, of(expression.on), constants);
    case 'sum_monthly': {
      const { parameters, run } = constants;
      const rates = parameters
        .monthly(expression.code, run.region, run.year)
        .map((rate) => (rate ? (rate.value as bigint) : null));
      return {
        kind: 'month_sums',
        type: 'int',
        rates,
        first: run.year * 12,
        from: of(expression.from),
        to: of(expression.to),
      };
    }
    case 'and':
    case 'or':
      return foldLogic(expression.kind, of(expression.left), of(expression.right));
    case 'not':
      return constant({ ...expression, operand: of(expression.operand) });
    case 'compare':
      return foldCompare({ ...expression, left: of(expression.left), right: of(expression.right) });
    case 'arithmetic':
      return constant({ ...expression, left: of(expression.left), right: of(expression.right) });
    case 'in':
      return constant({ ...expression, operand: of(expression.operand) });
    case 'choose': {
      const condition = of(expression.condition);
      if (condition.kind !== 'literal')
        return { ...expression, condition, then: of(expression.then), otherwise: of(expression.otherwise) };
      if (condition.value === null) return literal(expression.type, null);
      return of(condition.value ? expression.then : expression.otherwise);
    }
    case 'extreme':
      return constant({ ...expression, operands: expression.operands.map(of) });
    case 'known': {
      const operand = of(expression.operand);
      return isNullable(operand) ? constant({ ...expression, operand }) : literal('bool', true);
    }
    case 'else_ask':
    case 'part':
      return constant({ ...expression, operand: of(expression.operand) });
    case 'add':
      return constant({ ...expression, operand: of(expression.operand), count: of(expression.count) });
  }
}

/** Whether an expression can be unknown. Only folded expressions are asked. */
export function isNullable(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return expression.value === null;
    case 'fact':
      return !expression.required;
    case 'known':
      return false;
    case 'else_ask':
    case 'steps':
      return true;
    case 'month_sums':
      return expression.rates.includes(null) || isNullable(expression.from) || isNullable(expression.to);
    default:
      return operandsOf(expression).some(isNullable);
  }
}

/** The value, when every operand is a literal; the expression itself otherwise. */
function constant(expression: Expression): Expression {
  if (!operandsOf(expression).every(({ kind }) => kind === 'literal')) return expression;
  const none = (): never => {
    throw new Error('a constant expression asked for a fact');
  };
  // Nothing but literals is left, so run and parameters are not looked at.
  return literal(
    expression.type,
    evaluate(expression, { run: undefined!, parameters: undefined!, fact: none, term: none }),
  );
}

function foldLogic(kind: 'and' | 'or', left: Expression, right: Expression): Expression {
  const decisive = kind === 'or';
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (one.kind !== 'literal' || one.value === null) continue;
    return one.value === decisive ? one : other;
  }
  return constant({ kind, type: 'bool', left, right });
}

function foldParameter(code: string, { type }: Expression, on: Expression, { parameters, run }: Constants): Expression {
  if (on.kind === 'literal') {
    if (on.value === null) return literal(type, null);
    const at = typeof on.value === 'bigint' ? newYear(on.value) : (on.value as Day);
    return literal(type, parameters.find(code, run.region, at)?.value ?? null);
  }
  const steps = parameters.steps(code, run.region).map(({ from, parameter }) => ({
    from: on.type === 'day' ? literal('day', from) : literal('int', firstYearFrom(from)),
    value: literal(type, parameter?.value ?? null),
  }));
  if (steps.length === 0) return literal(type, null);
  return { kind: 'steps', type, on, steps };
}

/** The first year whose 1 January is not before this day. */
const firstYearFrom = (from: Day): bigint => BigInt(from.slice(0, 4)) + (from.endsWith('-01-01') ? 0n : 1n);

const MIRRORED: Record<CompareOperator, CompareOperator> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function foldCompare(expression: Compare): Expression {
  const { left, right, operator } = expression;
  if (left.kind === 'literal' && right.kind === 'literal') return constant(expression);
  if (left.kind === 'literal')
    return foldCompare({ ...expression, operator: MIRRORED[operator], left: right, right: left });
  if (right.kind !== 'literal') return expression;
  if (right.value === null) return literal('bool', null);
  return invert(expression, left, right) ?? expression;
}

/** `f(day) op constant` as a comparison of the day itself, for the functions that never decrease. */
function invert(expression: Compare, left: Expression, right: Literal): Expression | undefined {
  const bounds =
    left.kind === 'part'
      ? partBounds(left.part, right.value as bigint)
      : left.kind === 'add'
        ? shiftBounds(left, right.value as Day)
        : undefined;
  if (!bounds) return undefined;
  const inner = (left as Extract<Expression, { kind: 'part' | 'add' }>).operand;
  const compare = (operator: CompareOperator, bound: Day): Expression =>
    foldCompare({ kind: 'compare', type: 'bool', operator, left: inner, right: literal('day', bound) });
  const [firstAtLeast, lastAtMost] = bounds;
  switch (expression.operator) {
    case '<':
      return compare('<', firstAtLeast);
    case '>=':
      return compare('>=', firstAtLeast);
    case '<=':
      return compare('<=', lastAtMost);
    case '>':
      return compare('>', lastAtMost);
    case '==':
      return { kind: 'and', type: 'bool', left: compare('>=', firstAtLeast), right: compare('<=', lastAtMost) };
    case '!=':
      return { kind: 'or', type: 'bool', left: compare('<', firstAtLeast), right: compare('>', lastAtMost) };
  }
}

/** The first day with part >= value and the last one with part <= value. */
function partBounds(part: 'year' | 'month' | 'month_index', value: bigint): [Day, Day] | undefined {
  if (part === 'month') return undefined;
  const year = part === 'year' ? value : value / 12n;
  if (year < EARLIEST || year > LATEST) return undefined;
  if (part === 'year') return [dayOf(Number(year), 1, 1), dayOf(Number(year), 12, 31)];
  return [firstOfMonth(Number(value)), addDays(firstOfMonth(Number(value) + 1), -1)];
}

/** The first day whose shifted day is >= value and the last one whose shifted day is <= value. */
function shiftBounds(add: Extract<Expression, { kind: 'add' }>, value: Day): [Day, Day] | undefined {
  const year = BigInt(value.slice(0, 4));
  if (add.count.kind !== 'literal' || add.count.value === null || year < EARLIEST || year > LATEST) return undefined;
  const months = Number(add.count.value) * (add.unit === 'years' ? 12 : 1);
  /** At most three steps: 28, 29, 30 and 31 January all become 28 February. */
  const lastUntil = (limit: Day): Day => {
    let last = shiftMonths(limit, -months);
    for (let next = addDays(last, 1); shiftMonths(next, months) <= limit; next = addDays(next, 1)) last = next;
    return last;
  };
  return [addDays(lastUntil(addDays(value, -1)), 1), lastUntil(value)];
}
