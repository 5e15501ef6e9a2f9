/**
 * Asks the process of this container whether work may be sent to it: exit 0 if so, 1 if not or if it does not say within
 * four seconds. `node docker/health.mjs [path]`; the port is YANGYU_PORT.
 */
import { get } from 'node:http';

const PATIENCE_MILLISECONDS = 4_000;

const [, , path = '/readyz'] = process.argv;
const end = (code, said) => {
  process.stdout.write(`${said}\n`); // Docker keeps it: docker inspect shows the last five.
  process.exit(code);
};
setTimeout(() => end(1, 'no answer in time'), PATIENCE_MILLISECONDS);
get({ host: '127.0.0.1', port: process.env.YANGYU_PORT, path, agent: false }, (response) => {
  response.resume();
  end(response.statusCode === 200 ? 0 : 1, `${path} ${response.statusCode}`);
}).on('error', (error) => end(1, error.code ?? error.message));
