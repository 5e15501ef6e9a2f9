import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  specifiedScalarTypes,
  type TypeDefinitionNode,
  visit,
} from 'graphql';
import { mergeDocuments, type MergedSdl, type SdlSource } from './sdl';

/** One app's part of the graph: keys and words are those of all apps. */
export interface Subgraph extends MergedSdl {
  /** The types with a key that this app owns, and completes references to. */
  readonly owned: ReadonlySet<string>;
  /** The types with a key that it only refers to. */
  readonly stubs: ReadonlySet<string>;
  /** The types whose references may be sent here: its own, and those that it adds fields to. */
  readonly entities: readonly string[];
}

const BUILT_IN = new Set(specifiedScalarTypes.map(({ name }) => name));

/** The SDL of one app with its base types, and the bare keys of whatever others own; throws when it uses what has no key. */
export function subgraphOf(sources: readonly SdlSource[], app: string): Subgraph {
  const whole = mergeDocuments(sources);
  const own = mergeDocuments(sources.filter((source) => source.app === app));
  const declared = new Set(own.document.definitions.map((node) => (node as TypeDefinitionNode).name.value));
  const stubs = [...namesUsed(own.document)].filter((name) => !declared.has(name) && !BUILT_IN.has(name)).sort();
  const owned = ownedTypes(sources.find((source) => source.app === app)?.sdl ?? '');
  const extended = (node: DefinitionNode): DefinitionNode => {
    const { value } = (node as TypeDefinitionNode).name;
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION || owned.has(value) || !own.keys.has(value)) return node;
    const stub = stubOf(whole, value, app); // With the owner's words for what is repeated of it.
    const added = node.fields?.filter(({ name }) => !whole.keys.get(value)?.includes(name.value)) ?? [];
    return { ...stub, fields: [...(stub.fields ?? []), ...added] };
  };
  const definitions = [...own.document.definitions.map(extended), ...stubs.map((name) => stubOf(whole, name, app))];
  return {
    document: { ...own.document, definitions },
    keys: whole.keys,
    shown: whole.shown,
    owned,
    stubs: new Set(stubs),
    entities: [...own.keys.keys()].sort(),
  };
}

/**
 * The same in the words of Federation 2, as composition wants it: keys on what is owned or extended, keys that do not
 * resolve on what is only referred to, and base types that every app may answer.
 */
export function federationSdl(sources: readonly SdlSource[], app: string): string {
  const { document, keys, owned, stubs } = subgraphOf(sources, app);
  const shared = new Set(
    mergeDocuments([]).document.definitions.map((node) => (node as TypeDefinitionNode).name.value),
  );
  const marked = visit(document, {
    ObjectTypeDefinition: (node): ObjectTypeDefinitionNode | undefined => {
      const key = keys.get(node.name.value)?.join(' ');
      const isStub = stubs.has(node.name.value) && !owned.has(node.name.value);
      if (key !== undefined) return { ...node, directives: [keyDirective(key, isStub)] };
      const isShared = shared.has(node.name.value) && !['Query', 'Mutation'].includes(node.name.value);
      return isShared ? { ...node, directives: [{ kind: Kind.DIRECTIVE, name: nameOf('shareable') }] } : undefined;
    },
  });
  return `${FEDERATION}\n\n${print(marked)}\n`;
}

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

const nameOf = (value: string) => ({ kind: Kind.NAME as const, value });

const keyDirective = (fields: string, isStub: boolean): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: nameOf('key'),
  arguments: [
    { kind: Kind.ARGUMENT, name: nameOf('fields'), value: { kind: Kind.STRING, value: fields } },
    ...(isStub
      ? [
          {
            kind: Kind.ARGUMENT as const,
            name: nameOf('resolvable'),
            value: { kind: Kind.BOOLEAN as const, value: false },
          },
        ]
      : []),
  ],
});

function namesUsed(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { NamedType: ({ name }) => void names.add(name.value) });
  return names;
}

/** Those that it defines, and does not only extend. */
function ownedTypes(sdl: string): Set<string> {
  const owned = new Set<string>();
  for (const node of parse(sdl, { noLocation: true }).definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    if (node.directives?.some(({ name }) => name.value === 'key')) owned.add(node.name.value);
  }
  return owned;
}

function stubOf(whole: MergedSdl, name: string, app: string): ObjectTypeDefinitionNode {
  const key = whole.keys.get(name);
  const found = whole.document.definitions.find((node) => (node as TypeDefinitionNode).name.value === name);
  if (!key || found?.kind !== Kind.OBJECT_TYPE_DEFINITION) {
    throw new Error(`${app} refers to ${name}, which no app declares with a @key`);
  }
  return { ...found, interfaces: [], fields: found.fields?.filter((field) => key.includes(field.name.value)) };
}
