/** What a fact, a parameter or an expression can be. A `day` is ISO text and compares as a calendar day. */
export type ValueType = 'bool' | 'int' | 'day' | 'text';

/** A value of any type; null is "not known". Days and texts are strings, ints are bigint. */
export type Value = boolean | bigint | string | null;

/** Constants of one run: `year` is an int, the others are days. `reference_day` is what plain `param()` looks at. */
export type RunConstant = 'year' | 'year_start' | 'year_end' | 'as_of' | 'reference_day';

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export interface Literal {
  readonly kind: 'literal';
  readonly type: ValueType;
  readonly value: Value;
}

interface Of<K extends string, T extends ValueType = ValueType> {
  readonly kind: K;
  readonly type: T;
}

/**
 * The part of CEL that both executors speak, typed. Unknown values are Kleene's: `false && unknown` is false,
 * `true || unknown` is true, everything else that needs an unknown value is unknown.
 */
export type Expression =
  | Literal
  | (Of<'fact'> & { readonly name: string; readonly required: boolean })
  | (Of<'term'> & { readonly name: string })
  | (Of<'run'> & { readonly name: RunConstant })
  | (Of<'and' | 'or', 'bool'> & { readonly left: Expression; readonly right: Expression })
  | (Of<'not', 'bool'> & { readonly operand: Expression })
  | (Of<'compare', 'bool'> & {
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Of<'arithmetic', 'int'> & {
      readonly operator: '+' | '-' | '*';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Of<'in', 'bool'> & { readonly operand: Expression; readonly items: readonly Literal[] })
  /** `a ? b : c`: unknown when `a` is unknown, even if both arms agree. */
  | (Of<'choose'> & { readonly condition: Expression; readonly then: Expression; readonly otherwise: Expression })
  /** `min`, `max`: unknown when any operand is unknown. */
  | (Of<'extreme'> & { readonly which: 'min' | 'max'; readonly operands: readonly Expression[] })
  /** `known(x)`: never unknown itself. */
  | (Of<'known', 'bool'> & { readonly operand: Expression })
  /** `else_ask(x)`: true when x is true, otherwise unknown: a clerk decides, the machine never says no. */
  | (Of<'else_ask', 'bool'> & { readonly operand: Expression })
  | (Of<'part', 'int'> & { readonly part: 'year' | 'month' | 'month_index'; readonly operand: Expression })
  | (Of<'add', 'day'> & { readonly unit: 'years' | 'months'; readonly operand: Expression; readonly count: Expression })
  /** The value in force on a day, or on 1 January of a year; unknown when none is in force. */
  | (Of<'parameter'> & { readonly code: string; readonly on: Expression })
  /** Σ of a monthly rate over the months `from`…`to` (month indexes, both included) that lie in the run's year. */
  | (Of<'sum_monthly', 'int'> & { readonly code: string; readonly from: Expression; readonly to: Expression })
  /** Only after folding: a value by thresholds, `steps` ascending by `from`; unknown below the first one. */
  | (Of<'steps'> & {
      readonly on: Expression;
      readonly steps: readonly { readonly from: Literal; readonly value: Literal }[];
    })
  /** Only after folding: twelve monthly rates (null: none in force) and the index of the first month. */
  | (Of<'month_sums', 'int'> & {
      readonly rates: readonly (bigint | null)[];
      readonly first: number;
      readonly from: Expression;
      readonly to: Expression;
    });

export const literal = (type: ValueType, value: Value): Literal => ({ kind: 'literal', type, value });

/** The direct operands of an expression. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'fact':
    case 'term':
    case 'run':
      return [];
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return [expression.left, expression.right];
    case 'not':
    case 'in':
    case 'known':
    case 'else_ask':
    case 'part':
      return [expression.operand];
    case 'add':
      return [expression.operand, expression.count];
    case 'choose':
      return [expression.condition, expression.then, expression.otherwise];
    case 'extreme':
      return expression.operands;
    case 'parameter':
    case 'steps':
      return [expression.on];
    case 'sum_monthly':
    case 'month_sums':
      return [expression.from, expression.to];
  }
}

/** Every node of an expression, the root first. */
export function* nodesOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const operand of operandsOf(expression)) yield* nodesOf(operand);
}
