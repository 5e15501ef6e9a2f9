import { type Day, type Sentence, findDay } from '@app/kernel';
import { type Expression, type Value, nodesOf } from './expression';
import { evaluate } from './evaluate';
import type { Parameter } from './parameters';
import type { Condition, Fact, FactValues, Programme } from './programme';
import type { Run } from './run';

/**
 * ELIGIBLE: every condition is met and the amount is above zero. NOT_ELIGIBLE: a condition is definitely not met,
 * or the amount is zero or less. UNKNOWN: none is definitely not met, but a condition or the amount is not known.
 * SUPERSEDED: eligible, but a conflicting programme pays more. OUT_OF_SCOPE: not looked at by the bulk run at all.
 */
export type Outcome = 'ELIGIBLE' | 'NOT_ELIGIBLE' | 'UNKNOWN' | 'SUPERSEDED' | 'OUT_OF_SCOPE';

export type ConditionResult = 'met' | 'not_met' | 'unknown';

/** Why the outcome is what it is although every condition is met. */
export type ReservedReason = 'AMOUNT_ZERO' | 'AMOUNT_UNKNOWN' | 'SUPERSEDED';

/** A value as JSON can carry it: ints are numbers, days and texts strings, null is not known. */
export type PlainValue = boolean | number | string | null;

export interface UsedFact {
  readonly name: string;
  readonly label: Sentence;
  readonly value: PlainValue;
  readonly source: Sentence;
}

export interface UsedParameter {
  readonly code: string;
  readonly value: PlainValue;
  readonly unit: string;
  readonly source: string;
  readonly status: Parameter['status'];
  /** Leading digits of a division code; empty for the whole country. */
  readonly region: string;
  readonly validFrom: Day;
  /** The last day in force. */
  readonly validTo: Day | null;
}

export interface DecidedCondition {
  readonly code: string;
  readonly result: ConditionResult;
  readonly sentence: Sentence;
  readonly rule: string;
  readonly facts: readonly UsedFact[];
  readonly parameters: readonly UsedParameter[];
  /** Present when the result is unknown: what to ask, and which facts are missing. */
  readonly question?: Sentence;
  readonly missing?: readonly string[];
}

export interface Decision {
  readonly programme: string;
  /** Content hash of the programme's version. */
  readonly version: string;
  readonly outcome: Outcome;
  /** Fen; null unless ELIGIBLE or SUPERSEDED. */
  readonly amountFen: bigint | null;
  readonly reason?: ReservedReason;
  /** The programme that is paid instead, when SUPERSEDED. */
  readonly supersededBy?: string;
  readonly conditions: readonly DecidedCondition[];
  /** What the amount was made from. */
  readonly amount: {
    readonly cel: string;
    readonly facts: readonly UsedFact[];
    readonly parameters: readonly UsedParameter[];
  };
  readonly terms: readonly { readonly name: string; readonly label: Sentence; readonly value: PlainValue }[];
}

/**
 * Executor 1: decides one case and explains it, condition by condition. Absent facts are not known. Throws
 * RangeError when a fact has the wrong type: facts are checked at the door, so that is a bug.
 */
export function decide(programme: Programme, facts: FactValues, run: Run): Decision {
  const examiner = new Examiner(programme, facts, run);
  const inScope = examiner.examine(programme.scope).value !== false;
  const conditions = programme.conditions.map((condition) => decideCondition(programme, condition, examiner));
  const amount = examiner.examine(programme.amount);
  const terms = [...programme.terms.values()].map(({ name, label, expression }) => ({
    name,
    label,
    value: plain(examiner.examine(expression).value),
  }));
  return {
    programme: programme.code,
    version: programme.version,
    ...outcomeOf(inScope, conditions, amount.value as bigint | null),
    conditions,
    amount: { cel: programme.amountCel, facts: amount.facts, parameters: amount.parameters },
    terms,
  };
}

function outcomeOf(
  inScope: boolean,
  conditions: readonly DecidedCondition[],
  amountFen: bigint | null,
): Pick<Decision, 'outcome' | 'amountFen' | 'reason'> {
  if (!inScope) return { outcome: 'OUT_OF_SCOPE', amountFen: null };
  if (conditions.some(({ result }) => result === 'not_met')) return { outcome: 'NOT_ELIGIBLE', amountFen: null };
  if (conditions.some(({ result }) => result === 'unknown')) return { outcome: 'UNKNOWN', amountFen: null };
  if (amountFen === null) return { outcome: 'UNKNOWN', amountFen: null, reason: 'AMOUNT_UNKNOWN' };
  if (amountFen <= 0n) return { outcome: 'NOT_ELIGIBLE', amountFen: null, reason: 'AMOUNT_ZERO' };
  return { outcome: 'ELIGIBLE', amountFen };
}

function decideCondition(programme: Programme, condition: Condition, examiner: Examiner): DecidedCondition {
  const { value, facts, parameters } = examiner.examine(condition.expression);
  const { code, sentence, rule } = condition;
  if (value !== null) return { code, result: value ? 'met' : 'not_met', sentence, rule, facts, parameters };
  const missing = facts.filter((fact) => fact.value === null).map(({ name }) => name);
  return {
    code,
    result: 'unknown',
    sentence,
    rule,
    facts,
    parameters,
    question: questionOf(programme, condition, missing),
    missing,
  };
}

