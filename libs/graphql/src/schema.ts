import { isRequirement, requirementOf, type Requirement } from '@app/access';
import { inContext, isDisclosed } from '@app/database';
import {
  buildASTSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import type { GraphContext } from './context';
import { findResolver, type ResolverMethod } from './decorators';
import { refuse } from './graphql.errors';
import { SCALARS } from './scalars';
import { fieldsAsked } from './fields-asked';
import { mergeDocuments, type SdlSource, type Shown, undescribed } from './sdl';

type Row = Record<string, unknown>;
type Resolve = GraphQLFieldResolver<unknown, GraphContext>;

/** A resolver's method, bound to its instance. */
interface Answer {
  readonly call: (...args: unknown[]) => unknown;
  readonly required: Requirement | undefined;
  /** `PersonResolver.household`, for the problems. */
  readonly label: string;
}

/** How the owner of a type completes a reference to it. */
interface Completion {
  readonly instance: object;
  readonly kind: 'reference' | 'references';
  readonly answer: Answer;
  readonly key: readonly string[];
}

/**
 * The executable union of the apps' SDL and of all resolvers (instances of classes with @Resolver; others are passed over).
 * A returned reference such as `{ id }` is completed by its owner's @Reference(s) method, batched per operation.
 * Every answer is computed in the context of its caller and permission, which is all that the database goes by.
 * Throws one error that lists every problem: an operation or field without permission, a name the SDL does not know,
 * an operation nobody answers, a type or field without a description.
 */
export function buildMergedSchema(parts: {
  sources: readonly SdlSource[];
  resolvers: readonly object[];
}): GraphQLSchema {
  const { document, keys, shown } = mergeDocuments(parts.sources);
  const schema = buildASTSchema(document);
  const problems = undescribed(document).map((name) => `${name} has no description`);
  const kindOf = (type: string): Shown['kind'] => shown.get(type)?.kind;
  const answers = new Map<string, Answer & { owner: object }>();
  const completions = new Map<string, Completion>();

  for (const instance of parts.resolvers) {
    const resolver = findResolver(instance);
    for (const method of resolver?.methods ?? []) {
      const answer = bind(instance, method);
      const type = { query: 'Query', mutation: 'Mutation' }[method.kind as string] ?? resolver!.type;
      if (method.kind === 'reference' || method.kind === 'references') {
        const key = keys.get(type);
        if (!key) problems.push(`${answer.label}: ${type || 'no type'} has no @key in the SDL`);
        else if (completions.has(type)) problems.push(`${answer.label}: ${type} has two owners`);
        else completions.set(type, { instance, kind: method.kind, answer, key });
        continue;
      }
      const name = `${type}.${method.field}`;
      if (!findField(schema, type, method.field)) problems.push(`${answer.label}: the SDL has no ${name}`);
      if (answers.has(name)) problems.push(`${answer.label}: ${name} is answered twice`);
      answers.set(name, { ...answer, owner: instance });
    }
  }
  for (const type of [...keys.keys()].filter((name) => !completions.has(name))) {
    problems.push(`${type} has a @key but nobody completes a reference to it`);
  }

  for (const scalar of SCALARS) Object.assign(schema.getType(scalar.name)!, pick(scalar));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = isRootType(schema, type);
    for (const field of Object.values(type.getFields()) as GraphQLField<unknown, GraphContext>[]) {
      const name = `${type.name}.${field.name}`;
      const answer = answers.get(name);
      if (isRoot) attachOperation(type, field, answer, problems);
      else {
        const { word } = shown.get(name) ?? shown.get(type.name) ?? {};
        if (word === undefined) problems.push(`${name} needs @shows(word: "…")`);
        else if (!isRequirement(word)) problems.push(`${name}: there is no permission "${word}"`);
        else attachField(type.name, field, word, kindOf(type.name), answer, completions.get(type.name));
      }
    }
  }
  if (problems.length > 0) throw new Error(`the graph cannot be built:\n${problems.sort().join('\n')}`);
  return schema;
}

