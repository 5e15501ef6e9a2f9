/** `npm start [-- --once]`: everything in one process, on its own PostgreSQL. */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runCompiled } from './run.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  await install();
  await build();
  return runCompiled('apps/standalone/src/main.js', process.argv.slice(2));
});