/** The condition's own question, or one made from the labels of the missing facts. */
function questionOf(programme: Programme, condition: Condition, missing: readonly string[]): Sentence {
  if (condition.question) return condition.question;
  const labels = missing.map((name) => programme.facts.get(name)!.label);
  return {
    zh: `请核实：${labels.map(({ zh }) => zh).join('、') || condition.sentence.zh}`,
    en: `Please establish: ${labels.map(({ en }) => en).join(', ') || condition.sentence.en}`,
  };
}

/** The verdict on each condition from the bit masks a bulk run stored: bit i is condition i. */
export function conditionsFromBits(
  programme: Programme,
  met: bigint,
  unknown: bigint,
): {
  readonly code: string;
  readonly result: ConditionResult;
  readonly sentence: Sentence;
  readonly rule: string;
  readonly question?: Sentence;
}[] {
  return programme.conditions.map((condition, index) => {
    const { code, sentence, rule } = condition;
    const bit = 1n << BigInt(index);
    if (met & bit) return { code, result: 'met', sentence, rule };
    if (!(unknown & bit)) return { code, result: 'not_met', sentence, rule };
    const facts = [...factNames(programme, condition.expression)];
    return { code, result: 'unknown', sentence, rule, question: questionOf(programme, condition, facts) };
  });
}

/** Every fact an expression can look at, through its terms. */
function* factNames(programme: Programme, expression: Expression): Generator<string> {
  for (const node of nodesOf(expression)) {
    if (node.kind === 'fact') yield node.name;
    if (node.kind === 'term') yield* factNames(programme, programme.terms.get(node.name)!.expression);
  }
}

interface Examined {
  readonly value: Value;
  readonly facts: readonly UsedFact[];
  readonly parameters: readonly UsedParameter[];
}

interface Trace {
  readonly facts: Set<string>;
  readonly parameters: Set<Parameter>;
}

/** Evaluates expressions of one programme for one case and notes which facts and parameters each of them used. */
class Examiner {
  private readonly values = new Map<string, Value>();
  private readonly terms = new Map<string, { value: Value; trace: Trace }>();

  constructor(
    private readonly programme: Programme,
    facts: FactValues,
    private readonly run: Run,
  ) {
    for (const fact of programme.facts.values()) this.values.set(fact.name, checkedFact(fact, facts[fact.name]));
  }

  examine(expression: Expression): Examined {
    const trace: Trace = { facts: new Set(), parameters: new Set() };
    const value = this.evaluate(expression, trace);
    return {
      value,
      facts: [...trace.facts].map((name) => this.usedFact(name)),
      parameters: [...trace.parameters].map(usedParameter),
    };
  }

  private evaluate(expression: Expression, trace: Trace): Value {
    return evaluate(expression, {
      run: this.run,
      parameters: this.programme.parameters,
      fact: (name) => {
        trace.facts.add(name);
        return this.values.get(name)!;
      },
      term: (name) => this.term(name, trace),
      used: (parameter) => trace.parameters.add(parameter),
    });
  }

  private term(name: string, trace: Trace): Value {
    let term = this.terms.get(name);
    if (!term) {
      const own: Trace = { facts: new Set(), parameters: new Set() };
      term = { value: this.evaluate(this.programme.terms.get(name)!.expression, own), trace: own };
      this.terms.set(name, term);
    }
    for (const fact of term.trace.facts) trace.facts.add(fact);
    for (const parameter of term.trace.parameters) trace.parameters.add(parameter);
    return term.value;
  }

  private usedFact(name: string): UsedFact {
    const { label, source } = this.programme.facts.get(name)!;
    return { name, label, value: plain(this.values.get(name)!), source };
  }
}

function usedParameter({ code, value, unit, source, status, region, validFrom, validTo }: Parameter): UsedParameter {
  return { code, value: plain(value), unit, source, status, region, validFrom, validTo };
}

const plain = (value: Value): PlainValue => (typeof value === 'bigint' ? Number(value) : value);

function checkedFact(fact: Fact, given: FactValues[string]): Value {
  if (given === undefined || given === null) {
    if (!fact.required) return null;
    throw new RangeError(`the fact ${fact.name} is declared as never null, but none was given`);
  }
  const value = typeof given === 'number' && Number.isInteger(given) ? BigInt(given) : given;
  if (fits(fact.type, value)) return value;
  throw new RangeError(`the fact ${fact.name} should be ${fact.type}, but is ${typeof value} ${value}`);
}

/** Ints are those of a PostgreSQL int4, so that what one executor accepts the other does too. */
function fits(type: Fact['type'], value: Value | number): value is Exclude<Value, null> {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint' && BigInt.asIntN(32, value) === value;
    case 'day':
      return typeof value === 'string' && findDay(value) !== undefined;
    case 'text':
      return typeof value === 'string';
  }
}
