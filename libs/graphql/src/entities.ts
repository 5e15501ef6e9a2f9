import { PUBLIC } from '@app/access';
import {
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
} from 'graphql';
import { type Field, spending } from './fields';
import { refuse } from './graphql.errors';
import type { MergedSdl } from './sdl';
import type { Subgraph } from './subgraph';

/**
 * The app's document as it is executed for the gateway: with the one field that federation asks for, and with operations
 * that may fail alone. What a null does to the rest of an answer is decided where the whole of it is known.
 * There is no `_service`: the supergraph is committed.
 */
export function withEntities({ document, entities }: Subgraph): DocumentNode {
  const machinery = entities.length === 0 ? [] : machineryFor(entities);
  const isQuery = (node: DefinitionNode) => 'name' in node && node.name?.value === 'Query';
  const added = machinery.find(isQuery) as ObjectTypeDefinitionNode | undefined;
  return {
    ...document,
    definitions: [
      ...machinery.filter((node) => node !== added),
      ...document.definitions.map((node) => {
        if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || !['Query', 'Mutation'].includes(node.name.value)) return node;
        const fields = [...(node.fields ?? []), ...((isQuery(node) && added?.fields) || [])];
        return { ...node, fields: fields.map((field) => ({ ...field, type: nullable(field.type) })) };
      }),
    ],
  };
}

const machineryFor = (entities: readonly string[]) =>
  parse(
    `scalar _Any union _Entity = ${entities.join(' | ')} type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
    { noLocation: true },
  ).definitions;

const nullable = (type: TypeNode): TypeNode => (type.kind === Kind.NON_NULL_TYPE ? type.type : type);

/**
 * A representation is cut down to its type and key: a bare reference like those that resolvers return. Who may be shown
 * what of it, its completion in one batch and its disclosure are then the affair of its fields, as everywhere.
 */
export function attachEntities(schema: GraphQLSchema, keys: MergedSdl['keys']): void {
  const field = schema.getQueryType()?.getFields()['_entities'] as Field | undefined;
  if (!field) return;
  const entity = schema.getType('_Entity');
  const isEntity = (name: string): boolean =>
    entity !== undefined && 'getTypes' in entity && entity.getTypes().some((type) => type.name === name);
  field.extensions = { ...field.extensions, requires: PUBLIC };
  field.resolve = spending(field, (_root, args, context, info) => {
    context.noteFields(info);
    return (args as { representations: unknown[] }).representations.map((one) => {
      const { __typename: type, ...sent } = Object(one) as Record<string, unknown>;
      if (typeof type !== 'string' || !isEntity(type)) throw refuse.referenceUnreadable();
      const key = keys.get(type)!.map((name) => [name, sent[name]] as const);
      if (!key.every(([, value]) => typeof value === 'string')) throw refuse.referenceUnreadable();
      return { __typename: type, ...Object.fromEntries(key) };
    });
  });
}
