import { type Database, inContext, sqlState, systemContext } from '@app/database';
import { Refusal } from '@app/kernel';
import { failpoint } from './failpoint';
import { Inbox, type Message } from './inbox.repository';
import type { JobHandler, Payload } from './job';
import { Outbox } from './outbox.repository';

/** What a receiver tells the app whose message it was. */
export type Outcome = 'acknowledged' | 'quarantined' | 'released';

export interface Notice {
  readonly messageId: string;
  readonly outcome: Outcome;
}

export interface ConsumerSettings {
  readonly schema: string;
  readonly database: Database;
  readonly handlers: readonly JobHandler<Payload>[];
  /** Tries that may fail, and tries that may end without a word (the process died), before a message is set aside. */
  readonly attempts: number;
  readonly crashes: number;
  /** Milliseconds between offers of a message that the receiver has in quarantine. */
  readonly quarantineResend: number;
  /** Sends a notice to another app. May be lost: the message comes again, and is answered again. */
  readonly tell: (producer: string, notice: Notice) => Promise<void>;
  readonly onError: (error: unknown, where: string) => void;
}

/** Has the queue bring a message again. It keeps the sentence of an error in clear text, so it gets the code only. */
export class TryAgain extends Error {}

/** The receiving side of one app: every message is handled until it succeeded once or was given up on. */
export class Consumer {
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private readonly handlers: ReadonlyMap<string, JobHandler<Payload>>;

  constructor(private readonly settings: ConsumerSettings) {
    this.inbox = new Inbox(settings.schema);
    this.outbox = new Outbox(settings.schema);
    this.handlers = new Map(settings.handlers.map((handler) => [`${handler.job.queue}/${handler.job.name}`, handler]));
    if (this.handlers.size < settings.handlers.length)
      throw new Error(`Two handlers for one job in ${settings.schema}.`);
  }

  /** Throws when the queue should bring the message again after a while: TryAgain after a failed try, else whatever broke. */
  consume(message: Message, signal: AbortSignal): Promise<void> {
    return this.asPlumbing(() => this.take(message, signal));
  }

  private async take(message: Message, signal: AbortSignal): Promise<void> {
    const standing = await this.settings.database.write((tx) => this.inbox.begin(tx, message));
    if (standing.state === 'finished') return this.conclude(message, 'acknowledged');
    if (standing.state === 'quarantined') return this.conclude(message, 'quarantined');
    if (standing.crashes >= this.settings.crashes) return this.setAside(message, standing.errorCode ?? 'CRASHED');
    failpoint('consumer.started');
    try {
      const handler = this.handlerOf(message);
      const context = systemContext(`job ${message.queue}/${message.name}`, {
        actor: `system:${this.settings.schema}`,
      });
      await inContext(context, () =>
        handler.handle(message.payload, {
          messageId: message.id,
          signal,
          once: (tx) => this.inbox.once(tx, message),
        }),
      );
    } catch (error) {
      return this.failed(message, error, signal);
    }
    failpoint('consumer.handled');
    await this.conclude(message, 'acknowledged');
  }

  /** Applies what a receiver told about a message of this app. */
  async apply({ messageId, outcome }: Notice): Promise<void> {
    await this.asPlumbing(() =>
      this.settings.database.write(async (tx) => {
        if (outcome === 'acknowledged') await this.outbox.acknowledge(tx, messageId);
        else if (outcome === 'quarantined') await this.outbox.quarantine(tx, messageId, this.settings.quarantineResend);
        else await this.outbox.release(tx, messageId);
      }),
    );
    failpoint('producer.applied');
  }

  /** Takes a message out of quarantine; false when it was not there. */
  async release(messageId: string): Promise<boolean> {
    const producer = await this.asPlumbing(() =>
      this.settings.database.write(async (tx) => {
        const found = await this.inbox.release(tx, messageId);
        if (found === this.settings.schema) await this.outbox.release(tx, messageId);
        return found;
      }),
    );
    if (producer && producer !== this.settings.schema)
      await this.settings.tell(producer, { messageId, outcome: 'released' });
    return producer !== undefined;
  }

  /** Books about messages tell of nobody; what a handler does has a context of its own. */
  private asPlumbing<T>(work: () => Promise<T>): Promise<T> {
    const { schema } = this.settings;
    return inContext(systemContext('consumer', { actor: `system:${schema}`, isPlumbing: true }), work);
  }

  private handlerOf(message: Message): JobHandler<Payload> {
    const handler = this.handlers.get(`${message.queue}/${message.name}`);
    if (!handler) throw new Refusal('NO_HANDLER', noHandler(message), { queue: message.queue, name: message.name });
    return handler;
  }

  private async failed(message: Message, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      await this.settings.database.write((tx) => this.inbox.interrupt(tx, message.id));
      throw new TryAgain('INTERRUPTED');
    }
    this.settings.onError(error, `${message.queue} ${message.name} ${message.id}`);
    const code = errorCode(error);
    const failures = await this.settings.database.write((tx) => this.inbox.fail(tx, message.id, code));
    if (failures >= this.settings.attempts) return this.setAside(message, code);
    throw new TryAgain(code);
  }

  private async setAside(message: Message, code: string): Promise<void> {
    await this.settings.database.write((tx) => this.inbox.quarantine(tx, message, code));
    await this.conclude(message, 'quarantined');
  }

  /** In one transaction when the message is our own; else by a notice, since nobody writes another app's tables. */
  private async conclude(message: Message, outcome: 'acknowledged' | 'quarantined'): Promise<void> {
    const own = message.producer === this.settings.schema;
    await this.settings.database.write(async (tx) => {
      if (outcome === 'acknowledged') await this.inbox.finish(tx, message.id);
      if (!own) return;
      if (outcome === 'acknowledged') await this.outbox.acknowledge(tx, message.id);
      else await this.outbox.quarantine(tx, message.id, this.settings.quarantineResend);
    });
    failpoint('consumer.concluded');
    if (!own) await this.settings.tell(message.producer, { messageId: message.id, outcome });
  }
}

const noHandler = ({ queue, name }: Message) => ({
  en: `Queue ${queue} has no handler for ${name}. Start the app's version that knows it, then release the message.`,
  zh: `队列 ${queue} 没有处理 ${name} 的程序。请启动支持该任务的版本，然后放行此消息。`,
});

/** What may be kept of an error: never its sentence, which may name a person. */
export function errorCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const found = [error instanceof Refusal ? error.code : sqlState(error), code, name].find(isCode);
  return found ?? 'UNKNOWN';
}

const isCode = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(value);
