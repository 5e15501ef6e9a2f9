import { Agent, request } from 'undici';

const HEALTH_MILLISECONDS = 200;

/** What is asked again and again, and what a good answer is. */
export interface Question {
  readonly path: string;
  readonly token?: string;
  /** A query of the graph; without it the path is fetched. */
  readonly query?: string;
  readonly isAnswered: (body: string) => boolean;
}

/**
 * Callers behind a load balancer as cities have them: it sends each request to the next of the doors that are ready, and
 * never twice. Every request that got no good answer is kept.
 */
export class BalancedLoad {
  private readonly agent = new Agent({ connections: 16 });
  private readonly ready = new Set<string>();
  private readonly under = new Set<Promise<void>>();
  private readonly timers: NodeJS.Timeout[] = [];
  readonly failed: string[] = [];
  answered = 0;

  constructor(
    private readonly doors: readonly string[],
    private readonly questions: readonly Question[],
  ) {}

  async start(perSecond: number): Promise<void> {
    await this.look();
    this.timers.push(setInterval(() => void this.look(), HEALTH_MILLISECONDS));
    let asked = 0;
    const next = () => {
      const doors = this.doors.filter((door) => this.ready.has(door));
      const one = this.ask(doors[asked % doors.length], this.questions[asked % this.questions.length]!);
      asked += 1;
      this.under.add(one);
      void one.finally(() => this.under.delete(one));
    };
    this.timers.push(setInterval(next, 1_000 / perSecond));
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.under);
    await this.agent.close();
  }

  private async look(): Promise<void> {
    for (const door of this.doors) {
      const isReady = await request(`${door}/readyz`, { headersTimeout: 1_000 }).then(
        async ({ statusCode, body }) => {
          await body.dump();
          return statusCode === 200;
        },
        () => false,
      );
      if (isReady) this.ready.add(door);
      else this.ready.delete(door);
    }
  }

  private async ask(door: string | undefined, { path, token, query, isAnswered }: Question): Promise<void> {
    if (door === undefined) return void this.failed.push('no door was ready');
    try {
      const { statusCode, body } = await request(`${door}${path}`, {
        dispatcher: this.agent,
        ...(query && { method: 'POST', body: JSON.stringify({ query }) }),
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      });
      const text = await body.text();
      if (statusCode === 200 && isAnswered(text)) this.answered += 1;
      else this.failed.push(`${door}${path}: ${statusCode} ${text.slice(0, 300)}`);
    } catch (error) {
      this.failed.push(`${door}${path}: ${(error as Error & { code?: string }).code} ${(error as Error).message}`);
    }
  }
}
