import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { refuse } from './standalone.errors';

const FOLLOW = path.resolve('scripts', 'follow.cjs');
const UP_MILLISECONDS = 60_000;
const AGAIN_MILLISECONDS = 300;
const GRACE_MILLISECONDS = 60_000;

export interface ProcessToRun {
  /** Also the name of its log. */
  readonly name: string;
  /** Path of the compiled program. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Until it dies for the first time, besides. */
  readonly firstLife?: Readonly<Record<string, string>>;
}

/** A process that is started anew whenever it dies, as Docker's `restart: unless-stopped` does. */
class Kept {
  private child: ChildProcess | undefined;
  private stopping = false;
  private up: (() => void) | undefined;
  private failed: ((error: Error) => void) | undefined;
  /** Times it died without having been told to. */
  deaths = 0;

  constructor(
    readonly what: ProcessToRun,
    private readonly logFile: string,
  ) {}

  /** Until it says that it serves. */
  start(): Promise<void> {
    const up = this.comesUp();
    this.spawn(this.what.firstLife);
    return up;
  }

  /** Told to end; until the next one says that it serves. */
  restart(): Promise<void> {
    const up = this.comesUp();
    this.signal('SIGTERM');
    return up;
  }

  private comesUp(): Promise<void> {
    return new Promise((resolve, reject) => {
      [this.up, this.failed] = [resolve, reject];
      setTimeout(() => reject(refuse.processNotUp(this.what.name, this.logFile)), UP_MILLISECONDS).unref();
    });
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Asked to end, and made to when it does not. */
  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLISECONDS);
    await ended;
    clearTimeout(late);
  }

  private spawn(besides: ProcessToRun['firstLife'] = {}): void {
    const log = fs.openSync(this.logFile, 'a');
    const { program, environment } = this.what;
    // Their own process group: Ctrl-C in the terminal reaches the supervisor alone, which stops them in order. They die
    // with it, also when it is killed (follow.cjs).
    const child = spawn(process.execPath, ['--enable-source-maps', '--require', FOLLOW, program], {
      env: { ...environment, ...besides, YANGYU_STARTER: String(process.pid) },
      stdio: ['ignore', 'pipe', log, 'ipc'],
      detached: true,
    });
    fs.closeSync(log);
    this.child = child;
    child.stdout!.on('data', (text: Buffer) => {
      fs.appendFileSync(this.logFile, text);
      this.up?.();
      this.up = undefined;
    });
    child.once('exit', (code, signal) => {
      if (this.stopping) return;
      this.deaths += 1;
      fs.appendFileSync(this.logFile, `${this.what.name}: ended by ${signal ?? `exit ${code}`}; it is started anew\n`);
      // A refusal at the start says what to put right; starting again would say the same.
      if (this.up && code === 1) return this.failed?.(refuse.processNotUp(this.what.name, this.logFile));
      setTimeout(() => !this.stopping && this.spawn(), AGAIN_MILLISECONDS);
    });
  }
}

/** The processes of one installation on this machine, started in order, kept up, and stopped in the opposite order. */
export class Supervisor {
  private readonly kept: Kept[] = [];

  constructor(private readonly logFolder: string) {
    fs.mkdirSync(logFolder, { recursive: true });
  }

  /** Starts one after the other; refuses with PROCESS_NOT_UP. */
  async start(processes: readonly ProcessToRun[]): Promise<void> {
    for (const what of processes) {
      const one = new Kept(what, path.join(this.logFolder, `${what.name}.log`));
      this.kept.push(one);
      await one.start();
    }
  }

  names(part = ''): string[] {
    return this.kept.map(({ what }) => what.name).filter((name) => name.includes(part));
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.kept.find(({ what }) => what.name === name)?.signal(signal);
  }

  /** One of them, as an update of the program does; refuses with PROCESS_NOT_UP. */
  async restart(name: string): Promise<void> {
    await this.kept.find(({ what }) => what.name === name)?.restart();
  }

  deaths(): number {
    return this.kept.reduce((sum, { deaths }) => sum + deaths, 0);
  }

  async stop(): Promise<void> {
    for (const one of [...this.kept].reverse()) await one.stop();
  }
}
