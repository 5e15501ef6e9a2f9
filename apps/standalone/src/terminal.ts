import { Refusal, withoutTyped } from '@app/kernel';
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { refuse } from './standalone.errors';

/** What a command shows while it works and when it is done. With `--json` only JSON goes to stdout. */
export interface Terminal {
  readonly isJson: boolean;
  /** A line for people. */
  say(zh: string, en: string): void;
  /** A bar for long work; `total` may become known later. */
  progress(zh: string, en: string): Progress;
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void;
  /** The result for programs. */
  result(value: unknown): void;
}

export interface Progress {
  update(done: number, of?: number): void;
  end(): void;
}

const quiet: Progress = { update: () => undefined, end: () => undefined };

export function openTerminal(isJson: boolean): Terminal {
  return {
    isJson,
    say: (zh, en) => void (isJson ? process.stderr : process.stdout).write(`${zh}  ${en}\n`),
    progress: (zh, en) => (isJson ? quiet : process.stderr.isTTY ? bar(zh, en) : lines(zh, en)),
    table: (head, rows) => {
      if (isJson) return;
      const table = new Table({ head: [...head], style: { head: [], border: [] } });
      table.push(...rows.map((row) => row.map(String)));
      process.stdout.write(table.toString() + '\n');
    },
    result: (value) => {
      if (isJson) process.stdout.write(toJson(value) + '\n');
    },
  };
}

/** JSON with bigint amounts as strings of digits. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v), 2);

function bar(zh: string, en: string): Progress {
  const shown = new SingleBar(
    { format: `${zh} {bar} {percentage}% {value}/{total} ${en}`, hideCursor: true, clearOnComplete: true },
    Presets.shades_grey,
  );
  let started = false;
  return {
    update: (done, of = 0) => {
      if (!started) shown.start(of || done, 0);
      started = true;
      if (of) shown.setTotal(of);
      else shown.setTotal(Math.max(done, shown.getTotal()));
      shown.update(done);
    },
    end: () => shown.stop(),
  };
}

/** Where there is no terminal (a log, a test): a line every tenth, or every hundred thousand. */
function lines(zh: string, en: string): Progress {
  let next = 0;
  return {
    update: (done, of) => {
      if (done < next) return;
      next = done + Math.max(1, of ? Math.ceil(of / 10) : 100_000);
      process.stderr.write(`${zh} ${en}: ${done}${of ? `/${of}` : ''}\n`);
    },
    end: () => undefined,
  };
}

/** Prints a failure as a person needs it and returns the exit code: 1 for a foreseen refusal, 70 for a bug. */
export function fail(error: unknown, isJson: boolean): number {
  if (error instanceof Refusal) {
    const { code, sentence, facts } = error;
    if (isJson) process.stdout.write(toJson({ error: { code, sentence, facts } }) + '\n');
    process.stderr.write(`${code}\n${sentence.zh}\n${sentence.en}\n`);
    return 1;
  }
  const known = knownFailure(error);
  if (known) return fail(known, isJson);
  if (isJson) process.stdout.write(toJson({ error: { code: 'INTERNAL' } }) + '\n');
  process.stderr.write(`${withoutTyped(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return 70;
}

/** Failures of the machine that have a remedy a person can apply. */
function knownFailure(error: unknown): Refusal | undefined {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return refuse.portTaken();
  if (code === 'ENOSPC' || code === '53100') return refuse.diskFull();
  if (code === 'EACCES' || code === 'EPERM') return refuse.notWritable(message ?? '');
  return undefined;
}
