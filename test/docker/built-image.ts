import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readCopy, readStages, type Stage } from './dockerfile';

const ROOT = path.join(__dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin');
/** The account that USER names. */
const UID = 10_001;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface Running {
  /** Until it has said its first line. */
  readonly up: Promise<string>;
  readonly ended: Promise<Ended>;
  stop(): void;
}

/**
 * The steps of docker/Dockerfile carried out in plain folders, one for each stage, on this machine's system instead of the
 * base image's: same copies, same commands, same owners. Needs root, as a build does.
 */
export class BuiltImage {
  private constructor(private readonly folder: string) {}

  static build(): BuiltImage {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-image-'));
    fs.chmodSync(folder, 0o755);
    const image = new BuiltImage(folder);
    for (const stage of readStages()) image.buildStage(stage);
    return image;
  }

  /** A path of the image, on this machine. */
  at(file: string, stage = 'image'): string {
    return path.join(this.folder, stage, file);
  }

  private buildStage({ name, steps }: Stage): void {
    const stage = name || 'image';
    for (const step of steps) {
      if (step.name === 'WORKDIR') fs.mkdirSync(this.at(step.text, stage), { recursive: true });
      if (step.name === 'COPY') this.copy(step.text, stage);
      if (step.name === 'RUN') this.run(step.text, stage);
    }
  }

  private copy(text: string, stage: string): void {
    const { from, sources, target } = readCopy(text);
    for (const source of sources) {
      const origin = from ? this.at(source, from) : path.join(ROOT, source);
      const isFile = fs.statSync(origin).isFile() && target.endsWith('/');
      const goal = path.join(this.at('/app', stage), target, isFile ? path.basename(source) : '');
      fs.cpSync(origin, goal, {
        recursive: true,
        verbatimSymlinks: true,
        filter: (file) => !file.endsWith('.spec.ts'),
      });
    }
  }

  private run(text: string, stage: string): void {
    const command = text.replace(/ \/(data|bank)/g, ` ${this.at('/', stage)}$1`);
    const done = spawnSync('sh', ['-ec', command], {
      cwd: this.at('/app', stage),
      env: { PATH: `${NODE}:${process.env.PATH}`, HOME: process.env.HOME },
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`RUN ${text}\n${done.stdout}${done.stderr}`);
  }

  /** `node <words>` as a container runs it: as the account of the image, in its folder, told nothing else. */
  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(path.join(NODE, 'node'), words, {
      cwd: this.at('/app'),
      env: { NODE_ENV: 'production', NODE_OPTIONS: '--enable-source-maps', TZ: 'UTC', ...environment },
      uid: UID,
      gid: UID,
    });
    let output = '';
    const up = new Promise<string>((resolve) => child.stdout.once('data', () => resolve(output)));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').prependListener('data', (text) => (output += String(text)));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output }));
    });
    return { up, ended, stop: () => void child.kill('SIGTERM') };
  }

  megabytes(): number {
    const { stdout } = spawnSync('du', ['-sm', this.at('/app')], { encoding: 'utf8' });
    return Number(stdout.split('\t')[0]);
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
