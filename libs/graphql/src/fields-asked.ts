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

/** Names of fields by the type that they belong to, or by the kind of thing that it tells of. */
export type Asked = Readonly<Record<string, readonly string[]>>;

const knownAsked = new WeakMap<OperationDefinitionNode, Asked>();
const knownKinds = new WeakMap<Asked, Asked>();

/** Which fields an operation asks for, by type. Worked out once per parsed document, which the server keeps. */
export function fieldsAsked(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): Asked {
  const found = knownAsked.get(operation) ?? collect(schema, operation, fragments);
  knownAsked.set(operation, found);
  return found;
}

function collect(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): Asked {
  const byType = new Map<string, Set<string>>();
  const types = new TypeInfo(schema);
  const definitions = [operation, ...Object.values(fragments)];
  visit(
    { kind: Kind.DOCUMENT, definitions },
    visitWithTypeInfo(types, {
      Field() {
        const [type, field] = [types.getParentType(), types.getFieldDef()];
        if (!isObjectType(type) || !field || field.name.startsWith('_')) return;
        byType.set(type.name, (byType.get(type.name) ?? new Set()).add(field.name));
      },
    }),
  );
  return sorted(byType);
}

/** The same of things that tell of somebody, by their kind: what reads are recorded with. */
export function kindsOf(schema: GraphQLSchema, asked: Asked): Asked {
  const found = knownKinds.get(asked) ?? byKind(schema, asked);
  knownKinds.set(asked, found);
  return found;
}

function byKind(schema: GraphQLSchema, asked: Asked): Asked {
  const kinds = new Map<string, Set<string>>();
  for (const [name, fields] of Object.entries(asked)) {
    const type = schema.getType(name);
    if (!isObjectType(type)) continue;
    const known = type.getFields();
    const kind = Object.values(known)[0]?.extensions.kind;
    if (typeof kind !== 'string') continue;
    const ofKind = kinds.get(kind) ?? new Set();
    for (const field of fields) if (field in known) ofKind.add(field);
    kinds.set(kind, ofKind);
  }
  return sorted(kinds);
}

const sorted = (sets: ReadonlyMap<string, ReadonlySet<string>>): Asked =>
  Object.fromEntries([...sets].map(([name, fields]) => [name, [...fields].sort()]));
