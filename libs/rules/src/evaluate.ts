import { type Day, day, dayOf, monthOf, yearOf } from '@app/kernel';
import { compareValues, monthIndex, shiftMonths } from './calendar';
import type { Expression, Value } from './expression';
import type { Parameter, Parameters } from './parameters';
import { type Run, runConstant } from './run';

/** What an expression may look at while it is evaluated, and where it notes what it looked at. */
export interface Scope {
  readonly run: Run;
  readonly parameters: Parameters;
  fact(name: string): Value;
  term(name: string): Value;
  /** Called for every parameter row whose value was used. */
  used?(parameter: Parameter): void;
}

/**
 * Executor 1: the value of an expression for one case; null when it is unknown. Both sides of `&&` and `||` are
 * always looked at, so that an explanation names every fact; of `? :` only the arm that counts.
 */
export function evaluate(expression: Expression, scope: Scope): Value {
  const of = (operand: Expression): Value => evaluate(operand, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'fact':
      return scope.fact(expression.name);
    case 'term':
      return scope.term(expression.name);
    case 'run':
      return runConstant(scope.run, expression.name);
    case 'and': {
      const [left, right] = [of(expression.left), of(expression.right)];
      if (left === false || right === false) return false;
      return left === null || right === null ? null : true;
    }
    case 'or': {
      const [left, right] = [of(expression.left), of(expression.right)];
      if (left === true || right === true) return true;
      return left === null || right === null ? null : false;
    }
    case 'not': {
      const operand = of(expression.operand);
      return operand === null ? null : !operand;
    }
    case 'compare': {
      const [left, right] = [of(expression.left), of(expression.right)];
      return left === null || right === null ? null : compareValues(expression.operator, left, right);
    }
    case 'arithmetic': {
      const [left, right] = [of(expression.left) as bigint | null, of(expression.right) as bigint | null];
      if (left === null || right === null) return null;
      return expression.operator === '+' ? left + right : expression.operator === '-' ? left - right : left * right;
    }
    case 'in': {
      const operand = of(expression.operand);
      return operand === null ? null : expression.items.some(({ value }) => value === operand);
    }
    case 'choose': {
      const condition = of(expression.condition);
      return condition === null ? null : of(condition ? expression.then : expression.otherwise);
    }
    case 'extreme': {
      const values = expression.operands.map(of);
      if (values.includes(null)) return null;
      const better = expression.which === 'min' ? '<' : '>';
      return values.reduce((a, b) => (compareValues(better, b!, a!) ? b : a))!;
    }
    case 'known':
      return of(expression.operand) !== null;
    case 'else_ask':
      return of(expression.operand) === true ? true : null;
    case 'part': {
      const at = of(expression.operand) as Day | null;
      if (at === null) return null;
      return BigInt(
        expression.part === 'year' ? yearOf(at) : expression.part === 'month' ? monthOf(at) : monthIndex(at),
      );
    }
    case 'add': {
      const [at, count] = [of(expression.operand) as Day | null, of(expression.count) as bigint | null];
      if (at === null || count === null) return null;
      return shiftMonths(at, Number(count) * (expression.unit === 'years' ? 12 : 1));
    }
    case 'parameter': {
      const on = of(expression.on);
      if (on === null) return null;
      const at = typeof on === 'bigint' ? newYear(on) : day(on as string);
      const parameter = scope.parameters.find(expression.code, scope.run.region, at);
      if (parameter) scope.used?.(parameter);
      return parameter ? parameter.value : null;
    }
    case 'sum_monthly':
      return sumMonthly(expression, scope);
    case 'steps':
    case 'month_sums':
      throw new Error(`${expression.kind} stands only in folded expressions, which are compiled, not evaluated`);
  }
}

/** 1 January of a year; years outside the calendar become its ends. */
export function newYear(year: bigint): Day {
  return year < 1n ? day('0001-01-01') : year > 9999n ? day('9999-12-31') : dayOf(Number(year), 1, 1);
}

function sumMonthly({ code, from, to }: Extract<Expression, { kind: 'sum_monthly' }>, scope: Scope): bigint | null {
  const [first, last] = [evaluate(from, scope) as bigint | null, evaluate(to, scope) as bigint | null];
  if (first === null || last === null) return null;
  const rates = scope.parameters.monthly(code, scope.run.region, scope.run.year);
  let sum: bigint | null = 0n;
  rates.forEach((rate, month) => {
    const index = BigInt(scope.run.year * 12 + month);
    if (index < first || index > last) return;
    if (rate) scope.used?.(rate);
    // A month without a rate in force makes the whole sum unknown: better a question than too little money.
    sum = rate === null || sum === null ? null : sum + (rate.value as bigint);
  });
  return sum;
}
