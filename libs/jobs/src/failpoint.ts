import * as fs from 'node:fs';

/**
 * A place where tests let the process die. `YANGYU_FAILPOINT=name:n:kill|throw|pause` acts at the n-th pass of
 * `name` in this process: SIGKILL, an exception, or SIGSTOP until somebody sends SIGCONT.
 * `YANGYU_FAILPOINT_LOG=file` appends `name count` at every pass, so that a test can list them. Unset, it is nothing.
 */
export const failpoint: (name: string) => void = build(process.env.YANGYU_FAILPOINT, process.env.YANGYU_FAILPOINT_LOG);

function build(spec: string | undefined, log: string | undefined): (name: string) => void {
  if (!spec && !log) return () => {};
  const [wanted, nth, action] = spec?.split(':') ?? [];
  if (spec && !(Number(nth) > 0 && (action === 'kill' || action === 'throw' || action === 'pause'))) {
    throw new Error(`YANGYU_FAILPOINT is name:n:kill, name:n:throw or name:n:pause, not "${spec}".`);
  }
  const passes = new Map<string, number>();
  return (name) => {
    const count = (passes.get(name) ?? 0) + 1;
    passes.set(name, count);
    if (log) fs.appendFileSync(log, `${name} ${count}\n`);
    if (name !== wanted || count !== Number(nth)) return;
    if (action === 'throw') throw new Error(`failpoint ${name}`);
    process.kill(process.pid, action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    // The signal may arrive a moment after the call returned; nothing may happen in between.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  };
}
