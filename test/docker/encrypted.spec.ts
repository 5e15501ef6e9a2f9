import { once } from 'node:events';
import * as fs from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { Database, migrate } from '@app/database';
import { assertQueueKeeps } from '@app/jobs';
import { withPassword } from '@app/service';
import { openRateLimits } from '../../apps/gateway/src/doorkeeper';
import { prepareDatabase, visitElsewhere } from '../../apps/standalone/src/place';

const PASSWORD = 'p@ss/word?#&';

/** Takes note of the first bytes that callers send, answers that it has no TLS, and hangs up. */
class Listener {
  readonly heard: string[] = [];
  private readonly callers = new Set<Socket>();
  private constructor(private readonly server: Server) {}

  static async open(name: (bytes: Buffer) => string): Promise<Listener> {
    const server = createServer((socket) => {
      listener.callers.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        listener.heard.push(name(bytes));
        socket.end('N');
      });
    });
    const listener = new Listener(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return listener;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const caller of this.callers) caller.destroy();
    this.server.close();
  }
}

describe('PostgreSQL at an address with sslmode=verify-full', () => {
  const SSL_REQUEST = 80_877_103;
  let server: Listener;
  let url: string;
  beforeAll(async () => {
    server = await Listener.open((bytes) =>
      bytes.readUInt32BE(4) === SSL_REQUEST ? 'asks for TLS' : 'talks in clear',
    );
    url = withPassword(`postgres://gateway_rw@${server.host}/yangyu?sslmode=verify-full`, PASSWORD);
  });
  afterAll(() => server.close());
  beforeEach(() => void server.heard.splice(0));

  it('keeps it beside any password', () => {
    const { password, searchParams, pathname } = new URL(url);
    expect([decodeURIComponent(password), searchParams.get('sslmode'), pathname]).toEqual([
      PASSWORD,
      'verify-full',
      '/yangyu',
    ]);
  });

  it('is told nothing before the line is encrypted, by whoever connects', async () => {
    const limits = openRateLimits(url, 10);
    const secrets = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-elsewhere-'));
    fs.writeFileSync(path.join(secrets, 'subsidy_rw.password'), PASSWORD);
    const elsewhere = { databaseUrl: `postgres://${server.host}/yangyu?sslmode=verify-full`, secrets };
    const visited = visitElsewhere({ ...elsewhere, redis: { kind: 'redis', url: 'redis://nowhere', prefix: 'p' } });
    const noTls = 'The server does not support SSL connections';
    try {
      await expect(Database.open({ url, schema: 'gateway' })).rejects.toThrow(noTls);
      await expect(Database.open({ url: visited.url('subsidy_rw'), schema: 'subsidy' })).rejects.toThrow(noTls);
      await expect(migrate({ adminUrl: url, rolePassword: PASSWORD }, [])).rejects.toThrow(noTls);
      await expect(prepareDatabase(url, () => PASSWORD)).rejects.toThrow(noTls);
      await limits.take('somebody', 1);
    } finally {
      await limits.close();
      fs.rmSync(secrets, { recursive: true });
    }
    expect(server.heard.length).toBeGreaterThanOrEqual(5);
    expect(new Set(server.heard)).toEqual(new Set(['asks for TLS']));
  });
});

describe('Redis at a rediss:// address', () => {
  it('is greeted with a TLS handshake', async () => {
    const CLIENT_HELLO = 0x16;
    const server = await Listener.open((bytes) => (bytes[0] === CLIENT_HELLO ? 'asks for TLS' : 'talks in clear'));
    const ask = (scheme: string) =>
      assertQueueKeeps({ kind: 'redis', url: withPassword(`${scheme}://${server.host}`, PASSWORD), prefix: 'p' });
    try {
      await expect(ask('rediss')).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
      await expect(ask('redis')).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
    } finally {
      server.close();
    }
    expect(server.heard).toEqual(['asks for TLS', 'talks in clear']);
  });
});
