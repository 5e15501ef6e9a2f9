import { findDay } from '@app/kernel';
import {
  GraphQLError,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;

/** A scalar that travels as a string: `read` understands it or throws the sentence. */
function textScalar<T>(
  name: string,
  read: (text: string) => T,
  serialize: (value: unknown) => string,
): GraphQLScalarType {
  const parse = (value: unknown): T => {
    if (typeof value !== 'string') throw new GraphQLError(`${name} is written as a string.`);
    return read(value);
  };
  return new GraphQLScalarType({
    name,
    serialize,
    parseValue: parse,
    parseLiteral: (node: ValueNode) => parse(node.kind === Kind.STRING ? node.value : undefined),
  });
}

function readDay(text: string): string {
  const found = findDay(text);
  if (!found) throw new GraphQLError('A Day is a day of the calendar, written YYYY-MM-DD.');
  return found;
}

const dayScalar = textScalar('Day', readDay, (value) => {
  if (typeof value === 'string') return readDay(value);
  throw new TypeError('a Day is served from text, never from a Date: see the kernel');
});

function readInstant(text: string): Date {
  const at = new Date(INSTANT.test(text) ? text : NaN);
  if (Number.isNaN(at.getTime())) throw new GraphQLError('An Instant is written 2026-04-01T12:00:00+08:00 or …Z.');
  return at;
}

const instantScalar = textScalar('Instant', readInstant, (value) =>
  (value instanceof Date ? value : readInstant(String(value))).toISOString(),
);

function readFen(text: string): bigint {
  if (!/^-?\d{1,18}$/.test(text)) throw new GraphQLError('An amount in Fen is a string of digits, such as "360000".');
  return BigInt(text);
}

const fenScalar = textScalar('Fen', readFen, (value) => {
  if (typeof value === 'bigint' || typeof value === 'string') return readFen(String(value)).toString();
  throw new TypeError('money is served from a bigint, never from a number');
});

const jsonScalar = new GraphQLScalarType({
  name: 'JSON',
  serialize: (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))),
  parseValue: (value: unknown) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** The scalars that base.graphql declares. */
export const SCALARS: readonly GraphQLScalarType[] = [dayScalar, instantScalar, fenScalar, jsonScalar];

/**
 * For a graph that only passes values on: they are read as everywhere, so that what is unreadable is refused at once, and
 * travel on as they were written.
 */
export function passScalars(schema: GraphQLSchema): void {
  for (const { name, parseValue, parseLiteral } of SCALARS) {
    Object.assign(schema.getType(name)!, {
      serialize: (value: unknown) => value,
      parseValue: (value: unknown) => {
        parseValue(value);
        return value;
      },
      parseLiteral: (node: ValueNode, variables?: Record<string, unknown>) => {
        parseLiteral(node, variables);
        return valueFromASTUntyped(node, variables);
      },
    });
  }
}
