import { type ASTNode, type ParseError, parse } from '@marcbachmann/cel-js';
import { type Sentence, findDay } from '@app/kernel';
import { type CompareOperator, type Expression, type ValueType, literal, nodesOf } from './expression';
import type { Parameters } from './parameters';

/** Why an expression was refused, and the text it was refused for. */
export class ExpressionFault extends Error {
  constructor(
    readonly sentence: Sentence,
    /** Offsets into the expression. */
    readonly range: { readonly start: number; readonly end: number },
  ) {
    super(sentence.en);
  }
}

/** The names an expression may use. */
export interface Vocabulary {
  readonly facts: ReadonlyMap<string, { readonly type: ValueType; readonly required: boolean }>;
  /** Terms defined before this expression. */
  readonly terms: ReadonlyMap<string, Expression>;
  readonly parameters: Parameters;
}

/** A fact that is an int fits 32 bits, so that no expression can overflow PostgreSQL's 64. */
const FACT_LIMIT = 2n ** 31n;
const OVERFLOW_LIMIT = 2n ** 62n;
const SHIFT_LIMIT = { years: 200n, months: 2400n };

const RUN_TYPES: Record<string, ValueType> = { year: 'int', year_start: 'day', year_end: 'day', as_of: 'day' };
const COMPARISONS = new Set<string>(['==', '!=', '<', '<=', '>', '>=']);

/** Parses and type-checks one CEL expression; throws ExpressionFault for anything the two executors do not both speak. */
export function parseExpression(text: string, vocabulary: Vocabulary, expected?: ValueType): Expression {
  let root: ASTNode;
  try {
    root = parse(text).ast;
  } catch (error) {
    const { summary, message, range } = error as ParseError;
    const reason = summary ?? message;
    throw new ExpressionFault(
      { zh: `表达式不合语法：${reason}`, en: `not a CEL expression: ${reason}` },
      range ?? whole(text),
    );
  }
  const expression = new Reader(vocabulary).read(root);
  if (expected && expression.type !== expected) {
    throw new ExpressionFault(
      {
        zh: `结果应为 ${expected}，实为 ${expression.type}`,
        en: `should give ${expected}, but gives ${expression.type}`,
      },
      whole(text),
    );
  }
  return expression;
}

const whole = (text: string) => ({ start: 0, end: text.length });

class Reader {
  constructor(private readonly vocabulary: Vocabulary) {}

  read(node: ASTNode): Expression {
    const expression = this.readShape(node);
    if (expression.type === 'int' && this.magnitude(expression) > OVERFLOW_LIMIT) {
      this.fail(node, '数值可能超出 64 位整数', 'could overflow a 64-bit integer: multiply fewer facts');
    }
    return expression;
  }

  private readShape(node: ASTNode): Expression {
    switch (node.op) {
      case 'value':
        return this.readValue(node, node.args);
      case 'id':
      case '.':
        return this.readName(node);
      case '&&':
      case '||':
        return {
          kind: node.op === '&&' ? 'and' : 'or',
          type: 'bool',
          left: this.readAs(node.args[0], 'bool'),
          right: this.readAs(node.args[1], 'bool'),
        };
      case '!_':
        return { kind: 'not', type: 'bool', operand: this.readAs(node.args, 'bool') };
      case '-_': {
        const operand = this.readAs(node.args, 'int');
        if (operand.kind === 'literal') return literal('int', -(operand.value as bigint));
        return { kind: 'arithmetic', type: 'int', operator: '-', left: literal('int', 0n), right: operand };
      }
      case '+':
      case '-':
      case '*':
        return {
          kind: 'arithmetic',
          type: 'int',
          operator: node.op,
          left: this.readAs(node.args[0], 'int'),
          right: this.readAs(node.args[1], 'int'),
        };
      case 'in':
        return this.readIn(node, node.args[0], node.args[1]);
      case '?:': {
        const condition = this.readAs(node.args[0], 'bool');
        const then = this.read(node.args[1]);
        return { kind: 'choose', type: then.type, condition, then, otherwise: this.readAs(node.args[2], then.type) };
      }
      case 'call':
        return this.readCall(node, node.args[0], node.args[1]);
      default:
        if (COMPARISONS.has(node.op)) return this.readComparison(node);
        return this.fail(
          node,
          `不支持「${node.op}」`,
          `"${node.op}" is not supported here; see the list of operators in libs/rules`,
        );
    }
  }

