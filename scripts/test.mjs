/** `npm test [-- pattern]`: every test, on a PostgreSQL of its own. */
import { install } from './install.mjs';
import { runTool } from './run.mjs';
import { main } from './terminal.mjs';
import { TOOLS } from './tools.mjs';

await main(async () => {
  await install();
  return runTool(TOOLS.jest, process.argv.slice(2));
});
