import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ACR_TWO_FACTORS, type Caller, STEP_UP_MAX_AGE_SECONDS } from '@app/access';
import type { FastifyInstance } from 'fastify';

/** A ready query on the explorer page. */
export interface Example {
  readonly title: { readonly zh: string; readonly en: string };
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Where the page sends people to sign in, and whom it may suggest. */
export interface ExplorerSignIn {
  readonly issuer: string;
  readonly client: string;
  /** Sign-ins of the demo, to choose from; the issuer asks again. */
  readonly hints: readonly Pick<Caller, 'id' | 'name' | 'roles'>[];
}

const FIRST_EXAMPLE: Example = {
  title: { zh: '有哪些查询', en: 'What can be asked' },
  query: '{\n  __schema {\n    queryType {\n      fields {\n        name\n        description\n      }\n    }\n  }\n}',
};

/** One page of our own without anything from elsewhere: it works on a machine without a network, and no other script runs on it. */
export function serveExplorer(
  server: FastifyInstance,
  examples: readonly Example[] = [],
  signIn: ExplorerSignIn | undefined = undefined,
): void {
  const page = readFileSync(path.join(__dirname, 'explorer.html'), 'utf8');
  const issuer = signIn ? new URL(signIn.issuer).origin : undefined;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(page, 'script')}`,
    `style-src ${hashOf(page, 'style')}`,
    ["connect-src 'self'", ...(issuer ? [issuer] : [])].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  server.get('/', (_request, reply) =>
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page),
  );
  server.get('/explorer', () => ({
    examples: examples.length > 0 ? examples : [FIRST_EXAMPLE],
    signIn: signIn && {
      issuer: signIn.issuer,
      client: signIn.client,
      stepUp: { acr_values: ACR_TWO_FACTORS, max_age: STEP_UP_MAX_AGE_SECONDS },
      hints: signIn.hints.map(({ id, name, roles }) => ({ id, name, roles })),
    },
  }));
}

/** The page's one script or style, as a content security policy names it. */
function hashOf(page: string, tag: 'script' | 'style'): string {
  const [, content] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page) ?? [];
  return `'sha256-${createHash('sha256').update(content!).digest('base64')}'`;
}
