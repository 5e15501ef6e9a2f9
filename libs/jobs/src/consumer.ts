import { type Database, inContext, sqlState, systemContext, type Tx } from '@app/database';
import { Refusal } from '@app/kernel';
import { failpoint } from './failpoint';
import type { Gate } from './gate';
import { Gather } from './gather';
import { Inbox, type Message, type Standing } from './inbox.repository';
import type { JobHandler, Payload } from './job';
import { Outbox } from './outbox.repository';

/** What a receiver tells the app whose message it was. */
export type Outcome = 'acknowledged' | 'quarantined' | 'released';

export interface Notice {
  readonly messageIds: readonly string[];
  readonly outcome: Outcome;
}

export interface ConsumerSettings {
  readonly schema: string;
  readonly database: Database;
  readonly handlers: readonly JobHandler<Payload>[];
  /** Tries that may fail, and tries that may end without a word (the process died), before a message is set aside. */
  readonly attempts: number;
  readonly crashes: number;
  /** Of the whole process: who made one die is only known of a message that was alone in it. */
  readonly gate: Gate;
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
  /** Messages handled side by side share the transactions of our own books. */
  private readonly begun: Gather<Message, Standing>;
  private readonly done: Gather<Message, undefined>;
  /** Tries that began here and whose end is not booked yet. */
  private readonly unbooked = new Set<string>();

  constructor(private readonly settings: ConsumerSettings) {
    const { database } = settings;
    this.inbox = new Inbox(settings.schema);
    this.outbox = new Outbox(settings.schema);
    const keyOf = ({ id }: Message) => id;
    this.begun = new Gather(keyOf, (messages) => database.write((tx) => this.inbox.begin(tx, messages)));
    this.done = new Gather(keyOf, async (messages) => {
      await database.write((tx) => this.acknowledge(tx, messages));
      return messages.map(() => undefined);
    });
    this.handlers = new Map(settings.handlers.map((handler) => [`${handler.job.queue}/${handler.job.name}`, handler]));
    if (this.handlers.size < settings.handlers.length)
      throw new Error(`Two handlers for one job in ${settings.schema}.`);
  }

  /** Throws when the queue should bring the messages again after a while: TryAgain after a failed try, else whatever broke. */
  consume(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    return this.asPlumbing(() =>
      messages.length === 1 ? this.take(messages[0]!, signal) : this.takeAll(messages, signal),
    );
  }

  private async take(message: Message, signal: AbortSignal): Promise<void> {
    await this.settleUnbooked(message);
    const standing = await this.begun.ask(message);
    if (standing.state === 'finished') return this.conclude([message], 'acknowledged');
    if (standing.state === 'quarantined') return this.conclude([message], 'quarantined');
    if (standing.crashes >= this.settings.crashes) return this.setAside(message, standing.errorCode ?? 'CRASHED');
    if (standing.crashes === 0) return this.settings.gate.pass(false, () => this.try(message, signal));
    // Its process died with it, and perhaps because of a neighbour: now it is alone, so that only who kills is counted out.
    await this.settings.database.write((tx) => this.inbox.interrupt(tx, [message.id]));
    return this.settings.gate.pass(true, async () => {
      if (signal.aborted) throw new TryAgain('INTERRUPTED');
      await this.begun.ask(message);
      await this.try(message, signal);
    });
  }

  /** A try whose end could not be booked, because the database was away, was no crash: this process is alive. */
  private async settleUnbooked(message: Message): Promise<void> {
    if (!this.unbooked.has(message.id)) return;
    await this.settings.database.write((tx) => this.inbox.interrupt(tx, [message.id]));
    this.unbooked.delete(message.id);
  }

  private async try(message: Message, signal: AbortSignal): Promise<void> {
    this.unbooked.add(message.id);
    await this.tryOnce(message, signal);
    this.unbooked.delete(message.id);
  }

