import { type Database, inContext, type Read, systemContext } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from 'cockatiel';
import { hostname } from 'node:os';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import {
  type FailureKind,
  HOUSEHOLD_REGISTRY,
  type HouseholdRegistry,
  RegistryFailure,
} from './household-registry.types';
import { LineRepository } from './line.repository';
import { LINE_SETTINGS, type LineSettings, type LineState, NotAsked } from './line.types';

/** Failures that say something about the line or the registry as a whole, not about one question. */
const OF_THE_LINE = new Set<FailureKind>([
  'unreachable',
  'timeout',
  'overloaded',
  'unreadable',
  'too-large',
  'bad-signature',
  'key-expired',
  'clock-skew',
]);
const STATES: Readonly<Record<CircuitState, LineState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

/** A registry that says when to come back is asked again then, not within the same question. */
const isLongWait = ({ retryAfter = 0 }: RegistryFailure): boolean => retryAfter > 1;

export interface Limits {
  /** All tries together, waiting for a place among them. */
  readonly deadlineMilliseconds: number;
  /** One try, where it may take longer than a question. */
  readonly attemptMilliseconds?: number;
}

/** The one way to the household registry: few at once, each with a deadline, tried again where that helps, and not at all while the registry is down. */
@Injectable()
export class LineService {
  private readonly breaker;
  private readonly places;
  private readonly retrying;

  constructor(
    @Inject(HOUSEHOLD_REGISTRY) private readonly registry: HouseholdRegistry,
    @Inject(LINE_SETTINGS) private readonly settings: LineSettings,
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly lines: LineRepository,
  ) {
    const { failuresToOpen, halfOpenMilliseconds: halfOpenAfter, atOnce, waiting, attempts } = settings;
    const isOfTheLine = (error: unknown) => error instanceof RegistryFailure && OF_THE_LINE.has(error.kind);
    this.breaker = circuitBreaker(handleWhen(isOfTheLine), {
      breaker: new ConsecutiveBreaker(failuresToOpen),
      halfOpenAfter,
    });
    this.breaker.onStateChange((state) => this.note(STATES[state]));
    this.places = bulkhead(atOnce, waiting);
    this.retrying = retry(
      handleWhen((error) => error instanceof RegistryFailure && error.isWorthRetrying && !isLongWait(error)),
      {
        maxAttempts: attempts - 1,
        backoff: new ExponentialBackoff({ initialDelay: settings.backoffMilliseconds, maxDelay: 2_000 }),
      },
    );
  }

  /** Throws RegistryFailure where there is no answer that may be used, NotAsked where nothing was asked. */
  async ask<T>(limits: Limits, call: (registry: HouseholdRegistry, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { deadlineMilliseconds, attemptMilliseconds = this.settings.attemptMilliseconds } = limits;
    const inTime = timeout(deadlineMilliseconds, TimeoutStrategy.Aggressive);
    const isLate = () => new RegistryFailure('timeout', 'no answer by the deadline', true);
    try {
      return await inTime.execute(({ signal: deadline }) =>
        this.places.execute(
          () =>
            this.retrying.execute(() => {
              if (deadline.aborted) throw isLate();
              return this.breaker.execute(() => this.tryOnce(call, attemptMilliseconds, deadline));
            }, deadline),
          deadline,
        ),
      );
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new NotAsked('line-open');
      if (error instanceof BulkheadRejectedError) throw new NotAsked('line-busy');
      throw error instanceof TaskCancelledError ? isLate() : error;
    }
  }

  /** What the breakers of all processes did last: there is nothing in the table before one opened. */
  latest(read: Read): Promise<{ state: LineState; at: Date } | undefined> {
    return this.lines.latest(read);
  }

  /** Whatever else goes wrong while reading an answer is a failure too: nothing of it is used. */
  private async tryOnce<T>(
    call: (registry: HouseholdRegistry, signal: AbortSignal) => Promise<T>,
    milliseconds: number,
    deadline: AbortSignal,
  ): Promise<T> {
    const onTime = timeout(milliseconds, TimeoutStrategy.Aggressive);
    try {
      return await onTime.execute(({ signal }) => call(this.registry, signal), deadline);
    } catch (error) {
      if (error instanceof RegistryFailure) throw error;
      if (error instanceof TaskCancelledError) throw new RegistryFailure('timeout', 'no answer in time', true);
      throw new RegistryFailure('unreadable', 'the answer could not be read', false);
    }
  }

  /** The state counts in this process whether or not it can be written down. */
  private note(state: LineState): void {
    const context = systemContext('registry line', { actor: 'system:exchange', isPlumbing: true });
    const process = `${hostname()}.${globalThis.process.pid}`;
    void inContext(context, () =>
      this.database.write((tx) => this.lines.note(tx, state, process, this.clock.now())),
    ).catch(() => undefined);
  }
}
