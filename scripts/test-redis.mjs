/**
 * `npm run test:redis [-- pattern]`: the tests of the queue, the journeys and the security suite once more as they run on
 * several hosts: the queue in Redis, the graph federated. Uses the Redis of REDIS_URL, or a redis-server on the PATH.
 */
import { install } from './install.mjs';
import { runTool } from './run.mjs';
import { main } from './terminal.mjs';
import { TOOLS } from './tools.mjs';

const SUITES = ['libs/jobs', 'test/redis', 'test/journeys', 'test/security'];

await main(async () => {
  await install();
  process.env.YANGYU_TEST_QUEUE = 'redis';
  process.env.YANGYU_TEST_TOPOLOGY = 'federated';
  const given = process.argv.slice(2);
  return runTool(TOOLS.jest, given.some((word) => !word.startsWith('-')) ? given : [...SUITES, ...given]);
});