  private readAs(node: ASTNode, type: ValueType): Expression {
    const expression = this.read(node);
    if (expression.type !== type)
      this.fail(node, `应为 ${type}，实为 ${expression.type}`, `must be ${type}, but is ${expression.type}`);
    return expression;
  }

  private readValue(node: ASTNode, value: unknown): Expression {
    if (typeof value === 'boolean') return literal('bool', value);
    if (typeof value === 'bigint') return literal('int', value);
    // Control characters have no place in a code, and PostgreSQL refuses NUL in text.

    if (typeof value === 'string' && !/[\u0000-\u001f]/.test(value)) return literal('text', value);
    return this.fail(
      node,
      '只能用整数、文本、true 和 false',
      'only whole numbers, texts, true and false; for "not known" write known(x)',
    );
  }

  private readName(node: ASTNode): Expression {
    const name = dotted(node);
    if (name === undefined) return this.fail(node, '只能引用事实名', 'only names of facts may be selected');
    const fact = this.vocabulary.facts.get(name);
    if (fact) return { kind: 'fact', type: fact.type, name, required: fact.required };
    const term = this.vocabulary.terms.get(name);
    if (term) return { kind: 'term', type: term.type, name };
    const type = RUN_TYPES[name];
    if (type) return { kind: 'run', type, name: name as 'year' };
    return this.fail(
      node,
      `没有名为「${name}」的事实或项`,
      `no fact or earlier term is called "${name}"; declare it under facts or terms`,
    );
  }

  private readIn(node: ASTNode, left: ASTNode, right: ASTNode): Expression {
    const operand = this.read(left);
    if (right.op !== 'list' || right.args.length === 0)
      return this.fail(node, 'in 之后应为常量列表', 'after "in" comes a list of constants');
    const items = right.args.map((item) => {
      const read = this.readAs(item, operand.type);
      return read.kind === 'literal' ? read : this.fail(item, '列表中只能有常量', 'a list may hold constants only');
    });
    return { kind: 'in', type: 'bool', operand, items };
  }

  private readComparison(node: ASTNode): Expression {
    const [leftNode, rightNode] = node.args as [ASTNode, ASTNode];
    const left = this.read(leftNode);
    const right = this.readAs(rightNode, left.type);
    const operator = node.op as CompareOperator;
    if (operator !== '==' && operator !== '!=' && (left.type === 'text' || left.type === 'bool')) {
      this.fail(node, `${left.type} 不能比较大小`, `${left.type} has no order; use == or !=`);
    }
    return { kind: 'compare', type: 'bool', operator, left, right };
  }

