import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { freePort } from '@app/database';
import { assertQueueKeeps } from '@app/jobs';

const CONFIGURATION = path.join(__dirname, '..', '..', 'docker', 'redis.conf');

let folder: string;
let server: ChildProcess;
let url: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-redis-'));
  const port = await freePort();
  // What differs from the container: where it lies, and whom it listens to.
  const here = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', 'of this test'];
  server = spawn('redis-server', [CONFIGURATION, ...here], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  url = `redis://:of%20this%20test@127.0.0.1:${port}`;
  let said = '';
  for await (const text of server.stdout!) if ((said += String(text)).includes('Ready to accept connections')) break;
});
afterAll(async () => {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  fs.rmSync(folder, { recursive: true, force: true });
});

it('the Redis of the containers keeps what it is given', async () => {
  await expect(assertQueueKeeps({ kind: 'redis', url, prefix: 'yangyu' })).resolves.toBeUndefined();
});