/** Each operation and what it requires, sorted: the first half of the generated access list. */
export const listOperations = (schema: GraphQLSchema): { operation: string; requires: Requirement }[] =>
  [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    type ? requirementsOf(type).map(({ field, requires }) => ({ operation: field, requires })) : [],
  );

/** Each field of the other types and what it requires: the second half. */
export const listFields = (schema: GraphQLSchema): { field: string; requires: Requirement }[] =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__') && !isRootType(schema, type) ? requirementsOf(type) : [],
  );

const requirementsOf = (type: GraphQLObjectType): { field: string; requires: Requirement }[] =>
  Object.values(type.getFields()).map((field) => ({
    field: `${type.name}.${field.name}`,
    requires: field.extensions.requires as Requirement,
  }));

const isRootType = (schema: GraphQLSchema, type: GraphQLObjectType): boolean =>
  type === schema.getQueryType() || type === schema.getMutationType();

function bind(instance: object, { method }: ResolverMethod): Answer {
  return {
    call: ((instance as Record<string, unknown>)[method] as Answer['call']).bind(instance),
    required: requirementOf(instance, method),
    label: `${instance.constructor.name}.${method}`,
  };
}

function attachOperation(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, GraphContext>,
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
    context.fields ??= fieldsAsked(info.schema, info.operation, info.fragments);
    const work = context.workFor(`${type.name}.${field.name}`, required);
    return inContext(work, () => answer.call(args, context, info));
  });
}

function attachField(
  type: string,
  field: GraphQLField<unknown, GraphContext>,
  word: Requirement,
  kind: string | undefined,
  answer: (Answer & { owner: object }) | undefined,
  completion: Completion | undefined,
): void {
  const name = `${type}.${field.name}`;
  field.extensions = { ...field.extensions, requires: word, kind };
  const resolve = answer ? answering(answer, completion, kind) : reading(field.name, completion, kind);
  const isKey = completion?.key.includes(field.name) ?? false;
  field.resolve = spending(field, (parent, args, context, info) => {
    context.assertMay(word);
    if (!completion && kind) assertDisclosed(parent as Row, kind);
    // A value that lies in the row needs no context; one that is still to be fetched, as a page's count, does.
    if (isKey || (!answer && !completion && typeof (parent as Row)[field.name] !== 'function'))
      return resolve(parent, args, context, info);
    return inContext(context.workFor(name, word), () => resolve(parent, args, context, info));
  });
}

/** A row that tells of somebody and was not noted when it was read is a bug that must not leave the house. */
function assertDisclosed(row: Row, kind: string): void {
  if (!isDisclosed(row)) throw new Error(`a row that tells of a ${kind} was read without being disclosed`);
}

/** A field with a method. The owner's methods get the whole object; those that extend the type rely on its key only. */
function answering(
  answer: Answer & { owner: object },
  completion: Completion | undefined,
  kind: string | undefined,
): Resolve {
  if (completion?.instance !== answer.owner) {
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
function spending(field: GraphQLField<unknown, GraphContext>, resolve: Resolve): Resolve {
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
  const loader = context.loader<string, Row | null>(`reference:${type}`, async (texts) => {
    const refs = texts.map((text) => JSON.parse(text) as Row);
    return kind === 'references'
      ? ((await answer.call(refs, context)) as (Row | null)[])
      : Promise.all(refs.map(async (one) => (await answer.call(one, context)) as Row | null));
  });
  const text = JSON.stringify(Object.fromEntries(key.map((name) => [name, ref[name]])));
  return loader.load(text).then((whole) => {
    if (!whole) throw refuse.referenceNotFound(type, text);
    if (personal) assertDisclosed(whole, personal);
    return whole;
  });
}

function findField(schema: GraphQLSchema, type: string, field: string): boolean {
  const found = schema.getType(type);
  return isObjectType(found) && Object.hasOwn(found.getFields(), field);
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

const pick = ({ serialize, parseValue, parseLiteral }: (typeof SCALARS)[number]) => ({
  serialize,
  parseValue,
  parseLiteral,
});
