import iconv from 'iconv-lite';
import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { RegistryFailure } from './household-registry.types';
import { fail } from './registry-failure.rules';

export interface RegistryHttpOptions {
  /** Address of the registry; a path in it goes before every other. */
  readonly baseUrl: string;
  /** Milliseconds from the call to the last byte of the answer, whatever happens in between. */
  readonly deadline?: number;
  /** Milliseconds without a byte. */
  readonly silence?: number;
}

export interface RegistryCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Media types that the answer may have; without any, no answer is read. */
  readonly accepts: readonly string[];
  readonly bytesMax: number;
}

export interface RegistryAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly contentType: string;
  readonly body: Buffer;
}

const DEADLINE_MILLISECONDS = 15_000;
const SILENCE_MILLISECONDS = 10_000;
const CONNECT_MILLISECONDS = 3_000;
const CONNECTIONS = 16;
const HEADER_BYTES_MAX = 16 * 1024;
const RETRY_AFTER_SECONDS_MAX = 86_400;

/** The only way to a registry: bounded in time and bytes, without redirects, and every failure is a RegistryFailure. */
export class RegistryHttp {
  private readonly pool: Pool;
  private readonly prefix: string;
  private readonly deadline: number;

  constructor({ baseUrl, deadline, silence }: RegistryHttpOptions) {
    const { origin, pathname } = new URL(baseUrl);
    this.prefix = pathname.replace(/\/$/, '');
    this.deadline = deadline ?? DEADLINE_MILLISECONDS;
    this.pool = new Pool(origin, {
      connections: CONNECTIONS,
      connect: { timeout: CONNECT_MILLISECONDS },
      headersTimeout: silence ?? SILENCE_MILLISECONDS,
      bodyTimeout: silence ?? SILENCE_MILLISECONDS,
      maxHeaderSize: HEADER_BYTES_MAX,
    });
  }

  /** The answer, or null where the registry has nothing at that place (404). */
  async send(call: RegistryCall, now: Date, signal: AbortSignal): Promise<RegistryAnswer | null> {
    const inTime = new AbortController();
    const stop = () => inTime.abort();
    const timer = setTimeout(stop, this.deadline);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await this.exchange(call, now, inTime.signal);
    } catch (error) {
      throw failureOf(error, inTime.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async exchange(call: RegistryCall, now: Date, signal: AbortSignal): Promise<RegistryAnswer | null> {
    const { method, headers, body } = call;
    const answer = await this.pool.request({ path: this.prefix + call.path, method, headers, body, signal });
    try {
      assertStatus(answer, now);
      if (answer.statusCode === 404) return null;
      const contentType = String(answer.headers['content-type'] ?? '');
      if (call.accepts.length === 0) return { headers: answer.headers, contentType, body: Buffer.alloc(0) };
      if (!call.accepts.includes(mediaType(contentType))) throw fail.unreadable('it is of another kind than agreed');
      if (answer.headers['content-encoding'] !== undefined) throw fail.unreadable('it is packed');
      if (Number(answer.headers['content-length'] ?? 0) > call.bytesMax) throw fail.tooLarge();
      return { headers: answer.headers, contentType, body: await readWhole(answer.body, call.bytesMax) };
    } finally {
      // What was not read is not waited for: the connection goes.
      if (!answer.body.readableEnded) answer.body.on('error', () => undefined).destroy();
    }
  }
}

async function readWhole(body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw fail.tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** What stands in the body of an error is not signed and so not read. */
function assertStatus({ statusCode, headers }: Dispatcher.ResponseData, now: Date): void {
  if (statusCode === 200 || statusCode === 201 || statusCode === 202 || statusCode === 204 || statusCode === 404)
    return;
  if (statusCode === 401 || statusCode === 403) throw fail.unauthorised();
  if (statusCode === 408 || statusCode === 504) throw fail.timeout();
  if (statusCode === 429 || statusCode === 503) throw fail.overloaded(retryAfter(headers['retry-after'], now));
  if (statusCode >= 500) throw fail.unreachable();
  throw fail.refused(`HTTP ${statusCode}`);
}

/** Seconds, or a date. */
function retryAfter(header: string | string[] | undefined, now: Date): number | undefined {
  const text = String(header ?? '');
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now.getTime()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), RETRY_AFTER_SECONDS_MAX);
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

function failureOf(error: unknown, signal: AbortSignal): RegistryFailure {
  if (error instanceof RegistryFailure) return error;
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  if (signal.aborted || TIMEOUTS.has(code)) return fail.timeout();
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') return fail.tooLarge();
  if (code.startsWith('HPE_')) return fail.unreadable('it is no HTTP');
  return fail.unreachable();
}

const mediaType = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();

const CHARSETS: Readonly<Record<string, 'utf-8' | 'gb18030'>> = {
  '': 'utf-8',
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  gb18030: 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030',
};

/** The character set that a content type or an XML declaration names; undefined for one that is not agreed. */
export const charsetOf = (name: string): 'utf-8' | 'gb18030' | undefined => CHARSETS[name.toLowerCase()];

/** The text as its content type declares it. A byte that means nothing there makes the whole unreadable. */
export function decodeText({ contentType, body }: RegistryAnswer): { text: string; charset: 'utf-8' | 'gb18030' } {
  const charset = charsetOf(/;\s*charset="?([^";\s]*)/i.exec(contentType)?.[1] ?? '');
  if (!charset) throw fail.unreadable('its character set is not agreed');
  return { text: decodeBytes(body, charset), charset };
}

function decodeBytes(bytes: Buffer, charset: 'utf-8' | 'gb18030'): string {
  // The same tables as for writing; what means nothing becomes U+FFFD, which no name holds.
  const text = charset === 'gb18030' ? iconv.decode(bytes, 'gb18030') : decodeUtf8(bytes);
  if (text.includes('\ufffd')) throw fail.unreadable('its bytes are not of its character set');
  return text;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail.unreadable('its bytes are not of its character set');
  }
}

/** For work that several wait for: whoever gives up does not take it from the others. */
export function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(fail.timeout());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
