/** `npm run check [-- step…]`: everything but the tests that must hold before a change is shared. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { lockFileProblems } from './lock-file.mjs';
import { runtime } from './run.mjs';
import { main, root, Stop } from './terminal.mjs';
import { TOOLS } from './tools.mjs';

const AT_ONCE = 2;

const tool = (name, ...args) => [path.join('node_modules', TOOLS[name]), ...args];

/** Name of the step → arguments for Node, or a function that lists problems. The slow ones first. */
const STEPS = {
  lint: tool('eslint', '--max-warnings=0', '.'),
  generated: ['dist/tools/generate/main.js', '--check'],
  types: tool('typescript', '--noEmit'),
  format: tool('prettier', '--check', '--log-level=warn', '.'),
  boundaries: tool('dependencyCruiser', 'apps', 'libs', 'test', 'tools'),
  unused: tool('knip', '--no-progress', '--treat-config-hints-as-errors'),
  lockfile: lockFileProblems,
};

await main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in STEPS));
  if (unknown.length > 0) {
    const names = Object.keys(STEPS).join(', ');
    throw new Stop(`There is no step ${unknown.join(', ')}: choose from ${names}.`, `没有该检查步骤，可选：${names}。`);
  }
  await install();
  await build();
  const waiting = Object.keys(STEPS).filter((name) => asked.length === 0 || asked.includes(name));
  const failures = [];
  const worker = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) failures.push(...(await run(name)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const { name, output } of failures) process.stdout.write(`\n── ${name} ──\n${output.trim()}\n`);
  process.stdout.write(
    failures.length === 0
      ? '\nAll checks passed. 所有检查均已通过。\n'
      : `\nFailed: ${failures.map(({ name }) => name).join(', ')}. 未通过的检查见上。\n`,
  );
  return failures.length === 0 ? 0 : 1;
});

/** Runs one step, prints its line, and gives its failure, if it is one. */
async function run(name) {
  const began = performance.now();
  const step = STEPS[name];
  const { code, output } = typeof step === 'function' ? listed(step()) : await command(step);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name.padEnd(11)} ${seconds.padStart(5)} s\n`);
  return code === 0 ? [] : [{ name, output }];
}

function listed(problems) {
  return { code: problems.length === 0 ? 0 : 1, output: problems.join('\n') };
}

function command(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime(), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}\nstopped by ${signal}` : output }),
    );
  });
}
