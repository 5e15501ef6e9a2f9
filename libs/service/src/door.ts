import type { CalledBy, ServiceVerifier } from '@app/access';
import { inContext, systemContext } from '@app/database';
import { bugAsRefusal, extensionsOf, type ReportBug } from '@app/graphql';
import { type Clock, Refusal } from '@app/kernel';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { refuse } from './service.errors';
import { SubgraphServer } from './subgraph-server';

/** Enough for a gateway that asks for ten thousand objects by their keys. */
const BODY_BYTES_MAX = 2_000_000;

export interface ServiceRoute {
  /** Who may call it. */
  readonly from: readonly string[];
  readonly answer: (body: unknown, by: CalledBy) => Promise<unknown>;
}

export interface ServiceDoorOptions {
  /** Tells who is calling. */
  readonly verifier: ServiceVerifier;
  /** The app's part of the graph, at /graphql, for those who may ask it. */
  readonly graph?: { readonly schema: GraphQLSchema; readonly from: readonly string[] };
  /** What else it answers, by path: one JSON value in, one out, always by POST. */
  readonly routes?: Readonly<Record<string, ServiceRoute>>;
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What must be true before calls are sent here, by name: `/readyz` answers 503 until all are. */
  readonly ready?: Readonly<Record<string, () => Promise<boolean>>>;
  /** True once it was told to stop: it still answers, and asks every caller to connect to another. */
  readonly isDraining?: () => boolean;
  /** Where a bug is written down, under the number that the caller was given. */
  readonly report: ReportBug;
}

export interface ServiceDoor {
  /** `http://host:port`, with the port really taken. */
  readonly url: string;
  /** What can be called, such as `POST /graphql`; all but the two that say how it is needs a good assertion. */
  readonly paths: readonly string[];
  /** Finishes the calls under way, then lets go of the port. */
  close(): Promise<void>;
}

/** Without data, for whoever looks after the process. */
export const OPEN_PATHS = ['GET /healthz', 'GET /readyz'];

const NOBODY = systemContext('service call', { actor: 'nobody', division: undefined, isPlumbing: true });

interface KnownRequest extends FastifyRequest {
  by?: CalledBy;
  json?: unknown;
}

/** What a process of ours shows to the other processes of the house. Without their name on it no call is answered. */
export async function openServiceDoor(options: ServiceDoorOptions): Promise<ServiceDoor> {
  const { clock, ready = {} } = options;
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  presentFailures(server, options.report);
  server.addHook('onSend', async (_request, reply) => {
    if (options.isDraining?.()) reply.header('connection', 'close');
  });
  server.addHook('onRequest', (_request, _reply, done) => inContext(NOBODY, done));
  // The bytes that were signed; read as JSON only once it is known who signed them.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.decorateRequest('by', undefined);
  const routes = { ...options.routes, ...(options.graph && { '/graphql': graphRoute(options.graph, options.report) }) };
  for (const [path, { from, answer }] of Object.entries(routes)) {
    server.post(path, { preHandler: admit(options.verifier, from) }, async ({ json, by }: KnownRequest, reply) =>
      reply.type('application/json').send(JSON.stringify(await answer(json, by!))),
    );
  }
  server.get('/healthz', () => ({ status: 'ok', today: clock.today() }));
  server.get('/readyz', async (_request, reply) => {
    const asked = Object.entries(ready).map(async ([name, check]) => [name, await check().catch(() => false)] as const);
    const checks = Object.fromEntries(await Promise.all(asked));
    const isReady = Object.values(checks).every(Boolean);
    return reply.code(isReady ? 200 : 503).send({ ready: isReady, checks });
  });
  // What is not there is not told to strangers either.
  server.setNotFoundHandler({ preHandler: admit(options.verifier) }, (request) => {
    throw refuse.notFound(pathOf(request));
  });
  const url = await listen(server, options);
  return {
    url,
    paths: [...Object.keys(routes).map((path) => `POST ${path}`), ...OPEN_PATHS],
    close: () => server.close(),
  };
}

function graphRoute({ schema, from }: NonNullable<ServiceDoorOptions['graph']>, report: ReportBug): ServiceRoute {
  const subgraph = new SubgraphServer(schema, report);
  return { from, answer: (body, by) => subgraph.answer(body, by) };
}

/** Lets in who signed this very call, and may make it. */
const admit =
  (verifier: ServiceVerifier, from?: readonly string[]) =>
  async (request: KnownRequest): Promise<void> => {
    const [, token] = /^Service (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    request.by = verifier.verify(token, { path: pathOf(request), body, from });
    try {
      request.json = JSON.parse(body.toString());
    } catch {
      throw refuse.bodyUnreadable();
    }
  };

const pathOf = ({ url }: FastifyRequest): string => url;

const STATUS: Readonly<Record<string, number>> = {
  SERVICE_NOT_AUTHENTICATED: 401,
  BODY_UNREADABLE: 400,
  BODY_TOO_LARGE: 413,
  NOT_FOUND: 404,
  INTERNAL: 500,
};

/** A refusal of a use case is an answer too: 422, in the form of the graph's errors. */
function presentFailures(server: FastifyInstance, report: ReportBug): void {
  const send = (reply: FastifyReply, refusal: Refusal) =>
    reply
      .code(STATUS[refusal.code] ?? 422)
      .send({ errors: [{ message: refusal.message, extensions: extensionsOf(refusal) }] });
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof Refusal) return send(reply, error);
    if (error.statusCode === 413) return send(reply, refuse.bodyTooLarge(BODY_BYTES_MAX));
    if (error.statusCode !== undefined && error.statusCode < 500) return send(reply, refuse.bodyUnreadable());
    return send(reply, bugAsRefusal(error, report));
  });
}

async function listen(server: FastifyInstance, { host, port }: ServiceDoorOptions): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? refuse.portTaken(host, port) : error;
  }
}
