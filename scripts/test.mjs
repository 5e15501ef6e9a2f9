/** `npm test [-- pattern]`: every test, on a PostgreSQL of its own. */
import { install } from './install.mjs';
import { runTool } from './run.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  await install();
  return runTool('jest/bin/jest.js', process.argv.slice(2));
});