  private readCall(node: ASTNode, name: string, args: readonly ASTNode[]): Expression {
    const arity = (count: number) => {
      if (args.length !== count)
        this.fail(node, `${name} 需要 ${count} 个参数`, `${name} takes ${count} argument(s), not ${args.length}`);
    };
    switch (name) {
      case 'day': {
        arity(1);
        const text = args[0]!.op === 'value' && typeof args[0].args === 'string' ? findDay(args[0].args) : undefined;
        return text
          ? literal('day', text)
          : this.fail(node, '应写作 day("2025-01-01")', 'write a day that exists as day("2025-01-01")');
      }
      case 'known':
        arity(1);
        return { kind: 'known', type: 'bool', operand: this.read(args[0]!) };
      case 'else_ask':
        arity(1);
        return { kind: 'else_ask', type: 'bool', operand: this.readAs(args[0]!, 'bool') };
      case 'year':
      case 'month':
      case 'month_index':
        arity(1);
        return { kind: 'part', type: 'int', part: name, operand: this.readAs(args[0]!, 'day') };
      case 'add_years':
      case 'add_months':
        arity(2);
        return this.readShift(name === 'add_years' ? 'years' : 'months', args[0]!, args[1]!);
      case 'min':
      case 'max': {
        if (args.length < 2) arity(2);
        const first = this.read(args[0]!);
        if (first.type !== 'int' && first.type !== 'day')
          this.fail(node, `${name} 只用于整数和日期`, `${name} is for ints and days`);
        const operands = [first, ...args.slice(1).map((arg) => this.readAs(arg, first.type))];
        return { kind: 'extreme', type: first.type, which: name, operands };
      }
      case 'param':
        arity(1);
        return this.readParameter(args[0]!, { kind: 'run', type: 'day', name: 'reference_day' });
      case 'param_at':
        arity(2);
        return this.readParameter(args[0]!, this.readAs(args[1]!, 'day'));
      case 'param_in':
        arity(2);
        return this.readParameter(args[0]!, this.readAs(args[1]!, 'int'));
      case 'sum_monthly': {
        arity(3);
        const { code, type } = this.readParameter(args[0]!, literal('day', null));
        if (type !== 'int') this.fail(node, '按月合计只用于金额', 'sum_monthly adds whole numbers only');
        return {
          kind: 'sum_monthly',
          type: 'int',
          code,
          from: this.readAs(args[1]!, 'int'),
          to: this.readAs(args[2]!, 'int'),
        };
      }
      default:
        return this.fail(
          node,
          `没有函数「${name}」`,
          `there is no function "${name}" here; see the list of functions in libs/rules`,
        );
    }
  }

  private readShift(unit: 'years' | 'months', dayNode: ASTNode, countNode: ASTNode): Expression {
    const operand = this.readAs(dayNode, 'day');
    const count = this.readAs(countNode, 'int');
    if ([...nodesOf(count)].some(({ kind }) => kind === 'fact' || kind === 'term')) {
      this.fail(
        countNode,
        '加减的数目不得取自事实',
        'how much to add may come from literals, parameters and the run, not from facts',
      );
    }
    if (this.magnitude(count) > SHIFT_LIMIT[unit]) {
      this.fail(countNode, `最多 ${SHIFT_LIMIT[unit]}`, `at most ${SHIFT_LIMIT[unit]} ${unit} may be added`);
    }
    return { kind: 'add', type: 'day', unit, operand, count };
  }

  private readParameter(codeNode: ASTNode, on: Expression): Extract<Expression, { kind: 'parameter' }> {
    const code = codeNode.op === 'value' && typeof codeNode.args === 'string' ? codeNode.args : undefined;
    if (code === undefined)
      return this.fail(codeNode, '参数代码须为文本常量', 'the code of a parameter is a text literal');
    const type = this.vocabulary.parameters.typeOf(code);
    if (!type)
      return this.fail(
        codeNode,
        `parameters.csv 中没有「${code}」`,
        `parameters.csv has no row with code "${code}"; add one`,
      );
    return { kind: 'parameter', type, code, on };
  }

  /** A bound on the absolute value of an int expression, found without running it. */
  private magnitude(expression: Expression): bigint {
    const of = (operand: Expression) => this.magnitude(operand);
    switch (expression.kind) {
      case 'literal':
        return absolute(expression.value as bigint);
      case 'fact':
        return FACT_LIMIT;
      case 'term':
        return of(this.vocabulary.terms.get(expression.name)!);
      case 'arithmetic':
        return expression.operator === '*'
          ? of(expression.left) * of(expression.right)
          : of(expression.left) + of(expression.right);
      case 'choose':
        return larger(of(expression.then), of(expression.otherwise));
      case 'extreme':
        return expression.operands.map(of).reduce(larger);
      case 'parameter':
        return this.vocabulary.parameters.magnitude(expression.code);
      case 'sum_monthly':
        return 12n * this.vocabulary.parameters.magnitude(expression.code);
      default:
        return 120_000n; // Years, months and month indexes.
    }
  }

  private fail(node: ASTNode, zh: string, en: string): never {
    throw new ExpressionFault({ zh, en }, { start: node.start, end: node.end });
  }
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function dotted(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const left = dotted(node.args[0]);
  return left === undefined ? undefined : `${left}.${node.args[1]}`;
}
