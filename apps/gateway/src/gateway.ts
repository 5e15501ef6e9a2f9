import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { askedPurpose, type Caller, type VerifyToken } from '@app/access';
import { inContext, systemContext } from '@app/database';
import {
  bugAsRefusal,
  extensionsOf,
  GraphContext,
  type GraphRequest,
  presentError,
  type ReportBug,
} from '@app/graphql';
import { type Clock, Refusal } from '@app/kernel';
import helmet from '@fastify/helmet';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { type Example, type ExplorerSignIn, serveExplorer } from './explorer';
import { refuse } from './gateway.errors';
import { PersistedOperations, type RequestBody } from './persisted';
import type { RateLimits } from './rate-limit.repository';
import { limitRules, LIMITS, objectLimit } from './limits';
import { outageStatus, RETRY_AFTER } from './outage';
import { type NoteRefusal, refusalLog } from './refusal-log';
import { serveSignOut, stepUpChallenge } from './sign-in';

export interface GatewayOptions {
  readonly schema: GraphQLSchema;
  /** Who a token stands for; refuses with TOKEN_NOT_ACCEPTED or SIGN_IN_UNAVAILABLE. */
  readonly verify: VerifyToken;
  /** Adds what the register knows of a signed-in caller: a citizen's family. */
  readonly complete?: (caller: Caller) => Promise<Caller>;
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Addresses or CIDR ranges of proxies: what they say of where a request comes from is believed, and nobody else. */
  readonly trustedProxies?: readonly string[];
  /** Serves the page at `/` and answers introspection. Off in production. */
  readonly explorer: boolean;
  /** How the page signs somebody in; without it the page takes a token. */
  readonly signIn?: ExplorerSignIn;
  /** Takes a back-channel log-out of the issuer; refuses with TOKEN_NOT_ACCEPTED. */
  readonly signOut?: (logoutToken: string) => Promise<void>;
  readonly examples?: readonly Example[];
  /** How much one subject may ask in a minute; without it there is no limit. */
  readonly limits?: RateLimits;
  /** Puts on record that somebody was refused what they may not do. */
  readonly noteRefusal?: NoteRefusal;
  /** The client, as the issuer calls it, that may call nothing but stored operations: our own desk in production. */
  readonly storedOnlyFor?: string;
  /** What must be true before requests are sent here, by name: `/readyz` answers 503 until all are. One that throws is not. */
  readonly ready?: Readonly<Record<string, () => Promise<boolean>>>;
  /** True once it was told to stop: it still answers, and asks every caller to connect to another. */
  readonly isDraining?: () => boolean;
  /** Where a bug is written down, under the number that the client was given. */
  readonly report: ReportBug;
}

export interface Gateway {
  /** `http://host:port`, with the port really taken. */
  readonly url: string;
  /** Finishes the requests under way, then lets go of the port. */
  close(): Promise<void>;
}

interface SignedRequest extends FastifyRequest {
  caller?: Caller;
  asked?: GraphRequest;
}

/**
 * What can be called over HTTP, and what it needs. A route that is not listed here does not start: the authorisation
 * matrix asks each of them.
 */
export const ROUTES: Readonly<Record<string, 'the graph' | 'public' | 'a log-out token of the issuer'>> = {
  'POST /graphql': 'the graph',
  'GET /graphql': 'public',
  'PUT /graphql': 'public',
  'PATCH /graphql': 'public',
  'DELETE /graphql': 'public',
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /': 'public',
  'GET /explorer': 'public',
  'POST /backchannel-logout': 'a log-out token of the issuer',
};

const NOBODY = systemContext('request', { actor: 'nobody', division: undefined, isPlumbing: true });

/** The one public door of the graph: sign-in, limits, error presentation. No rules. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const apollo = openApollo(options);
  await apollo.start();
  const server = Fastify({
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
  });
  presentFailures(server, options.report);
  // Each field is worked out in a context of its own; whatever else a request might touch sees nothing.
  server.addHook('onRequest', (_request, _reply, done) => inContext(NOBODY, done));
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat().filter((verb) => verb !== 'HEAD')) {
      if (!(`${one} ${url}` in ROUTES)) throw new Error(`${one} ${url} stands in no list of routes (gateway.ts)`);
    }
  });
  // Nothing of ours is shown in a frame, guessed at, or fetched from elsewhere; the page at `/` says what it needs itself.
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginEmbedderPolicy: false,
  });
  const operations = PersistedOperations.open();
  server.removeContentTypeParser('text/plain'); // A form on a foreign page can send it without asking.
  server.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    if (options.isDraining?.()) reply.header('connection', 'close');
  });

  server.route({
    method: 'POST',
    url: '/graphql',
    onRequest: async (request: SignedRequest, reply) => {
      const caller = await findCaller(request, options);
      await charge(options.limits, caller ? `subject ${caller.id}` : addressOf(request), 1); // Before anything else costs.
      request.caller = caller && options.complete ? await options.complete(caller) : caller;
      request.asked = readAsked(request, options.clock);
      reply.header('yangyu-request', request.asked.id);
    },
    preHandler: async (request: SignedRequest) => {
      const body = request.body as RequestBody | null;
      if (typeof body !== 'object' || body === null || Array.isArray(body)) return; // Apollo says what is wrong with it.
      body.query = operations.textOf(body, request.caller, options.storedOnlyFor);
      delete body.extensions?.persistedQuery;
    },
    handler: fastifyApolloHandler(apollo, {
      context: ({ caller, asked }: SignedRequest) => Promise.resolve(new GraphContext(caller, LIMITS.objects, asked)),
    }),
  });
  server.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: (request) => {
      throw refuse.methodNotAllowed(request.method);
    },
  });
  server.get('/healthz', () => ({ status: 'ok', today: options.clock.today() }));
  server.get('/readyz', async (_request, reply) => {
    const asked = Object.entries(options.ready ?? {}).map(
      async ([name, check]) => [name, await check().catch(() => false)] as const,
    );
    const checks = Object.fromEntries(await Promise.all(asked));
    const isReady = Object.values(checks).every(Boolean);
    return reply.code(isReady ? 200 : 503).send({ ready: isReady, checks });
  });
  if (options.explorer) serveExplorer(server, options.examples, options.signIn);
  if (options.signOut) {
    serveSignOut(server, options.signOut, (request) => charge(options.limits, addressOf(request), 1));
  }

  const url = await listen(server, options);
  return {
    url,
    close: async () => {
      await server.close();
      await apollo.stop();
    },
  };
}

function openApollo({ schema, explorer, report, noteRefusal }: GatewayOptions): ApolloServer<GraphContext> {
  return new ApolloServer<GraphContext>({
    schema,
    // Parsed and validated documents stay in Apollo's own cache, by the hash of their text.
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: limitRules(),
    validationOptions: { maxErrors: LIMITS.validationErrors },
    introspection: explorer,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: (message) => report(randomUUID(), message) },
    formatError: (formatted, error) =>
      presentError(explorer ? formatted : withoutHint(formatted), tokenLimitAsRefusal(error), report),
    plugins: [
      objectLimit,
      stepUpChallenge,
      outageStatus,
      ...(noteRefusal ? [refusalLog(noteRefusal)] : []),
      // Nothing leaves the house, whatever stands in the environment.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}

/**
 * Without the names that might have been meant. Apollo's own way (hideSchemaDetailsFromClientErrors) reads what was
 * typed again from each of those words in it, and leaves the hint in what it says of variables.
 */
