/**
 * `npm run faults [-- pattern]`: every fault of the suite instead of the sample that `npm test` takes, with the queue in
 * PostgreSQL and then in Redis (redis-server on the PATH, or REDIS_URL), and what was seen in docs/assurance.md. Takes
 * hours; YANGYU_SEED repeats a run, YANGYU_FAULT_POINTS limits how many points of the processes are tried.
 */
import { randomInt } from 'node:crypto';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runCompiled, runTool } from './run.mjs';
import { main } from './terminal.mjs';
import { TOOLS } from './tools.mjs';

/** The journey is of one process with the queue in PostgreSQL; the processes of an installation have theirs in Redis. */
const SUITES = { postgres: ['test/faults', 'test/journeys/kill'], redis: ['test/faults'] };

await main(async () => {
  await install();
  await build();
  process.env.YANGYU_FAULTS = 'all';
  process.env.YANGYU_SEED ??= String(randomInt(1_000_000));
  process.stdout.write(`YANGYU_SEED=${process.env.YANGYU_SEED}\n`);
  const given = process.argv.slice(2);
  const isNarrowed = given.some((word) => !word.startsWith('-'));
  let worst = 0;
  for (const [queue, suites] of Object.entries(SUITES)) {
    process.env.YANGYU_TEST_QUEUE = queue;
    process.stdout.write(`\n── ${queue} ──\n`);
    // One file at a time: they freeze, kill and fill, and would be each other's fault.
    const args = ['--runInBand', '--passWithNoTests', ...(isNarrowed ? given : [...suites, ...given])];
    worst = Math.max(worst, await runTool(TOOLS.jest, args));
  }
  process.stdout.write(`\nYANGYU_SEED=${process.env.YANGYU_SEED}\n`);
  return Math.max(worst, await runCompiled('tools/generate/main.js', ['assurance']));
});
