import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { freePort } from '@app/database';
import { importJWK, type JWK } from 'jose';
import { allowInsecureRequests, clientCredentialsGrant, discovery, PrivateKeyJwt } from 'openid-client';
import { readConfig } from '../../apps/standalone/src/config';
import { type Processes, startProcesses } from '../../apps/standalone/src/processes';
import { AGENCY } from '../../apps/simulator/src/identity/identity.types';
import { assureFault } from '../support/assurance';
import { BalancedLoad } from '../support/balanced-load';

const PER_SECOND = 30;
const INSTANCES = 2;
const MINUTES = 60_000;

let folder: string;
let issuer: string;
let processes: Processes;

/** Of the program as it was built last. */
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-rolling-'));
  fs.chmodSync(folder, 0o755); // The account that PostgreSQL runs under has to get in.
  const issuerPort = await freePort();
  issuer = `http://127.0.0.1:${issuerPort}`;
  const config = readConfig({
    YANGYU_DATA: folder,
    YANGYU_PORT: String(await freePort()),
    YANGYU_ISSUER_PORT: String(issuerPort),
    YANGYU_THROWAWAY: 'yes',
    YANGYU_REQUESTS_PER_MINUTE: '1000000',
  });
  processes = await startProcesses(config, { workers: 2, instances: INSTANCES, onStep: () => undefined });
}, 5 * MINUTES);
afterAll(async () => {
  await processes?.close();
  fs.rmSync(folder, { recursive: true, force: true });
}, 5 * MINUTES);

async function tokenOfAgency(): Promise<string> {
  const file = path.join(folder, 'identity', 'agency-key.json');
  const [key] = JSON.parse(fs.readFileSync(file, 'utf8')) as [JWK];
  const proof = PrivateKeyJwt((await importJWK(key, 'EdDSA')) as Parameters<typeof PrivateKeyJwt>[0]);
  const insecure = { execute: [allowInsecureRequests] };
  const configuration = await discovery(new URL(issuer), AGENCY, undefined, proof, insecure);
  return (await clientCredentialsGrant(configuration, { scope: 'graph' })).access_token;
}

describe('an update of a running installation', () => {
  it(
    'T10: every process told to stop and started again, one after the other, fails no request',
    async () => {
      const token = await tokenOfAgency();
      const load = new BalancedLoad(processes.gatewayUrls, [
        {
          path: '/graphql',
          token,
          query: '{ divisions { code } programmes { code } }',
          isAnswered: (body) => /"programmes":\[\{/.test(body) && !body.includes('"errors"'),
        },
        { path: '/', isAnswered: (body) => body.includes('<html') },
      ]);
      await load.start(PER_SECOND);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      // The world outside is not updated with ours.
      const ours = processes.supervisor.names().filter((name) => name !== 'simulator');
      for (const name of ours) {
        await processes.supervisor.restart(name);
        await new Promise((resolve) => setTimeout(resolve, 1_000)); // Until the balancer has looked.
      }
      await load.stop();
      process.stdout.write(`T10 ${JSON.stringify({ restarted: ours.length, answered: load.answered })}\n`);
      expect(load.failed).toEqual([]);
      expect(processes.supervisor.deaths()).toBe(ours.length);
      expect(load.answered).toBeGreaterThan(20 * PER_SECOND);
      assureFault('T10', 'SIGTERM to every process, one after the other, under a steady load', {
        processes: ours.length,
        'requests a second': PER_SECOND,
        'failed requests': 0,
      });
    },
    10 * MINUTES,
  );
});
