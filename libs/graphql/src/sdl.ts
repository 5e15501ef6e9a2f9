import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  print,
  type StringValueNode,
  type TypeDefinitionNode,
} from 'graphql';

/** The SDL of one app: all its *.graphql files. */
export interface SdlSource {
  readonly app: string;
  readonly sdl: string;
}

/** What `@shows(word, kind)` says of a type or field. */
export interface Shown {
  /** The permission a caller needs to be shown it, or `public`. */
  readonly word: string;
  /** What its rows tell of somebody: only rows that were disclosed as that are served. */
  readonly kind?: string;
}

/** One schema from many apps, by which fields each type is referred to, and who is shown what. */
export interface MergedSdl {
  readonly document: DocumentNode;
  /** Type → the fields of its @key. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** `Type` and `Type.field` → its @shows. */
  readonly shown: ReadonlyMap<string, Shown>;
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

const KEPT_DIRECTIVES = new Set(['deprecated', 'specifiedBy', 'oneOf']);

/** All *.graphql files below these folders, in the order of their paths, as one text. */
export function collectSdl(folders: readonly string[]): string {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.graphql'))
      .sort()
      .map((file) => path.join(folder, file)),
  );
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

/** The SDL of every app that has one. The gateway's own *.graphql files are stored operations, not types. */
export const collectSources = (apps: string): SdlSource[] =>
  readdirSync(apps)
    .filter((app) => app !== 'gateway')
    .sort()
    .map((app) => ({ app, sdl: collectSdl([path.join(apps, app, 'src')]) }))
    .filter(({ sdl }) => sdl.trim() !== '');

/** The union of the apps' SDL with the base types, federation directives dropped, sorted by name: the file people review. */
export const mergeSdl = (sources: readonly SdlSource[]): string => print(mergeDocuments(sources).document) + '\n';

/** Joins the definitions of one type across apps and slices; throws a sentence when two of them disagree. */
export function mergeDocuments(sources: readonly SdlSource[]): MergedSdl {
  const base: SdlSource = { app: '', sdl: readFileSync(path.join(__dirname, 'base.graphql'), 'utf8') };
  const definitions = [base, ...[...sources].sort((a, b) => compare(a.app, b.app))].flatMap(readDefinitions);
  const objects = new Map<string, Joined>();
  const others = new Map<string, TypeDefinitionNode>();
  const objectsFirst = definitions.filter(isObject).sort((a, b) => rank(a) - rank(b));
  for (const definition of objectsFirst) {
    const joined = objects.get(definition.name.value) ?? { keys: [], fields: new Map(), interfaces: new Map() };
    objects.set(definition.name.value, join(joined, definition));
  }
  for (const definition of definitions) {
    if (isObject(definition)) continue;
    if (!isOtherType(definition)) {
      throw new Error(`a ${definition.kind} has no place in a slice's SDL; write a type, or extend an object type`);
    }
    const plain = withoutDirectives(definition);
    const known = others.get(plain.name.value);
    if (known && shape(known) !== shape(plain)) throw new Error(`${plain.name.value} is declared twice, differently`);
    if (!known) others.set(plain.name.value, plain);
  }
  const merged = [...[...objects].flatMap(([name, joined]) => toNode(name, joined)), ...others.values()];
  const inOrder = merged.sort(
    (a, b) => place(a.name.value) - place(b.name.value) || compare(a.name.value, b.name.value),
  );
  const keys = [...objects].flatMap(([name, { keys }]): [string, string[]][] =>
    keys.length > 0 ? [[name, keys]] : [],
  );
  return {
    document: { kind: Kind.DOCUMENT, definitions: inOrder },
    keys: new Map(keys),
    shown: new Map([...objects].flatMap(([name, joined]) => shownOf(name, joined))),
  };
}

/** Every type, field, argument, input field and enum value that lacks a description. */
export function undescribed(document: DocumentNode): string[] {
  const lacking: string[] = [];
  const look = (name: string, node: { description?: StringValueNode }): void => {
    if (!node.description?.value.trim()) lacking.push(name);
  };
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name) continue;
    const name = definition.name.value;
    look(name, definition as { description?: StringValueNode });
    for (const field of 'fields' in definition ? (definition.fields ?? []) : []) {
      look(`${name}.${field.name.value}`, field);
      for (const argument of 'arguments' in field ? (field.arguments ?? []) : []) {
        look(`${name}.${field.name.value}(${argument.name.value})`, argument);
      }
    }
    for (const value of 'values' in definition ? (definition.values ?? []) : [])
      look(`${name}.${value.name.value}`, value);
  }
  return lacking;
}

interface Joined {
  description?: StringValueNode;
  keys: string[];
  shown?: Shown;
  fields: Map<string, FieldDefinitionNode>;
  interfaces: Map<string, NonNullable<ObjectNode['interfaces']>[number]>;
}

function readDefinitions({ app, sdl }: SdlSource): DefinitionNode[] {
  try {
    return parse(sdl, { noLocation: true }).definitions.filter((definition) => !isFederationHeader(definition));
  } catch (error) {
    throw new Error(`the SDL of ${app || 'the base'} cannot be read: ${String(error)}`, { cause: error });
  }
}

