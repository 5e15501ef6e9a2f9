import type { CalledBy } from '@app/access';
import { type Asked, GraphContext, presentError, type ReportBug } from '@app/graphql';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';

/** Texts of the gateway come again and again, one for each operation of a client and part of it. */
const DOCUMENTS_MAX = 1_000;

/** What the gateway sends. */
interface GraphCall {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The fields that the client asked for, by type: the gateway itself asks for keys besides. */
  readonly asked?: Asked;
}

interface Answer {
  readonly data?: ExecutionResult['data'];
  readonly errors?: readonly GraphQLFormattedError[];
}

/**
 * Executes one app's part of the graph for the gateway. No server of its own, no limits, no introspection, no page:
 * the gateway, whose name is on every call, has all that.
 */
export class SubgraphServer {
  private readonly documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly report: ReportBug,
  ) {}

  async answer(body: unknown, { caller, request }: CalledBy): Promise<Answer> {
    const { query, variables, asked } = body as GraphCall;
    const document = this.read(String(query));
    if (!('kind' in document))
      return { errors: document.map((error) => this.present(error, 'GRAPHQL_VALIDATION_FAILED')) };
    const context = new GraphContext(caller, undefined, { ...request, asked });
    const { data, errors } = await execute({
      schema: this.schema,
      document,
      variableValues: variables,
      contextValue: context,
    });
    if (!errors) return { data };
    // Every field after the last object of the budget fails with the same words: say them once.
    if (context.budget.isSpent) return { errors: [this.present(errors.find(isOfBudget) ?? errors[0]!)] };
    return { data, errors: errors.map((error) => this.present(error, error.path ? undefined : 'BAD_USER_INPUT')) };
  }

  /** Parsed and validated once, until a thousand others have come since it was last asked. */
  private read(query: string): DocumentNode | readonly GraphQLError[] {
    const known = this.documents.get(query);
    const found = known ?? this.parse(query);
    if (known) this.documents.delete(query);
    this.documents.set(query, found);
    if (this.documents.size > DOCUMENTS_MAX) this.documents.delete(this.documents.keys().next().value!);
    return found;
  }

  private parse(query: string): DocumentNode | readonly GraphQLError[] {
    try {
      const document = parse(query, { noLocation: true });
      const errors = validate(this.schema, document, RULES);
      return errors.length > 0 ? errors : document;
    } catch (error) {
      return [error as GraphQLError];
    }
  }

  private present(error: GraphQLError, code?: string): GraphQLFormattedError {
    const { message, path } = error;
    return presentError({ message, path, ...(code && { extensions: { code } }) }, error, this.report);
  }
}

const RULES = [...specifiedRules, NoSchemaIntrospectionCustomRule];

const isOfBudget = ({ originalError }: GraphQLError): boolean =>
  (originalError as { code?: unknown } | undefined)?.code === 'ANSWER_TOO_LARGE';
