import type { Caller, ServiceRequest, ServiceSigner } from '@app/access';
import { type Facts, Refusal, type Sentence } from '@app/kernel';
import { Pool } from 'undici';
import { z } from 'zod';
import { refuse } from './service.errors';

const CONNECTIONS = 64;
const CONNECT_MILLISECONDS = 2_000;
const DEADLINE_MILLISECONDS = 20_000;
const ANSWER_BYTES_MAX = 32_000_000;

export interface ServiceClientOptions {
  /** The name of the process that is called, as it calls itself. */
  readonly service: string;
  /** `http://host:port`; several of the same kind, separated by commas, are called in turn. */
  readonly url: string;
  readonly signer: ServiceSigner;
  /** Learns why a call failed, which the answer does not say. */
  readonly onFailure: (service: string, error: unknown) => void;
  readonly deadline?: number;
  readonly answerBytesMax?: number;
}

/** On whose behalf a call is made. */
export interface OnBehalf {
  readonly caller?: Caller;
  readonly request?: ServiceRequest;
  /** Changes nothing there, so that another may be asked when it is not known whether the first had understood. */
  readonly isRead?: boolean;
}

/** Calls one other process of the house, with our name on each call; connections are kept. */
export class ServiceClient {
  readonly service: string;
  private readonly pools: readonly Pool[];
  private readonly deadline: number;
  private turn = 0;

  constructor(private readonly options: ServiceClientOptions) {
    this.service = options.service;
    this.deadline = options.deadline ?? DEADLINE_MILLISECONDS;
    this.pools = options.url.split(',').map(
      (url) =>
        new Pool(new URL(url.trim()).origin, {
          connections: CONNECTIONS,
          connect: { timeout: CONNECT_MILLISECONDS },
          maxResponseSize: options.answerBytesMax ?? ANSWER_BYTES_MAX,
        }),
    );
  }

  /**
   * What it answers to one JSON value at a path, as `read` understands it. A refusal of the other side is thrown as it was
   * spoken; whatever else goes wrong, in time or in reading too, is SERVICE_UNAVAILABLE, and it is not known then whether
   * anything was done.
   */
  async call<T = unknown>(
    path: string,
    value: unknown,
    { caller, request, isRead = false }: OnBehalf = {},
    read: (answer: unknown) => T = (answer) => answer as T,
  ): Promise<T> {
    const body = JSON.stringify(value);
    const { service: audience, signer } = this.options;
    const sign = () => signer.sign({ audience, path, body, caller, request }); // Each is believed once.
    try {
      const answer = await this.sendInTurn(path, body, sign, isRead);
      if (answer.status === 200) return read(answer.value);
      throw refusalOf((answer.value as { errors?: unknown[] }).errors?.[0]) ?? new Error(`answered ${answer.status}`);
    } catch (error) {
      if (error instanceof Refusal && !OURS.has(error.code)) throw error;
      this.options.onFailure(audience, error);
      throw refuse.serviceUnavailable(audience);
    }
  }

  /** To one of those that do the same, and to the next while nothing can have come of it. */
  private async sendInTurn(path: string, body: string, sign: () => string, isRead: boolean) {
    const inTime = new AbortController();
    const timer = setTimeout(() => inTime.abort(new Error(`no answer in ${this.deadline} ms`)), this.deadline);
    const first = this.turn++;
    try {
      for (let tried = 1; ; tried++) {
        const pool = this.pools[(first + tried) % this.pools.length]!;
        try {
          return await send(pool, path, body, sign(), inTime.signal);
        } catch (error) {
          if (tried >= this.pools.length || !mayAskAnother(error, isRead)) throw error;
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    for (const pool of this.pools) await pool.close();
  }
}

async function send(
  pool: Pool,
  path: string,
  body: string,
  assertion: string,
  signal: AbortSignal,
): Promise<{ status: number; value: unknown }> {
  const { statusCode: status, body: answer } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Service ${assertion}` },
    body,
    signal,
  });
  return { status, value: JSON.parse(await answer.text()) };
}

/** No connection came about, so nothing was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** A connection ended before its answer did. */
const CUT_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function mayAskAnother(error: unknown, isRead: boolean): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return NOT_SENT.has(code) || (isRead && CUT_OFF.has(code));
}

/** Ours to put right: whoever waits for the answer can do nothing about it. */
const OURS = new Set(['SERVICE_NOT_AUTHENTICATED', 'NOT_FOUND', 'BODY_UNREADABLE', 'BODY_TOO_LARGE', 'INTERNAL']);

const spoken = z.object({
  extensions: z.object({
    code: z.string(),
    sentence: z.object({ zh: z.string(), en: z.string() }),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
  }),
});

/** The refusal that an error of another process tells of, as if it had been spoken here; undefined when it is none. */
export function refusalOf(error: unknown): Refusal | undefined {
  const { success, data } = spoken.safeParse(error);
  if (!success) return undefined;
  const { code, sentence, facts } = data.extensions as { code: string; sentence: Sentence; facts: Facts };
  return new Refusal(code, sentence, facts);
}
