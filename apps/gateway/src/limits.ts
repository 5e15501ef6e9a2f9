import type { ApolloServerPlugin } from '@apollo/server';
import { type GraphContext, OBJECTS_MAX, PAGE_DEFAULT } from '@app/graphql';
import type { Refusal } from '@app/kernel';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
  visit,
} from 'graphql';
import { refuse } from './gateway.errors';

/** What one request may contain. Written for people: a page of everything fits, a machine's thousand does not. */
export const LIMITS = {
  bodyBytes: 100_000,
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  directives: 20,
  validationErrors: 10,
  objects: OBJECTS_MAX,
  textLength: 2_000,
  nameLength: 200,
} as const;

/** How long a list without pages is taken to be: about a household. The budget counts what it really is. */
const PLAIN_LIST = 5;

/** Depth, aliases and directives are counted by graphql-armor; what they add up to in objects, by objectsAsked. */
export function limitRules(): ValidationRule[] {
  const { depth, aliases, directives } = LIMITS;
  const { validationRules } = new ApolloArmor({
    maxDepth: { n: depth, propagateOnRejection: false, onReject: [rejectWith(refuse.queryTooDeep(depth))] },
    maxAliases: {
      n: aliases,
      propagateOnRejection: false,
      onReject: [rejectWith(refuse.queryHasTooManyAliases(aliases))],
    },
    maxDirectives: {
      n: directives,
      propagateOnRejection: false,
      onReject: [rejectWith(refuse.queryHasTooManyDirectives(directives))],
    },
    maxTokens: { enabled: false }, // The parser itself counts, see gateway.ts; armor would parse a second time.
    costLimit: { enabled: false }, // Reads `first` from literals only: a variable would hide any size from it.
    blockFieldSuggestion: { enabled: false }, // Hidden where errors are presented, see gateway.ts.
  }).protect();
  return [...validationRules, shortNames];
}

/** Before it is looked up or repeated: no name of the graph comes near, and a number has nineteen digits at most. */
const shortNames: ValidationRule = (context) => {
  const look = ({ value }: { value: string }): void => {
    if (value.length > LIMITS.nameLength) rejectWith(refuse.nameTooLong(LIMITS.nameLength))(context);
  };
  return { Name: look, EnumValue: look, IntValue: look, FloatValue: look };
};

const rejectWith = (refusal: Refusal) => (context: ValidationContext | null) =>
  context?.reportError(new GraphQLError(refusal.message, { originalError: refusal }));

/** Refuses an operation that asks for too many objects before any resolver runs, and cuts short one that turns out to. */
export const objectLimit: ApolloServerPlugin<GraphContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ schema, document, operation, request }) {
        const kind = operation?.operation;
        if (kind && !schema.getRootType(kind)) throw asBadRequest(refuse.operationNotOffered(kind));
        if (longestText(document, request.variables) > LIMITS.textLength)
          throw asBadRequest(refuse.textTooLong(LIMITS.textLength));
        const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
        const asked = objectsAsked(schema, operation, fragments, request.variables ?? {});
        if (asked > LIMITS.objects) throw asBadRequest(refuse.queryAsksTooMuch(asked, LIMITS.objects));
        return Promise.resolve();
      },
      willSendResponse({ contextValue, response }) {
        // Every field after the last object of the budget fails with the same words: say them once.
        if (contextValue.budget?.isSpent && response.body.kind === 'single') {
          const errors = response.body.singleResult.errors ?? [];
          const spent = errors.find((error) => error.extensions?.code === 'ANSWER_TOO_LARGE');
          response.body.singleResult = { errors: [{ message: spent!.message, extensions: spent!.extensions }] };
          response.http.status = 400;
        }
        return Promise.resolve();
      },
    }),
};

/** Characters of the longest text that is sent as a value, in the query or in a variable. */
function longestText(document: DocumentNode, variables: unknown): number {
  let longest = 0;
  visit(document, { StringValue: ({ value }) => void (longest = Math.max(longest, value.length)) });
  const look = (value: unknown): void => {
    if (typeof value === 'string') longest = Math.max(longest, value.length);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(variables);
  return longest;
}

const asBadRequest = (refusal: Refusal): GraphQLError =>
  new GraphQLError(refusal.message, { originalError: refusal, extensions: { http: { status: 400 } } });

/** About how many objects the operation asks for: pages multiply, each counted at the size asked for, in a variable too. */
function objectsAsked(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | undefined,
  fragments: readonly FragmentDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): number {
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  const ofFragment = new Map<string, number>(); // Each is counted once: a bomb of fragments costs its length.

  const ofSelection = (selections: SelectionSetNode, typeName: string, isPage: boolean): number => {
    const type = schema.getType(typeName);
    let sum = 0;
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
        const field = fields[selection.name.value];
        if (field && selection.selectionSet) sum += ofField(field, selection, isPage);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        sum += ofSelection(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, isPage);
      } else {
        const name = selection.name.value;
        const fragment = byName.get(name);
        const key = `${name} ${isPage}`;
        if (fragment && !ofFragment.has(key)) {
          ofFragment.set(key, ofSelection(fragment.selectionSet, fragment.typeCondition.name.value, isPage));
        }
        sum += ofFragment.get(key) ?? 0;
      }
    }
    return sum;
  };

  const ofField = (field: GraphQLField<unknown, unknown>, node: FieldNode, inPage: boolean): number => {
    const type = getNamedType(field.type);
    if (isLeafType(type)) return 0;
    const below = (isPage: boolean): number => ofSelection(node.selectionSet!, type.name, isPage);
    if (field.args.some(({ name }) => name === 'first')) return 1 + pageSize(field, node) * below(true);
    // The lists of a page, its edges or nodes, are as long as the page: counted there.
    const length = isListType(getNullableType(field.type)) && !inPage ? PLAIN_LIST : 1;
    return length * (1 + below(false));
  };

  const pageSize = (field: GraphQLField<unknown, unknown>, node: FieldNode): number => {
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const asked = given ? readInteger(given) : undefined;
    const byDefault: unknown = field.args.find(({ name }) => name === 'first')?.defaultValue;
    return Math.max(1, asked ?? (typeof byDefault === 'number' ? byDefault : PAGE_DEFAULT));
  };

  const readInteger = (value: ValueNode): number | undefined => {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return undefined;
    const given = variables[value.name.value];
    if (typeof given === 'number') return given;
    const definition = operation?.variableDefinitions?.find(({ variable }) => variable.name.value === value.name.value);
    return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
  };

  const root = operation && schema.getRootType(operation.operation);
  return root ? ofSelection(operation.selectionSet, root.name, false) : 0; // Not that operation: Apollo says so next.
}