  private async tryOnce(message: Message, signal: AbortSignal): Promise<void> {
    failpoint('consumer.started');
    const failure = await this.handle([message], signal).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure) return this.failed(message, failure.error, signal);
    failpoint('consumer.handled');
    await this.conclude([message], 'acknowledged');
  }

  /**
   * All in one go. Whatever goes wrong, or went wrong before, is found out message by message, so that one that is
   * poisonous holds up its own key only.
   */
  private async takeAll(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    const standing = await this.settings.database.write((tx) => this.inbox.begin(tx, messages));
    const isClean = standing.every((one) => one.state === 'running' && one.crashes === 0);
    if (isClean) {
      failpoint('consumer.started');
      const error = await this.settings.gate
        .pass(false, () => this.handle(messages, signal))
        .then(
          () => undefined,
          (thrown: unknown) => ({ thrown }),
        );
      failpoint('consumer.handled');
      if (!error) return this.conclude(messages, 'acknowledged');
    }
    const begun = messages.filter((_, i) => standing[i]!.state === 'running').map(({ id }) => id);
    await this.settings.database.write((tx) => this.inbox.interrupt(tx, begun));
    let again: Error | undefined;
    for (const message of messages) {
      if (signal.aborted) throw new TryAgain('INTERRUPTED');
      await this.take(message, signal).catch((error: Error) => (again = error));
    }
    if (again) throw again;
  }

  private handle(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    const [first] = messages as [Message, ...Message[]];
    const handler = this.handlerOf(first);
    const context = systemContext(`job ${first.queue}/${first.name}`, { actor: `system:${this.settings.schema}` });
    return inContext(context, async () => {
      if ('handleAll' in handler) {
        const payloads = messages.map(({ payload }) => payload);
        const onceEach = async (tx: Tx) => (await this.inbox.once(tx, messages)).map(({ payload }) => payload);
        return handler.handleAll({ payloads, signal, onceEach });
      }
      for (const message of messages) {
        const once = async (tx: Tx) => (await this.inbox.once(tx, [message])).length === 1;
        await handler.handle(message.payload, { messageId: message.id, signal, once });
      }
    });
  }

  /** Applies what a receiver told about messages of this app. */
  async apply({ messageIds, outcome }: Notice): Promise<void> {
    await this.asPlumbing(() =>
      this.settings.database.write(async (tx) => {
        if (outcome === 'acknowledged') return this.outbox.acknowledge(tx, messageIds);
        for (const id of messageIds) {
          if (outcome === 'quarantined') await this.outbox.quarantine(tx, id, this.settings.quarantineResend);
          else await this.outbox.release(tx, id);
        }
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
      await this.settings.tell(producer, { messageIds: [messageId], outcome: 'released' });
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
    const code = errorCode(error);
    const isOurs = signal.aborted || isOutage(error);
    if (!signal.aborted) this.settings.onError(error, `${message.queue} ${message.name} ${message.id}`);
    // Our own stopping, or something we stand on that is away for a while, says nothing about the message.
    const failures = isOurs
      ? await this.settings.database.write((tx) => this.inbox.interrupt(tx, [message.id])).then(() => 0)
      : await this.settings.database.write((tx) => this.inbox.fail(tx, message.id, code));
    this.unbooked.delete(message.id);
    if (failures >= this.settings.attempts) return this.setAside(message, code);
    throw new TryAgain(signal.aborted ? 'INTERRUPTED' : code);
  }

  private async setAside(message: Message, code: string): Promise<void> {
    await this.settings.database.write((tx) => this.inbox.quarantine(tx, message, code));
    await this.conclude([message], 'quarantined');
  }

  private async conclude(messages: readonly Message[], outcome: 'acknowledged' | 'quarantined'): Promise<void> {
    const { producer } = messages[0]!;
    const messageIds = messages.map(({ id }) => id);
    const { schema, database, quarantineResend } = this.settings;
    if (outcome === 'quarantined' && producer === schema) {
      await database.write(async (tx) => {
        for (const id of messageIds) await this.outbox.quarantine(tx, id, quarantineResend);
      });
    }
    if (outcome === 'acknowledged') {
      if (messages.length === 1) await this.done.ask(messages[0]!);
      else await database.write((tx) => this.acknowledge(tx, messages));
    }
    failpoint('consumer.concluded');
    if (producer !== schema) await this.settings.tell(producer, { messageIds, outcome });
  }

  /** In one transaction where the messages are our own; another app gets a notice, since nobody writes its tables. */
  private async acknowledge(tx: Tx, messages: readonly Message[]): Promise<void> {
    await this.inbox.finish(
      tx,
      messages.map(({ id }) => id),
    );
    const own = messages.filter(({ producer }) => producer === this.settings.schema).map(({ id }) => id);
    if (own.length > 0) await this.outbox.acknowledge(tx, own);
  }
}

const noHandler = ({ queue, name }: Message) => ({
  en: `Queue ${queue} has no handler for ${name}. Start the app's version that knows it, then release the message.`,
  zh: `队列 ${queue} 没有处理 ${name} 的程序。请启动支持该任务的版本，然后放行此消息。`,
});

/** Another process, the database or a disk that does not answer at the moment: it passes, however long it takes. */
function isOutage(error: unknown): boolean {
  if (error instanceof Refusal) return error.code === 'SERVICE_UNAVAILABLE';
  const state = sqlState(error) ?? '';
  if (/^(08|57P|53|55P03)/.test(state)) return true;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|EIO|ESTALE|ENOSPC)$/.test(code)) ||
    (typeof message === 'string' && /^(Connection terminated|timeout exceeded when trying to connect)/.test(message))
  );
}

/** What may be kept of an error: never its sentence, which may name a person. */
export function errorCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const found = [error instanceof Refusal ? error.code : sqlState(error), code, name].find(isCode);
  return found ?? 'UNKNOWN';
}

const isCode = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(value);
