import { Refusal, type Sentence } from '@app/kernel';

/** Every reason not to start on a queue. */
export const refuse = {
  redisMayLose: (problems: readonly Sentence[]) =>
    new Refusal('QUEUE_NOT_KEPT', {
      zh: `Redis 可能丢失队列内容，拒绝启动：${problems.map(({ zh }) => zh).join('；')}。`,
      en: `Will not start on a Redis that may lose what it is given: ${problems.map(({ en }) => en).join('; ')}.`,
    }),
  redisTooOld: (version: string, needed: number) =>
    new Refusal(
      'QUEUE_TOO_OLD',
      {
        zh: `Redis 版本为 ${version}，至少需要 ${needed}。请升级 Redis，或不设 YANGYU_REDIS_URL 而使用 PostgreSQL 队列。`,
        en: `This Redis is version ${version}; at least ${needed} is needed. Upgrade it, or leave YANGYU_REDIS_URL out to keep the queue in PostgreSQL.`,
      },
      { version, needed },
    ),
  redisUnreachable: (host: string, cause: unknown) =>
    new Refusal(
      'QUEUE_UNREACHABLE',
      {
        zh: `无法连接 Redis（${host}）：${codeOf(cause)}。请检查 YANGYU_REDIS_URL、口令与网络，然后重新启动。`,
        en: `Redis at ${host} does not answer: ${codeOf(cause)}. Check YANGYU_REDIS_URL, its password and the network, then start again.`,
      },
      { host },
    ),
  redisMissing: () =>
    new Refusal('REDIS_MISSING', {
      zh: '找不到 redis-server。请安装 Redis 7 或更高版本（如 apt-get install redis-server），或用 YANGYU_REDIS_URL 指定已有的 Redis。',
      en: 'There is no redis-server on the PATH. Install Redis 7 or later (apt-get install redis-server), or name a running one in YANGYU_REDIS_URL.',
    }),
  redisDidNotStart: (said: string) =>
    new Refusal('REDIS_DID_NOT_START', {
      zh: `redis-server 未能启动：${said}。请排除原因后重试。`,
      en: `redis-server did not start: ${said}. Put that right and try again.`,
    }),
  words: {
    noAppendOnlyFile: {
      zh: '未启用 AOF，请设置 appendonly yes',
      en: 'it keeps no append-only file; set appendonly yes',
    },
    mayEvict: (policy: string): Sentence => ({
      zh: `内存不足时会丢弃数据（maxmemory-policy 为 ${policy}），请设为 noeviction`,
      en: `it drops data when memory is short (maxmemory-policy is ${policy}); set noeviction`,
    }),
  },
};

/** Never the sentence: it may repeat the address with its password. */
const codeOf = (cause: unknown): string => {
  const { code, name, message } = (cause ?? {}) as { code?: string; name?: string; message?: string };
  return /^(NOAUTH|WRONGPASS|NOPERM)/.exec(message ?? '')?.[0] ?? code ?? name ?? 'UNKNOWN';
};
