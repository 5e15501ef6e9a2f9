import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformSync } from '@swc/core';

/** A process of its own that passes `here` three times and prints each time that it survived. */
function passThrice(failpoint: string) {
  const source = fs.readFileSync(path.join(__dirname, 'failpoint.ts'), 'utf8');
  const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } });
  const script = `${code}; for (let i = 0; i < 3; i++) { exports.failpoint('here'); require('node:fs').writeSync(1, 'x'); }`;
  const child = spawn(process.execPath, ['-e', script], { env: { YANGYU_FAILPOINT: failpoint } });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  return { child, output: () => output };
}

describe('a failpoint', () => {
  it.each([
    ['here:2:kill', 'x', 'SIGKILL'],
    ['there:1:kill', 'xxx', null],
  ])('%s lets the process print %s', async (failpoint, printed, signal) => {
    const { child, output } = passThrice(failpoint);
    expect(await once(child, 'close')).toContain(signal);
    expect(output()).toBe(printed);
  });

  it('throws at the wanted pass', async () => {
    const { child, output } = passThrice('here:3:throw');
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(output()).toBe('xx');
  });

  it('pauses until it is told to go on', async () => {
    const { child, output } = passThrice('here:2:pause');
    const state = () => fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ')[2];
    while (state() !== 'T') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(output()).toBe('x');
    child.kill('SIGCONT');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output()).toBe('xxx');
  });

  it('refuses a wrong wish', async () => {
    const { child } = passThrice('here:often:explode');
    expect(await once(child, 'close')).toEqual([1, null]);
  });
});
