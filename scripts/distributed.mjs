/** `npm run distributed [-- --once --workers N --kill-every S]`: the demo as the processes of docker-compose.yml, without Docker. */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runCompiled } from './run.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  await install();
  await build();
  return runCompiled('apps/standalone/src/distributed.js', process.argv.slice(2));
});
