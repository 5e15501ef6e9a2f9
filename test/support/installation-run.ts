import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePort, startCluster } from '@app/database';
import Redis from 'ioredis';
import { Client } from 'pg';
import type { CompiledProgram, Ended } from './compiled-program';
import { differences, finalState, type FinalState } from './final-state';

/** What the program says when it begins with the main job, after every process is up. */
const BEGUN = '导入户籍提取';
const CONNECT_MILLISECONDS = 2_000;

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Before anything runs on its data folder. */
  readonly prepare?: (folder: string) => void;
  /** Done again and again while the main job is under way, each time told how often before; false ends it. */
  readonly meanwhile?: (run: InstallationRun, times: number) => Promise<boolean>;
}

/** The main job on an installation of several processes, from a copy of the same data folder, with faults meanwhile. */
export class InstallationRun {
  private said = '';
  private isOver = false;
  /** Times that the same command was given, the first one too. */
  commands = 0;

  private constructor(
    private readonly program: CompiledProgram,
    readonly folder: string,
  ) {}

  /** Until the command ends well: one that lost its connection is given again, `most` times at most. */
  static async play(
    program: CompiledProgram,
    name: string,
    options: RunOptions = {},
    most = 1,
  ): Promise<InstallationRun> {
    const run = new InstallationRun(program, program.dataFolder(name));
    options.prepare?.(run.folder);
    const disturbing = run.disturb(options.meanwhile);
    try {
      let ended: Ended;
      do ended = await run.command(options.environment ?? {});
      while (ended.code !== 0 && run.commands < most);
      if (ended.code !== 0)
        throw new Error(`${name} ended with ${ended.code ?? ended.signal}: ${ended.errors.slice(-3_000)}`);
    } finally {
      run.isOver = true;
      await disturbing;
    }
    return run;
  }

  private async command(environment: Readonly<Record<string, string>>): Promise<Ended> {
    this.commands += 1;
    this.said = '';
    const port = String(await freePort());
    const issuer = String(await freePort());
    return this.program.distributed(
      this.folder,
      { YANGYU_PORT: port, YANGYU_ISSUER_PORT: issuer, ...environment },
      (said) => (this.said = said),
    );
  }

  private async disturb(meanwhile: RunOptions['meanwhile']): Promise<void> {
    for (let times = 0; meanwhile && !this.isOver;) {
      if (!this.said.includes(BEGUN)) await new Promise((resolve) => setTimeout(resolve, 100));
      else if (await meanwhile(this, times)) times += 1;
      else return;
    }
  }

  /** False when the run was over before the time was. */
  async pause(milliseconds: number): Promise<boolean> {
    for (const end = performance.now() + milliseconds; performance.now() < end;)
      if (this.isOver) return false;
      else await new Promise((resolve) => setTimeout(resolve, 50));
    return !this.isOver;
  }

  /** Its Redis, if it answers at this moment. */
  async redis<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    const settings = this.read('redis', 'redis.conf');
    const port = Number(/^port (\d+)$/m.exec(settings)![1]);
    const password = /^requirepass (\S+)$/m.exec(settings)![1]!;
    const redis = new Redis({ port, password, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await work(redis);
    } catch {
      return undefined;
    } finally {
      redis.disconnect();
    }
  }

  /** Its PostgreSQL as superuser, if it answers at this moment. */
  async postgres<T>(work: (client: Client) => Promise<T>): Promise<T | undefined> {
    const client = new Client({
      host: '127.0.0.1',
      port: this.server()?.port ?? 1,
      user: 'postgres',
      password: this.read('postgres.password'),
      database: 'yangyu',
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } catch {
      return undefined;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** The same of a run that is over. */
  async postgresAfterwards<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const cluster = await startCluster({ dataFolder: this.folder });
    try {
      return (await this.postgres(work))!;
    } finally {
      await cluster.stop();
    }
  }

  server(): { port: number; serverPid: number } | undefined {
    try {
      return JSON.parse(this.read('postgres.json')) as { port: number; serverPid: number };
    } catch {
      return undefined;
    }
  }

  read(...names: string[]): string {
    return fs.readFileSync(path.join(this.folder, ...names), 'utf8');
  }

  /** Times a process of ours died without having been told to, by name. */
  deaths(): Record<string, number> {
    const logs = fs.readdirSync(path.join(this.folder, 'log'));
    return Object.fromEntries(
      logs.map((file) => [path.parse(file).name, this.read('log', file).split('it is started anew').length - 1]),
    );
  }

  /** Whether it ended as a run that nothing disturbed: nothing lost, nobody paid twice, nothing to complain of. */
  async outcome(undisturbed: FinalState) {
    const { isReconciled, violations } = JSON.parse(this.read('summary.json')) as Record<string, unknown>;
    return { isReconciled, violations, differences: differences(undisturbed, await finalState(this.folder)) };
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export const ENDED_WELL = { isReconciled: true, violations: 0, differences: [] };