function join(joined: Joined, definition: ObjectNode): Joined {
  const name = definition.name.value;
  if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) joined.description ??= definition.description;
  for (const directive of definition.directives ?? []) {
    if (directive.name.value === 'shows') joined.shown = readShown(name, directive);
    if (directive.name.value !== 'key') continue;
    const fields = keyFields(name, directive);
    if (joined.keys.length > 0 && joined.keys.join() !== fields.join())
      throw new Error(`${name} has two different keys`);
    joined.keys = fields;
  }
  for (const field of definition.fields ?? []) {
    const known = joined.fields.get(field.name.value);
    if (known) joined.fields.set(field.name.value, agree(name, joined.keys, known, field));
    else joined.fields.set(field.name.value, field);
  }
  for (const named of definition.interfaces ?? []) joined.interfaces.set(named.name.value, named);
  return joined;
}

/** Two declarations of one field are one only if they say the same and one of them says that it is a repetition. */
function agree(type: string, keys: string[], a: FieldDefinitionNode, b: FieldDefinitionNode): FieldDefinitionNode {
  const field = a.name.value;
  const isRepetition = keys.includes(field) || [a, b].some((node) => has(node, 'external') || has(node, 'shareable'));
  if (!isRepetition) throw new Error(`${type}.${field} is declared twice; mark a repetition @external or @shareable`);
  if (shape(withoutDirectives(a)) !== shape(withoutDirectives(b))) {
    throw new Error(`${type}.${field} is declared twice, differently`);
  }
  const owner = has(a, 'external') ? b : a;
  return { ...owner, description: owner.description ?? a.description ?? b.description };
}

function toNode(name: string, joined: Joined): TypeDefinitionNode[] {
  if (joined.fields.size === 0) return []; // The base's Mutation, in a graph that has none.
  return [
    {
      kind: Kind.OBJECT_TYPE_DEFINITION,
      name: { kind: Kind.NAME, value: name },
      description: joined.description,
      interfaces: [...joined.interfaces.values()],
      fields: [...joined.fields.values()].map(withoutDirectives),
    },
  ];
}

function shownOf(type: string, { shown, fields }: Joined): [string, Shown][] {
  const ofFields = [...fields].flatMap(([name, { directives = [] }]): [string, Shown][] => {
    const found = directives.find((directive) => directive.name.value === 'shows');
    return found ? [[`${type}.${name}`, readShown(`${type}.${name}`, found)]] : [];
  });
  return shown ? [[type, shown], ...ofFields] : ofFields;
}

function readShown(place: string, directive: ConstDirectiveNode): Shown {
  const read = (name: string): string | undefined => {
    const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
    return value?.kind === Kind.STRING ? value.value : undefined;
  };
  const [word, kind] = [read('word'), read('kind')];
  if (!word) throw new Error(`the @shows of ${place} must name a word`);
  return kind ? { word, kind } : { word };
}

function keyFields(type: string, directive: ConstDirectiveNode): string[] {
  const value = directive.arguments?.find((argument) => argument.name.value === 'fields')?.value;
  const fields = value?.kind === Kind.STRING ? value.value.trim().split(/\s+/) : [];
  if (fields.length === 0 || !fields.every((field) => /^\w+$/.test(field))) {
    throw new Error(`the @key of ${type} must name plain fields`);
  }
  return fields;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const place = (type: string): number => (type === 'Query' ? 0 : type === 'Mutation' ? 1 : 2);
/** The owner's own declaration goes before those that extend it, so that its fields come first. */
const rank = (node: ObjectNode): number => (node.kind === Kind.OBJECT_TYPE_DEFINITION ? 0 : 1);
const has = (node: FieldDefinitionNode, directive: string): boolean =>
  (node.directives ?? []).some(({ name }) => name.value === directive);
const isObject = (node: DefinitionNode): node is ObjectNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
const isOtherType = (node: DefinitionNode): node is Exclude<TypeDefinitionNode, ObjectTypeDefinitionNode> =>
  [
    Kind.SCALAR_TYPE_DEFINITION,
    Kind.ENUM_TYPE_DEFINITION,
    Kind.INPUT_OBJECT_TYPE_DEFINITION,
    Kind.INTERFACE_TYPE_DEFINITION,
    Kind.UNION_TYPE_DEFINITION,
  ].includes(node.kind);
const isFederationHeader = (node: DefinitionNode): boolean =>
  node.kind === Kind.SCHEMA_EXTENSION ||
  node.kind === Kind.SCHEMA_DEFINITION ||
  node.kind === Kind.DIRECTIVE_DEFINITION;

/** The node and everything in it without the directives that only federation reads. */
function withoutDirectives<T extends DefinitionNode | FieldDefinitionNode>(node: T): T {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === 'directives' && Array.isArray(value)
        ? (value as ConstDirectiveNode[]).filter(({ name }) => KEPT_DIRECTIVES.has(name.value))
        : value,
    ),
  ) as T;
}

/** What a definition says, its descriptions apart. */
const shape = (node: DefinitionNode | FieldDefinitionNode): string =>
  print(
    JSON.parse(
      JSON.stringify(node, (key, value: unknown) => (key === 'description' ? undefined : value)),
    ) as typeof node,
  );
