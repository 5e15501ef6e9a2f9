import type { Supervisor } from './supervisor';

/** Kills one of the workers every few seconds with SIGKILL, which one by a seed: whoever runs it sees what that costs. */
export class Killing {
  private killed = 0;
  private state: number;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly supervisor: Supervisor,
    everySeconds: number,
    seed: number,
  ) {
    this.state = seed;
    this.timer = setInterval(() => this.kill(), everySeconds * 1_000);
  }

  /** How many it has killed. */
  stop(): Promise<number> {
    clearInterval(this.timer);
    return Promise.resolve(this.killed);
  }

  private kill(): void {
    const workers = this.supervisor.names('subsidy-worker');
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    this.supervisor.signal(workers[Math.floor((this.state / 2 ** 32) * workers.length)]!, 'SIGKILL');
    this.killed += 1;
  }
}
