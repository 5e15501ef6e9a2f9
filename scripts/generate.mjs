/** `npm run generate [-- --check] [-- schema|graph|modules]`: writes the files that are derived from the code. */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runCompiled } from './run.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  await install();
  await build();
  return runCompiled('tools/generate/main.js', process.argv.slice(2));
});
