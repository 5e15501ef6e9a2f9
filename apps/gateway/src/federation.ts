import { countObjects, fieldsAsked, type GraphContext, passScalars } from '@app/graphql';
import { refusalOf, type ServiceClient } from '@app/service';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  print,
  responsePathAsArray,
} from 'graphql';
import { refuse } from './gateway.errors';

/** What the stitching asks of one app. */
interface Asked {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly context?: GraphContext;
  readonly info?: GraphQLResolveInfo;
  readonly operationType?: string;
}

/**
 * The graph of several processes: what the committed supergraph says, each field answered by the app that owns it. An
 * app that does not answer fails the fields that it owns, with SUBGRAPH_UNAVAILABLE, and no others.
 */
export function federatedSchema(supergraphSdl: string, subgraphs: readonly ServiceClient[]): GraphQLSchema {
  const byName = new Map(subgraphs.map((client) => [client.service.toUpperCase(), client]));
  const schema = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl,
    batch: true,
    onSubschemaConfig: (config) => {
      const client = byName.get(config.name.toUpperCase());
      if (!client) throw new Error(`nobody answers for ${config.name}, a part of the supergraph`);
      config.executor = ((asked: Asked) => ask(client, asked)) as typeof config.executor;
    },
  });
  passScalars(schema);
  placeErrors(schema);
  return countObjects(schema);
}

/**
 * Look-ups of many go to an app as one, and the stitching gives all errors in its answer the place of the first. The field
 * that an error is found at knows better; only the way from there on down is the error's own.
 */
function placeErrors(schema: GraphQLSchema): void {
  const placed = (error: Error, info: GraphQLResolveInfo, entry?: number): Error => {
    const place = responsePathAsArray(info.path);
    if (entry !== undefined) place.push(entry);
    const below = error instanceof GraphQLError ? (error.path?.slice(place.length) ?? []) : [];
    return new GraphQLError(error.message, { path: [...place, ...below], originalError: error });
  };
  const look = (value: unknown, info: GraphQLResolveInfo): unknown => {
    if (value instanceof Error) throw placed(value, info);
    if (!Array.isArray(value)) return value;
    return value.map((one: unknown, entry) => (one instanceof Error ? placed(one, info, entry) : one));
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (parent, args, context, info) => {
        const value: unknown = resolve(parent, args, context, info);
        return value instanceof Promise ? value.then((settled) => look(settled, info)) : look(value, info);
      };
    }
  }
}

const printed = new WeakMap<DocumentNode, string>();

function textOf(document: DocumentNode): string {
  const text = printed.get(document) ?? print(document);
  printed.set(document, text);
  return text;
}

async function ask(client: ServiceClient, asked: Asked): Promise<ExecutionResult> {
  const { document, variables, info, operationType } = asked;
  const context = asked.context!;
  const body = {
    query: textOf(document),
    variables,
    asked: info && fieldsAsked(info.schema, info.operation, info.fragments),
  };
  const read = (answer: unknown): ExecutionResult => heard(answer as ExecutionResult, context);
  const isMutation = operationType === 'mutation';
  const onBehalf = { caller: context.caller, request: context.request, isRead: !isMutation };
  try {
    return await client.call('/graphql', body, onBehalf, read);
  } catch {
    // Why, the client has said where such things are written down.
    throw refuse.subgraphUnavailable(client.service, isMutation);
  }
}

/** Its errors as if they had been spoken here: code, sentence, facts and place stay, and a bug keeps its number. */
function heard({ data, errors }: ExecutionResult, context: GraphContext): ExecutionResult {
  if (data === undefined && !errors?.length) throw new Error('neither data nor errors');
  return {
    data,
    errors: errors?.map((error) => {
      const originalError = refusalOf(error);
      if (!originalError || originalError.code === 'GRAPHQL_VALIDATION_FAILED')
        throw new Error(`no answer of this version: ${error.message}`);
      if (originalError.code === 'ANSWER_TOO_LARGE') context.budget.exhaust();
      return new GraphQLError(error.message, { path: error.path, originalError });
    }),
  };
}
