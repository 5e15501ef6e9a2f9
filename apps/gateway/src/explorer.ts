import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Caller, getDemoUser } from '@app/access';
import type { FastifyInstance } from 'fastify';

/** A ready query on the explorer page. */
export interface Example {
  readonly title: { readonly zh: string; readonly en: string };
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** The demo's sign-ins, offered on the page only while the demo is on. */
export interface DemoSignIns {
  readonly users: readonly Caller[];
  issue(user: Caller): Promise<string>;
}

const FIRST_EXAMPLE: Example = {
  title: { zh: '有哪些查询', en: 'What can be asked' },
  query: '{\n  __schema {\n    queryType {\n      fields {\n        name\n        description\n      }\n    }\n  }\n}',
};

/** One page of our own without anything from elsewhere: it works on a machine without a network, and no other script runs on it. */
export function serveExplorer(
  server: FastifyInstance,
  examples: readonly Example[] = [],
  demo: DemoSignIns | undefined = undefined,
): void {
  const page = readFileSync(path.join(__dirname, 'explorer.html'), 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(page, 'script')}`,
    `style-src ${hashOf(page, 'style')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  server.get('/', (_request, reply) =>
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page),
  );
  server.get('/explorer', () => ({
    examples: examples.length > 0 ? examples : [FIRST_EXAMPLE],
    users: (demo?.users ?? []).map(({ id, name, roles }) => ({ id, name, roles })),
  }));
  if (demo) {
    server.post('/explorer/sign-in', async (request) => {
      const { user } = (request.body ?? {}) as { user?: unknown };
      return { token: await demo.issue(getDemoUser(String(user))) };
    });
  }
}

/** The page's one script or style, as a content security policy names it. */
function hashOf(page: string, tag: 'script' | 'style'): string {
  const [, content] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page) ?? [];
  return `'sha256-${createHash('sha256').update(content!).digest('base64')}'`;
}
