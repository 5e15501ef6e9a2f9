import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const composeFile = z.object({
  services: z.record(
    z.string(),
    z.object({
      command: z.union([z.string(), z.array(z.string())]).optional(),
      environment: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional(),
      deploy: z.object({ replicas: z.number() }).optional(),
    }),
  ),
});

/** A process of ours as docker-compose.yml starts it. */
export interface ComposedProcess {
  readonly service: string;
  /** Below the repository's root. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly replicas: number;
}

/** Our own processes in a compose file: those that run a program of dist. */
export function readCompose(file: string): ComposedProcess[] {
  const { services } = composeFile.parse(parse(fs.readFileSync(file, 'utf8'), { merge: true }));
  return Object.entries(services).flatMap(([service, { command, environment = {}, deploy }]) => {
    const program = Array.isArray(command) ? command.find((word) => word.startsWith('dist/')) : undefined;
    return program ? [{ service, program, environment, replicas: deploy?.replicas ?? 1 }] : [];
  });
}

/** What stands where on one machine without containers. */
export interface Ground {
  /** What a compose file calls `host:port` → where it is here. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly secrets: string;
  readonly data: string;
  readonly ring: string;
}

/** The same environment with this machine's addresses and folders; each process takes the port it is given. */
export function onThisMachine(
  { environment }: ComposedProcess,
  { addresses, secrets, data, ring }: Ground,
  port: number,
): Record<string, string> {
  const moved = Object.entries(environment).map(([name, value]) => [name, moveValue(value)] as const);
  return { ...Object.fromEntries(moved), YANGYU_HOST: '127.0.0.1', YANGYU_PORT: String(port) };

  function moveValue(value: string): string {
    const plain = value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
    if (plain === '/run/vault/vault.key') return ring;
    if (plain.startsWith('/run/secrets')) return path.join(secrets, plain.slice('/run/secrets'.length));
    if (plain === '/data') return data;
    if (plain === '/bank') return path.join(data, 'bank');
    return Object.entries(addresses).reduce((text, [there, here]) => text.replaceAll(there, here), plain);
  }
}
