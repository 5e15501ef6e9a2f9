import { hostname } from 'node:os';
import { type Database, inContext, systemContext } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from 'cockatiel';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { PeerHttp } from './peer-http.client';
import { PeerRepository } from './peer.repository';
import {
  type Peer,
  type PeerAnswer,
  type PeerCall,
  PeerFailure,
  type PeerFailureKind,
  type PeerLineState,
  PeerNotCalled,
  type Peers,
  PEERS,
} from './peer.types';

/** Failures that say something about the way or the other installation as a whole, not about one message. */
const OF_THE_LINE = new Set<PeerFailureKind>([
  'unreachable',
  'timeout',
  'overloaded',
  'unreadable',
  'too-large',
  'bad-receipt',
  'bad-signature',
]);
const STATES: Readonly<Record<CircuitState, PeerLineState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

interface Line {
  readonly http: PeerHttp;
  readonly breaker: CircuitBreakerPolicy;
  /** By the monotone clock: the breaker itself stays open until somebody calls. */
  openUntil: number;
}

/** The way to each other installation: one that is away is tried now and then, and costs the others nothing. */
@Injectable()
export class PeerLineService implements OnModuleDestroy {
  private readonly lines = new Map<string, Line>();

  constructor(
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly states: PeerRepository,
  ) {}

  /**
   * What `read` makes of the answer. Throws PeerFailure where none came that may be used, in which `read` has its say, and
   * PeerNotCalled while the line is open.
   */
  async call<T>(peer: Peer, call: PeerCall, read: (answer: PeerAnswer) => Promise<T>): Promise<T> {
    const { http, breaker } = this.lineOf(peer);
    const inTime = timeout(this.peers.line.attemptMilliseconds, TimeoutStrategy.Aggressive);
    try {
      return await breaker.execute(() =>
        inTime
          .execute(async ({ signal }) => read(await http.post(call, signal)))
          .catch((error: unknown) => {
            throw error instanceof TaskCancelledError ? new PeerFailure('timeout') : error;
          }),
      );
    } catch (error) {
      throw error instanceof BrokenCircuitError ? new PeerNotCalled() : error;
    }
  }

  /** Whether calls to it are held back for a moment; after that one may try whether it is back. */
  isOpen(peer: Peer): boolean {
    const { breaker, openUntil } = this.lineOf(peer);
    return breaker.state === CircuitState.Open && performance.now() < openUntil;
  }

  async onModuleDestroy(): Promise<void> {
    for (const { http } of this.lines.values()) await http.close();
  }

  private lineOf(peer: Peer): Line {
    const known = this.lines.get(peer.code);
    if (known) return known;
    const { failuresToOpen, halfOpenMilliseconds: halfOpenAfter, atOnce } = this.peers.line;
    const breaker = circuitBreaker(
      handleWhen((error) => error instanceof PeerFailure && OF_THE_LINE.has(error.kind)),
      { breaker: new ConsecutiveBreaker(failuresToOpen), halfOpenAfter },
    );
    const line: Line = { http: new PeerHttp(peer.url, 2 * atOnce), breaker, openUntil: 0 };
    breaker.onStateChange((state) => {
      if (state === CircuitState.Open) line.openUntil = performance.now() + halfOpenAfter;
      this.note(peer.code, STATES[state]);
    });
    this.lines.set(peer.code, line);
    return line;
  }

  /** The state counts in this process whether or not it can be written down. */
  private note(peer: string, state: PeerLineState): void {
    const context = systemContext('peer line', { actor: 'system:exchange', isPlumbing: true });
    const process = `${hostname()}.${globalThis.process.pid}`;
    void inContext(context, () =>
      this.database.write((tx) => this.states.noteLine(tx, peer, state, process, this.clock.now())),
    ).catch(() => undefined);
  }
}
