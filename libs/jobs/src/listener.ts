import type { Pool, PoolClient } from 'pg';
import { OUTBOX_CHANNEL } from './outbox.repository';

const AGAIN = 2_000;

/** Hears of commits with new messages within milliseconds. Only a convenience: deaf, the relays still look by themselves. */
export class Listener {
  private client: PoolClient | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly pool: Pool,
    private readonly heard: (schema: string) => void,
  ) {}

  start(): void {
    this.listen().catch(() => this.later());
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
  }

  private async listen(): Promise<void> {
    const client = await this.pool.connect();
    this.client = client;
    client.on('error', () => this.later());
    client.on('notification', ({ payload }) => payload && this.heard(payload));
    if (this.stopped) return this.drop();
    await client.query(`listen ${OUTBOX_CHANNEL}`);
  }

  private later(): void {
    this.drop();
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.start(), AGAIN);
  }

  private drop(): void {
    this.client?.release(true); // Destroyed, not returned: nobody else shall inherit the subscription.
    this.client = undefined;
  }
}
