import { inContext, systemContext } from '@app/database';
import { bugAsRefusal, extensionsOf, type ReportBug } from '@app/graphql';
import type { Clock } from '@app/kernel';
import Fastify from 'fastify';
import { refuse } from './service.errors';

const BODY_BYTES_MAX = 8_000_000;

export interface OutsideCall {
  /** As it came; whoever reads it verifies first who signed it. */
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
export interface OutsideAnswer {
  readonly status: number;
  readonly value: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OutsideDoorOptions {
  /** What others send here by POST, by path. */
  readonly takes: Readonly<Record<string, (call: OutsideCall) => Promise<OutsideAnswer>>>;
  /** What anybody may read, by path: our public keys. */
  readonly shows?: Readonly<Record<string, () => Promise<object>>>;
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly report: ReportBug;
}

const NOBODY = systemContext('outside call', { actor: 'nobody', division: undefined, isPlumbing: true });

/**
 * What other agencies reach, apart from the doors between our processes: a few paths, bytes in, each message signed by its
 * sender. TLS and the sender's network address are the affair of the proxy in front.
 */
export async function openOutsideDoor(
  options: OutsideDoorOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { host, port, report } = options;
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  server.addHook('onRequest', (_request, _reply, done) => inContext(NOBODY, done));
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const [path, take] of Object.entries(options.takes)) {
    server.post(path, async ({ body, headers }, reply) => {
      const {
        status,
        value,
        headers: more = {},
      } = await take({ body: Buffer.isBuffer(body) ? body : Buffer.alloc(0), headers });
      return reply.code(status).headers(more).type('application/json').send(JSON.stringify(value));
    });
  }
  for (const [path, show] of Object.entries(options.shows ?? {})) {
    server.get(path, async (_request, reply) => reply.type('application/json').send(JSON.stringify(await show())));
  }
  server.get('/healthz', () => ({ status: 'ok', today: options.clock.today() }));
  // Nothing of what went wrong is told to strangers but its kind.
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const refusal =
      status === 413 ? refuse.bodyTooLarge(BODY_BYTES_MAX) : status < 500 ? refuse.bodyUnreadable() : undefined;
    const said = refusal ?? bugAsRefusal(error, report);
    return reply.code(status).send({ errors: [{ message: said.message, extensions: extensionsOf(said) }] });
  });
  try {
    return { url: await server.listen({ host, port }), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? refuse.portTaken(host, port) : error;
  }
}
