import { type Dispatcher, Pool } from 'undici';
import { type PeerAnswer, type PeerCall, PeerFailure } from './peer.types';

const CONNECT_MILLISECONDS = 3_000;
const HEADER_BYTES_MAX = 16 * 1024;

/** The only way to another installation: bounded in time and bytes, without redirects. Every failure is a PeerFailure. */
export class PeerHttp {
  private readonly pool: Pool;
  private readonly prefix: string;

  constructor(url: string, connections: number) {
    const { origin, pathname } = new URL(url);
    this.prefix = pathname.replace(/\/$/, '');
    this.pool = new Pool(origin, {
      connections,
      connect: { timeout: CONNECT_MILLISECONDS },
      maxHeaderSize: HEADER_BYTES_MAX,
    });
  }

  /** Whatever it answers but an error of its own: what stands in a refusal is for the caller to read. */
  async post({ path, contentType, headers, body, bytesMax }: PeerCall, signal: AbortSignal): Promise<PeerAnswer> {
    try {
      const answer = await this.pool.request({
        path: this.prefix + path,
        method: 'POST',
        headers: { ...headers, 'content-type': contentType },
        body,
        signal,
      });
      try {
        if (answer.statusCode === 503) throw new PeerFailure('overloaded');
        if (answer.statusCode >= 500) throw new PeerFailure('unreachable');
        if (answer.headers['content-encoding'] !== undefined) throw new PeerFailure('unreadable');
        const whole = await readWhole(answer.body, bytesMax);
        return { status: answer.statusCode, headers: answer.headers, body: whole };
      } finally {
        if (!answer.body.readableEnded) answer.body.on('error', () => undefined).destroy();
      }
    } catch (error) {
      if (error instanceof PeerFailure) throw error;
      throw new PeerFailure(kindOf(error, signal));
    }
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

async function readWhole(body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new PeerFailure('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function kindOf(error: unknown, signal: AbortSignal): 'timeout' | 'unreadable' | 'unreachable' {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  if (signal.aborted || /TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout';
  return /^HPE_|HEADERS_OVERFLOW/.test(code) ? 'unreadable' : 'unreachable';
}
