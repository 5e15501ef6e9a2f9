import { countObjects, fieldsAsked, type GraphContext, passScalars } from '@app/graphql';
import { refusalOf, type ServiceClient } from '@app/service';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  print,
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
  return countObjects(schema);
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
  try {
    return await client.call('/graphql', body, { caller: context.caller, request: context.request }, read);
  } catch {
    // Why, the client has said where such things are written down.
    throw refuse.subgraphUnavailable(client.service, operationType === 'mutation');
  }
}

/** Its errors as if they had been spoken here: code, sentence, facts and place stay, and a bug keeps its number. */
function heard({ data, errors }: ExecutionResult, context: GraphContext): ExecutionResult {
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
