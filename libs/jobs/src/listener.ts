import type { Database, Hearing } from '@app/database';
import { OUTBOX_CHANNEL } from './outbox.repository';

const AGAIN = 2_000;

/** Hears of commits with new messages within milliseconds. Only a convenience: deaf, the relays still look by themselves. */
export class Listener {
  private hearing: Hearing | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Pick<Database, 'listen'>,
    private readonly heard: (schema: string) => void,
  ) {}

  start(): void {
    this.listen().catch(() => this.later());
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.hearing?.stop();
  }

  private async listen(): Promise<void> {
    const hearing = await this.database.listen(
      OUTBOX_CHANNEL,
      (schema) => this.heard(schema),
      () => this.later(),
    );
    if (this.stopped) hearing.stop();
    else this.hearing = hearing;
  }

  private later(): void {
    this.hearing = undefined;
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.start(), AGAIN);
  }
}
