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
  /** `http://host:port`. */
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
}

/** Calls one other process of the house, with our name on each call; connections are kept. */
export class ServiceClient {
  readonly service: string;
  private readonly pool: Pool;
  private readonly deadline: number;

  constructor(private readonly options: ServiceClientOptions) {
    this.service = options.service;
    this.deadline = options.deadline ?? DEADLINE_MILLISECONDS;
    this.pool = new Pool(new URL(options.url).origin, {
      connections: CONNECTIONS,
      connect: { timeout: CONNECT_MILLISECONDS },
      maxResponseSize: options.answerBytesMax ?? ANSWER_BYTES_MAX,
    });
  }

  /**
   * What it answers to one JSON value at a path, as `read` understands it. A refusal of the other side is thrown as it was
   * spoken; whatever else goes wrong, in time or in reading too, is SERVICE_UNAVAILABLE, and it is not known then whether
   * anything was done.
   */
  async call<T = unknown>(
    path: string,
    value: unknown,
    { caller, request }: OnBehalf = {},
    read: (answer: unknown) => T = (answer) => answer as T,
  ): Promise<T> {
    const body = JSON.stringify(value);
    const { service: audience, signer } = this.options;
    const assertion = signer.sign({ audience, path, body, caller, request });
    try {
      const answer = await this.send(path, body, assertion);
      if (answer.status === 200) return read(answer.value);
      throw refusalOf((answer.value as { errors?: unknown[] }).errors?.[0]) ?? new Error(`answered ${answer.status}`);
    } catch (error) {
      if (error instanceof Refusal && !OURS.has(error.code)) throw error;
      this.options.onFailure(audience, error);
      throw refuse.serviceUnavailable(audience);
    }
  }

  private async send(path: string, body: string, assertion: string): Promise<{ status: number; value: unknown }> {
    const inTime = new AbortController();
    const timer = setTimeout(() => inTime.abort(new Error(`no answer in ${this.deadline} ms`)), this.deadline);
    try {
      const { statusCode: status, body: answer } = await this.pool.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Service ${assertion}` },
        body,
        signal: inTime.signal,
      });
      return { status, value: JSON.parse(await answer.text()) };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return this.pool.close();
  }
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
