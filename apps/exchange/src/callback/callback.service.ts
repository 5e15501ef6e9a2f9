import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FollowingService } from '../comparison/following.service';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { RegistryFailure } from '../household-registry/household-registry.types';
import type { RegistryCallback } from '../household-registry/spdci.types';
import { ParameterService } from '../parameter/parameter.service';
import { RegistryEventService } from '../registry-event/registry-event.service';
import { CallbackRepository } from './callback.repository';
import { type CallbackAnswer, REGISTRY_CALLBACKS, type RegistryCallbacks } from './callback.types';

const SENDER = 'household-registry';
/** Fetching the registry's keys is all that reading a message waits for. */
const READ_MILLISECONDS = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DAY_MILLISECONDS = 24 * 3_600_000;

/** Is undone with everything it did. */
class NotTaken extends Error {
  constructor(readonly failure: RegistryFailure) {
    super('not taken');
  }
}

/**
 * What the household registry sends by itself. Nothing changes unless the message is signed by the registry, for us, just
 * now; answers something that we asked; and was not taken in before.
 */
@Injectable()
export class CallbackService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRY_CALLBACKS) private readonly callbacks: RegistryCallbacks | null,
    private readonly parameters: ParameterService,
    private readonly comparisons: FollowingService,
    private readonly events: RegistryEventService,
    private readonly messages: CallbackRepository,
  ) {}

  async receive(
    body: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): Promise<CallbackAnswer> {
    const { callbacks } = this;
    if (!callbacks) return { status: 404, value: {} };
    try {
      const callback = await callbacks.readCallback(body, headers, AbortSignal.timeout(READ_MILLISECONDS));
      failpoint('callback.read');
      await this.take(callback);
      return { status: 200, value: callbacks.acknowledgement(callback) };
    } catch (error) {
      if (error instanceof RegistryFailure) return { status: statusOf(error), value: callbacks.acknowledgement(error) };
      if (error instanceof NotTaken) return { status: 409, value: callbacks.acknowledgement(error.failure) };
      throw error;
    }
  }

  publicKeys(): Promise<object> {
    return this.callbacks?.publicKeys() ?? Promise.resolve({ keys: [] });
  }

  /** Whether a message of this sender is a new one; remembered if the transaction commits. */
  noteMessage(tx: Tx, sender: string, messageId: string): Promise<boolean> {
    return this.messages.note(tx, sender, messageId, this.clock.now());
  }

  /** Drops what is older than was agreed. */
  forget(): Promise<bigint> {
    return inContext(systemContext('registry messages', { isPlumbing: true }), () =>
      this.database.write(async (tx) => {
        const { replayDays } = await this.parameters.registryTerms(tx, '', this.clock.today());
        // A day more than was agreed: the database, which lets nothing younger go, has a clock of its own.
        return this.messages.forget(tx, new Date(this.clock.now().getTime() - (replayDays + 1) * DAY_MILLISECONDS));
      }),
    );
  }

  /** The message and what it brings are kept in one transaction, or neither is. */
  private take(callback: RegistryCallback): Promise<void> {
    return inContext(systemContext('registry callback', { actor: 'system:household-registry' }), () =>
      this.database.write(async (tx) => {
        if (!(await this.messages.note(tx, SENDER, callback.messageId, this.clock.now())))
          throw new NotTaken(new RegistryFailure('refused', 'This message was taken in before.', false));
        if (!(await this.apply(tx, callback)))
          throw new NotTaken(new RegistryFailure('refused', 'Nothing of this kind was asked for.', false));
      }),
    );
  }

  private async apply(tx: Tx, callback: RegistryCallback): Promise<boolean> {
    switch (callback.action) {
      case 'on-search': {
        const { transactionId, results, isComplete } = callback;
        return UUID.test(transactionId) && this.comparisons.take(tx, transactionId, results, isComplete);
      }
      case 'notify':
        await this.events.take(tx, callback.events, 'push');
        return true;
      case 'on-subscribe':
        return false; // Changes are pulled: nobody here subscribes.
    }
  }
}

const statusOf = ({ kind }: RegistryFailure): number =>
  ['bad-signature', 'key-expired', 'clock-skew', 'unauthorised'].includes(kind)
    ? 401
    : kind === 'too-large'
      ? 413
      : 400;
