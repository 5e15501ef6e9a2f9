import { createServer, type IncomingMessage, type Server, type ServerResponse, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { numbersOf } from './fault-world';

/** How often of a hundred calls each thing goes wrong; none, where it is not said. */
export interface Misbehaviour {
  /** The call never arrives. */
  readonly dropRequest?: number;
  /** It arrives, and the answer does not. */
  readonly dropAnswer?: number;
  /** It arrives twice. */
  readonly duplicate?: number;
  /** It arrives late, behind others. */
  readonly delay?: number;
  readonly delayMilliseconds?: number;
  /** A byte of it is another one. */
  readonly corruptRequest?: number;
  readonly corruptAnswer?: number;
  /** An older call comes again, on its own. */
  readonly replay?: number;
}

export const EVERYTHING_GOES_WRONG: Misbehaviour = {
  dropRequest: 12,
  dropAnswer: 12,
  duplicate: 12,
  delay: 20,
  delayMilliseconds: 60,
  corruptRequest: 8,
  corruptAnswer: 8,
  replay: 10,
};

const KEPT_MAX = 200;

interface Passed {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A network between two installations that does to calls what networks do. The same seed, the same mischief. */
export class MisbehavingProxy {
  readonly counts: Record<string, number> = {};
  /** While true, every connection is cut. */
  isDown = false;
  misbehaviour: Misbehaviour = {};
  /** Sees what passes, as it was sent. */
  watch?: (request: Buffer, answer: Buffer, status: number) => void;
  /** Changes every answer. */
  alter?: (answer: string) => string;
  private readonly kept: Passed[] = [];
  private readonly random: () => number;

  private constructor(
    private readonly server: Server,
    /** Asked at every call: whoever stands there may have moved. */
    private readonly target: () => string,
    seed: number,
  ) {
    this.random = numbersOf(seed);
  }

  static async open(target: () => string, seed = 1): Promise<MisbehavingProxy> {
    const server = createServer((call, answer) => void proxy.handle(call, answer).catch(() => answer.destroy()));
    const proxy = new MisbehavingProxy(server, target, seed);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(call: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk as Buffer);
    const passed = { path: call.url!, headers: call.headers, body: Buffer.concat(chunks) };
    if (this.isDown) return this.cut(answer, 'down');
    this.count('calls');
    if (this.happens('dropRequest')) return this.cut(answer);
    if (this.happens('delay'))
      await new Promise((resolve) => setTimeout(resolve, this.random() * (this.misbehaviour.delayMilliseconds ?? 50)));
    const sent = this.happens('corruptRequest') ? { ...passed, body: this.corrupted(passed.body) } : passed;
    if (this.happens('duplicate')) void this.forward(sent).catch(() => undefined);
    if (this.kept.length > 0 && this.happens('replay'))
      void this.forward(this.kept[Math.floor(this.random() * this.kept.length)]!).catch(() => undefined);
    this.keep(passed);
    const { status, headers, body: told } = await this.forward(sent);
    this.watch?.(passed.body, told, status);
    const body = this.alter ? Buffer.from(this.alter(told.toString())) : told;
    if (this.happens('dropAnswer')) return this.cut(answer);
    const { 'content-type': type = 'application/json', signature } = headers;
    answer.writeHead(status, { 'content-type': type, ...(signature === undefined ? {} : { signature }) });
    answer.end(this.happens('corruptAnswer') ? this.corrupted(body) : body);
  }

  private forward({ path, headers, body }: Passed) {
    return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
      const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...kept } = headers;
      request(
        new URL(path, this.target()),
        { method: 'POST', headers: { ...kept, 'content-length': body.length }, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
          );
          response.on('error', reject);
        },
      )
        .once('error', reject)
        .end(body);
    });
  }

  private corrupted(body: Buffer): Buffer {
    const spoilt = Buffer.from(body);
    if (spoilt.length > 0) {
      const at = Math.floor(this.random() * spoilt.length);
      spoilt[at] = spoilt[at]! ^ (1 << Math.floor(this.random() * 7));
    }
    return spoilt;
  }

  private keep(passed: Passed): void {
    if (this.kept.length < KEPT_MAX) this.kept.push(passed);
    else this.kept[Math.floor(this.random() * KEPT_MAX)] = passed;
  }

  private happens(what: keyof Omit<Misbehaviour, 'delayMilliseconds'>): boolean {
    const isSo = this.random() * 100 < (this.misbehaviour[what] ?? 0);
    if (isSo) this.count(what);
    return isSo;
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  private cut(answer: ServerResponse, what?: string): void {
    if (what) this.count(what);
    answer.socket?.destroy();
  }
}
