import { isRequirement, type Requirement } from '@app/access';
import { inContext, isDisclosed } from '@app/database';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
} from 'graphql';
import type { GraphContext } from './context';
import { refuse } from './graphql.errors';

type Row = Record<string, unknown>;
export type Resolve = GraphQLFieldResolver<unknown, GraphContext>;
export type Field = GraphQLField<unknown, GraphContext>;

/** A resolver's method, bound to its instance. */
export interface Answer {
  readonly call: (...args: unknown[]) => unknown;
  readonly required: Requirement | undefined;
  readonly owner: object;
  /** `PersonResolver.household`, for the problems. */
  readonly label: string;
}

/** How the owner of a type completes a reference to it. */
export interface Completion {
  readonly kind: 'reference' | 'references';
  readonly answer: Answer;
  readonly key: readonly string[];
}

/** Gives an operation its permission, its context and its answer; notes what is missing among the problems. */
export function attachOperation(
  type: GraphQLObjectType,
  field: Field,
  answer: Answer | undefined,
  problems: string[],
): void {
  if (!answer) return void problems.push(`${type.name}.${field.name} is answered by no resolver`);
  const { required } = answer;
  if (required === undefined) return void problems.push(`${answer.label} needs @Requires('…') or @Requires(PUBLIC)`);
  if (!isRequirement(required))
    return void problems.push(`${answer.label}: there is no permission "${String(required)}"`);
  field.extensions = { ...field.extensions, requires: required };
  field.resolve = spending(field, (_root, args, context, info) => {
    context.assertMay(required);
    context.noteFields(info);
    const work = context.workFor(`${type.name}.${field.name}`, required);
    return inContext(work, () => answer.call(args, context, info));
  });
}

/** What is known of a field of the other types before it is attached. */
export interface Attachment {
  readonly type: string;
  readonly word: Requirement;
  /** What the rows of its type tell of somebody. */
  readonly kind: string | undefined;
  /** Another process owns the type: here are its key, and what this app adds to it by that key. */
  readonly isForeign: boolean;
  readonly answer: Answer | undefined;
  readonly completion: Completion | undefined;
}

/** Gives a field its permission, its context, the completion of bare references and the check of disclosure. */
export function attachField(field: Field, { type, word, answer, completion, ...more }: Attachment): void {
  const name = `${type}.${field.name}`;
  field.extensions = { ...field.extensions, requires: word, kind: more.kind };
  const kind = more.isForeign ? undefined : more.kind;
  const resolve = answer ? answering(answer, completion, kind) : reading(field.name, completion, kind);
  const isKey = completion?.key.includes(field.name) ?? false;
  field.resolve = spending(field, (parent, args, context, info) => {
    context.assertMay(word);
    if (!completion && kind) assertDisclosed(parent as Row, kind);
    if (isKey) return resolve(parent, args, context, info);
    // A value that lies in the row needs no context; one that is still to be fetched, as a page's count, does.
    const own = answer ? undefined : (parent as Row)[field.name];
    if (!answer && typeof own !== 'function' && (own !== undefined || !completion)) {
      if (completion && kind) assertDisclosed(parent as Row, kind);
      return own;
    }
    return inContext(context.workFor(name, word), () => resolve(parent, args, context, info));
  });
}

/** A row that tells of somebody and was not noted when it was read is a bug that must not leave the house. */
function assertDisclosed(row: Row, kind: string): void {
  if (!isDisclosed(row)) throw new Error(`a row that tells of a ${kind} was read without being disclosed`);
}

/** A field with a method. The owner's methods get the whole object; those that extend the type rely on its key only. */
function answering(answer: Answer, completion: Completion | undefined, kind: string | undefined): Resolve {
  if (completion?.answer.owner !== answer.owner) {
    return (parent, args, context, info) => answer.call(parent, args, context, info);
  }
  return (parent, args, context, info) => {
    if (isBare(parent as Row, completion.key)) {
      return complete(completion, parent as Row, kind, context, info).then((whole) =>
        answer.call(whole, args, context, info),
      );
    }
    if (kind) assertDisclosed(parent as Row, kind);
    return answer.call(parent, args, context, info);
  };
}

/** A field without a method: the parent's own value, or the owner's. */
function reading(name: string, completion: Completion | undefined, kind: string | undefined): Resolve {
  const read = readOwn(name);
  if (!completion || completion.key.includes(name)) return read;
  return (parent, args, context, info) => {
    const own = read(parent, args, context, info);
    if (own !== undefined) {
      if (kind) assertDisclosed(parent as Row, kind);
      return own;
    }
    return complete(completion, parent as Row, kind, context, info).then(
      (whole) => read(whole, args, context, info) ?? null,
    );
  };
}

const readOwn =
  (name: string): Resolve =>
  (parent, args, context, info) => {
    const value = (parent as Row)[name];
    return typeof value === 'function' ? (value as Answer['call']).call(parent, args, context, info) : value;
  };

/** Counts what composite fields resolve to, and calls nothing once the operation's budget is spent. */
export function spending(field: Field, resolve: Resolve): Resolve {
  const isComposite = isCompositeType(getNamedType(field.type));
  return (parent, args, context, info) => {
    context.budget.assertLeft();
    const value = resolve(parent, args, context, info);
    if (!isComposite) return value;
    return isPromise(value)
      ? value.then((settled) => oneByOne(context.budget.count(settled)))
      : oneByOne(context.budget.count(value));
  };
}

/** Counts in a schema whose fields are answered elsewhere what the answers bring. */
export function countObjects(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()) as Field[]) {
      if (field.resolve && isCompositeType(getNamedType(field.type))) field.resolve = spending(field, field.resolve);
    }
  }
  return schema;
}

/**
 * The entries of a list as promises. graphql 16 forgets the pending entries of a list when a later one fails at once;
 * if one of them then fails too, nobody handles it and Node ends the process. An entry that is a promise never fails at once.
 */
const oneByOne = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((entry: unknown) => Promise.resolve(entry)) : value;

function isBare(parent: Row, key: readonly string[]): boolean {
  return Object.keys(parent).every((name) => name === '__typename' || key.includes(name));
}

function complete(
  { answer, kind, key }: Completion,
  ref: Row,
  personal: string | undefined,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<Row> {
  const type = info.parentType.name;
  if (answer.required !== undefined) context.assertMay(answer.required);
  const known = context.wholes.get(ref) as Promise<Row> | undefined;
  if (known) return known;
  const loader = context.loader<string, Row | null>(`reference:${type}`, async (texts) => {
    const refs = texts.map((text) => JSON.parse(text) as Row);
    return kind === 'references'
      ? ((await answer.call(refs, context)) as (Row | null)[])
      : Promise.all(refs.map(async (one) => (await answer.call(one, context)) as Row | null));
  });
  const text = JSON.stringify(Object.fromEntries(key.map((name) => [name, ref[name]])));
  const found = loader.load(text).then((whole) => {
    if (!whole) throw refuse.referenceNotFound(type, text);
    if (personal) assertDisclosed(whole, personal);
    return whole;
  });
  context.wholes.set(ref, found);
  return found;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
