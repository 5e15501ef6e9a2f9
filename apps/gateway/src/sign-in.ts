import type { ApolloServerPlugin } from '@apollo/server';
import { STEP_UP_CHALLENGE } from '@app/access';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse } from './gateway.errors';

const LENGTH_MAX = 8_192;

/** OpenID Connect Back-Channel Logout 1.0: the issuer tells us whose sign-in is over. */
export function serveSignOut(
  server: FastifyInstance,
  signOut: (logoutToken: string) => Promise<void>,
  charge: (request: FastifyRequest) => Promise<void>,
): void {
  void server.register(async (scope) => {
    // A form, and here only: elsewhere a foreign page could send one without asking.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: LENGTH_MAX },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    scope.post('/backchannel-logout', { onRequest: charge }, async (request, reply) => {
      const token = request.body instanceof URLSearchParams ? request.body.getAll('logout_token') : [];
      if (token.length !== 1) throw refuse.logoutTokenMissing();
      await signOut(token[0]!);
      return reply.code(200).send();
    });
  });
}

/** Says in HTTP too that a second factor is missing (RFC 9470); 401 where nothing else was answered. */
export const stepUpChallenge: ApolloServerPlugin = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      if (response.body.kind !== 'single') return;
      const { data, errors } = response.body.singleResult;
      if (!errors?.some(({ extensions }) => extensions?.code === 'STEP_UP_REQUIRED')) return;
      response.http.headers.set('www-authenticate', STEP_UP_CHALLENGE);
      if (Object.values(data ?? {}).every((value) => value === null)) response.http.status = 401;
    },
  }),
};
