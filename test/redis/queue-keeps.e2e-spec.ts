import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { assertQueueKeeps, type RedisServer, startRedisServer } from '@app/jobs';
import { Redis } from 'ioredis';

let folder: string;
let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-redis-'));
  server = await startRedisServer({ folder });
  redis = new Redis(server.url, { retryStrategy: () => null });
  redis.on('error', () => {});
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await redis.config('SET', 'appendonly', 'yes');
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
});

const start = (url = server.url) => assertQueueKeeps({ kind: 'redis', url, prefix: 'yangyu' });

describe('a Redis that may lose what it is given', () => {
  it('is taken as we start it ourselves: append-only, nothing evicted, closed to strangers', async () => {
    await expect(start()).resolves.toBeUndefined();
    const stranger = server.url.replace(/:[^:@]*@/, ':guess@');
    await expect(start(stranger)).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringContaining('WRONGPASS') as string,
    });
  });

  it.each([
    ['without an append-only file', 'appendonly', 'no', 'appendonly yes'],
    ['that drops keys when memory is short', 'maxmemory-policy', 'allkeys-lru', 'noeviction'],
  ])('is refused %s, with what to set', async (_what, setting, value, remedy) => {
    await redis.config('SET', setting, value);
    await expect(start()).rejects.toMatchObject({
      code: 'QUEUE_NOT_KEPT',
      sentence: {
        en: expect.stringContaining(remedy) as string,
        zh: expect.stringContaining(remedy) as string,
      },
    });
  });

  it('is refused when nobody answers, without repeating the password', async () => {
    const nowhere = 'redis://:secret-of-the-queue@127.0.0.1:1';
    const refused = await start(nowhere).catch((error: Error) => error.message);
    expect(refused).toContain('127.0.0.1:1');
    expect(refused).not.toContain('secret-of-the-queue');
  });
});
