import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

type FieldsAsked = Readonly<Record<string, readonly string[]>>;

const known = new WeakMap<OperationDefinitionNode, FieldsAsked>();

/**
 * Which fields an operation asks for of things that tell of somebody, by their kind: what its reads are recorded with.
 * Worked out once per parsed document, which the server keeps.
 */
export function fieldsAsked(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): FieldsAsked {
  const found = known.get(operation) ?? collect(schema, operation, fragments);
  known.set(operation, found);
  return found;
}

function collect(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): FieldsAsked {
  const byKind = new Map<string, Set<string>>();
  const types = new TypeInfo(schema);
  const definitions = [operation, ...Object.values(fragments)];
  visit(
    { kind: Kind.DOCUMENT, definitions },
    visitWithTypeInfo(types, {
      Field() {
        const [type, field] = [types.getParentType(), types.getFieldDef()];
        const kind = field?.extensions.kind;
        if (!isObjectType(type) || typeof kind !== 'string') return;
        byKind.set(kind, (byKind.get(kind) ?? new Set()).add(field!.name));
      },
    }),
  );
  return Object.fromEntries([...byKind].map(([kind, names]) => [kind, [...names].sort()]));
}
