/** `npm run bench -- <what> [--people N]`: measures against a floor taken in the same run. */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runCompiled } from './run.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  await install();
  await build();
  return runCompiled('tools/bench/main.js', process.argv.slice(2));
});