const withoutHint = ({ message, ...rest }: GraphQLFormattedError): GraphQLFormattedError => ({
  ...rest,
  message: message.replace(/ ?Did you mean [^]*/, ''),
});

/** The parser has only words for it. */
const tokenLimitAsRefusal = (error: unknown): unknown =>
  error instanceof Error && /Document contains more tha[nt] \d+ tokens/.test(error.message)
    ? refuse.queryTooLong(LIMITS.tokens)
    : error;

/** Nobody without an Authorization header; a header that does not hold a good token is refused, not overlooked. */
async function findCaller(request: FastifyRequest, { verify, limits }: GatewayOptions): Promise<Caller | undefined> {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  try {
    return await verify(/^Bearer ([\w.-]+)$/i.exec(header)?.[1] ?? '');
  } catch (error) {
    // Tokens are not to be tried out either: a bad one costs its address as much as ten requests, an outage of ours one.
    const isBad = error instanceof Refusal && error.code === 'TOKEN_NOT_ACCEPTED';
    await charge(limits, addressOf(request), isBad ? 10 : 1);
    throw error;
  }
}

const addressOf = ({ ip }: FastifyRequest): string => `address ${ip}`;

/** Refuses with TOO_MANY_REQUESTS when nothing is left of a subject's minute. */
async function charge(limits: RateLimits | undefined, subject: string, points: number): Promise<void> {
  const seconds = await limits?.take(subject, points);
  if (seconds !== undefined) throw refuse.tooManyRequests(seconds);
}

/** What a request says of itself: its purpose, where that is not what the role is for, and the case it belongs to. */
function readAsked(request: SignedRequest, clock: Clock): GraphRequest {
  const one = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const caseRef = one('yangyu-case');
  if (caseRef !== undefined && !/^[\w-]{1,64}$/.test(caseRef)) throw refuse.caseUnreadable();
  const purpose = askedPurpose(request.caller, one('yangyu-purpose'));
  return { id: randomUUID(), now: clock.now(), purpose, caseRef };
}

const STATUS: Readonly<Record<string, number>> = {
  TOKEN_NOT_ACCEPTED: 401,
  SIGN_IN_UNAVAILABLE: 503,
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_MANY_REQUESTS: 429,
  BODY_TOO_LARGE: 413,
  INTERNAL: 500,
};

/** Whatever goes wrong before or beside the graph is answered in the graph's own form. */
function presentFailures(server: FastifyInstance, report: ReportBug): void {
  const send = (reply: FastifyReply, refusal: Refusal) => {
    if (refusal.code === 'TOKEN_NOT_ACCEPTED') void reply.header('www-authenticate', 'Bearer error="invalid_token"');
    if (refusal.code === 'TOO_MANY_REQUESTS') void reply.header('retry-after', String(refusal.facts.seconds));
    if (STATUS[refusal.code] === 503) void reply.header('retry-after', RETRY_AFTER);
    if (refusal.code === 'METHOD_NOT_ALLOWED') void reply.header('allow', 'POST');
    return reply
      .code(STATUS[refusal.code] ?? 400)
      .send({ errors: [{ message: refusal.message, extensions: extensionsOf(refusal) }] });
  };
  server.setNotFoundHandler((request, reply) => send(reply, refuse.notFound(request.url.split('?')[0]!)));
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof Refusal) return send(reply, error);
    if (error.statusCode === 413) return send(reply, refuse.bodyTooLarge(LIMITS.bodyBytes));
    if (error.statusCode !== undefined && error.statusCode < 500) return send(reply, refuse.bodyUnreadable());
    return send(reply, bugAsRefusal(error, report));
  });
}

async function listen(server: FastifyInstance, { host, port }: GatewayOptions): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? refuse.portTaken(host, port) : error;
  }
}
