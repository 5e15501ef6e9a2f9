import { isRequirement, requirementOf, type Requirement } from '@app/access';
import { buildASTSchema, type DocumentNode, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { findResolver, type ResolverMethod } from './decorators';
import { attachEntities, withEntities } from './entities';
import { type Answer, attachField, attachOperation, type Completion, type Field } from './fields';
import { SCALARS } from './scalars';
import { mergeDocuments, type MergedSdl, type SdlSource, undescribed } from './sdl';
import { subgraphOf } from './subgraph';

export interface SchemaParts {
  readonly sources: readonly SdlSource[];
  /** Instances of classes with @Resolver; others are passed over. */
  readonly resolvers: readonly object[];
}

/**
 * The executable union of the apps' SDL and of all resolvers.
 * A returned reference such as `{ id }` is completed by its owner's @Reference(s) method, batched per operation.
 * Every answer is computed in the context of its caller and permission, which is all that the database goes by.
 * Throws one error that lists every problem: an operation or field without permission, a name the SDL does not know,
 * an operation nobody answers, a type or field without a description.
 */
export function buildMergedSchema({ sources, resolvers }: SchemaParts): GraphQLSchema {
  const merged = mergeDocuments(sources);
  return build(merged.document, merged, new Set(merged.keys.keys()), resolvers);
}

/**
 * What one app shows to the gateway: its own SDL, the keys of what it refers to elsewhere, and `_entities`. Of the SDL of
 * all apps, its own part; of the resolvers, the app's own. Answers exactly as the merged graph does.
 */
export function buildSubgraphSchema({ app, sources, resolvers }: SchemaParts & { app: string }): GraphQLSchema {
  const subgraph = subgraphOf(sources, app);
  const schema = build(withEntities(subgraph), subgraph, subgraph.owned, resolvers);
  attachEntities(schema, subgraph.keys);
  return schema;
}

/** Beside the document that is executed: keys and words of all apps, and which of the keyed types are completed here. */
function build(
  document: DocumentNode,
  { document: described, keys, shown }: MergedSdl,
  owned: ReadonlySet<string>,
  resolvers: readonly object[],
): GraphQLSchema {
  const schema = buildASTSchema(document);
  const problems = undescribed(described).map((name) => `${name} has no description`);
  const { answers, completions } = collectAnswers(schema, keys, resolvers, problems);
  for (const type of [...owned].filter((name) => !completions.has(name))) {
    problems.push(`${type} has a @key but nobody completes a reference to it`);
  }
  for (const scalar of SCALARS) Object.assign(schema.getType(scalar.name)!, pick(scalar));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = isRootType(schema, type);
    for (const field of Object.values(type.getFields()) as Field[]) {
      const name = `${type.name}.${field.name}`;
      if (field.name.startsWith('_')) continue; // The machinery's own.
      const answer = answers.get(name);
      if (isRoot) attachOperation(type, field, answer, problems);
      else {
        const { word } = shown.get(name) ?? shown.get(type.name) ?? {};
        const isForeign = keys.has(type.name) && !owned.has(type.name);
        const of = { type: type.name, kind: shown.get(type.name)?.kind, isForeign };
        if (word === undefined) problems.push(`${name} needs @shows(word: "…")`);
        else if (!isRequirement(word)) problems.push(`${name}: there is no permission "${word}"`);
        else attachField(field, { ...of, word, answer, completion: completions.get(type.name) });
      }
    }
  }
  if (problems.length > 0) throw new Error(`the graph cannot be built:\n${problems.sort().join('\n')}`);
  return schema;
}

/** What the resolvers answer, by `Type.field`, and who completes references to which type. */
function collectAnswers(
  schema: GraphQLSchema,
  keys: MergedSdl['keys'],
  resolvers: readonly object[],
  problems: string[],
): { answers: Map<string, Answer>; completions: Map<string, Completion> } {
  const answers = new Map<string, Answer>();
  const completions = new Map<string, Completion>();
  for (const instance of resolvers) {
    const resolver = findResolver(instance);
    for (const method of resolver?.methods ?? []) {
      const answer = bind(instance, method);
      const type = { query: 'Query', mutation: 'Mutation' }[method.kind as string] ?? resolver!.type;
      if (method.kind === 'reference' || method.kind === 'references') {
        const key = keys.get(type);
        if (!key) problems.push(`${answer.label}: ${type || 'no type'} has no @key in the SDL`);
        else if (completions.has(type)) problems.push(`${answer.label}: ${type} has two owners`);
        else completions.set(type, { kind: method.kind, answer, key });
        continue;
      }
      const name = `${type}.${method.field}`;
      if (!findField(schema, type, method.field)) problems.push(`${answer.label}: the SDL has no ${name}`);
      if (answers.has(name)) problems.push(`${answer.label}: ${name} is answered twice`);
      answers.set(name, answer);
    }
  }
  return { answers, completions };
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
    owner: instance,
    label: `${instance.constructor.name}.${method}`,
  };
}

function findField(schema: GraphQLSchema, type: string, field: string): boolean {
  const found = schema.getType(type);
  return isObjectType(found) && Object.hasOwn(found.getFields(), field);
}

const pick = ({ serialize, parseValue, parseLiteral }: (typeof SCALARS)[number]) => ({
  serialize,
  parseValue,
  parseLiteral,
});
