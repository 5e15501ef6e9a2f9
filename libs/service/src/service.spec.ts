import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Caller, ServiceSigner, ServiceVerifier } from '@app/access';
import { type DivisionCode, Refusal } from '@app/kernel';
import { TestClock } from '@app/testing';
import { ServiceClient, type ServiceClientOptions } from './client';
import { openServiceDoor, type ServiceDoor } from './door';

const clock = new TestClock('2026-04-01');
const keys = generateKeyPairSync('ed25519');
const signer = new ServiceSigner(
  { name: 'gateway', privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
  clock,
);
const verifier = new ServiceVerifier(
  { name: 'register', callers: { gateway: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString() } },
  clock,
);
const caller: Caller = { id: 'u1', name: '石溪', roles: ['auditor'], division: '340202000000' as DivisionCode };

const bugs: unknown[] = [];
const failures: unknown[] = [];
let door: ServiceDoor;
let isReady = true;
const opened: { close(): unknown }[] = [];
const clientFor = (url: string, more: Partial<ServiceClientOptions> = {}): ServiceClient => {
  const onFailure = (_service: string, error: unknown) => failures.push(error);
  const client = new ServiceClient({ service: 'register', url, signer, onFailure, ...more });
  opened.push(client);
  return client;
};

beforeAll(async () => {
  door = await openServiceDoor({
    verifier,
    routes: {
      '/echo': {
        from: ['gateway'],
        answer: (body, by) => Promise.resolve({ body, by: { ...by, request: undefined } }),
      },
      '/refuse': {
        from: ['gateway'],
        answer: () =>
          Promise.reject(
            new Refusal('PAGE_GONE', { zh: '该页已失效。', en: 'The page is gone.' }, { page: 3, of: ['a'] }),
          ),
      },
      '/break': { from: ['gateway'], answer: () => Promise.reject(new Error('select secret from secrets')) },
      '/others': { from: ['subsidy'], answer: () => Promise.resolve('let in') },
    },
    clock,
    host: '127.0.0.1',
    port: 0,
    ready: { database: () => (isReady ? Promise.resolve(true) : Promise.reject(new Error('down'))) },
    report: (_id, error) => bugs.push(error),
  });
});
beforeEach(() => {
  bugs.length = 0;
  failures.length = 0;
  isReady = true;
});
afterAll(async () => {
  for (const one of opened) await one.close();
  await door.close();
});

const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'answered',
    (error: unknown) => error,
  );
const unavailable = expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', facts: { service: 'register' } });

describe('a door between processes', () => {
  it('answers who may call, and knows on whose behalf', async () => {
    const client = clientFor(door.url);
    expect(await client.call('/echo', { one: ['二', null] }, { caller })).toEqual({
      body: { one: ['二', null] },
      by: { service: 'gateway', caller },
    });
  });

  it('says no in the same words on both sides', async () => {
    const refusal = await thrown(clientFor(door.url).call('/refuse', {}));
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      code: 'PAGE_GONE',
      sentence: { zh: '该页已失效。', en: 'The page is gone.' },
      facts: { page: 3, of: ['a'] },
    });
    expect(failures).toEqual([]);
  });

  it('keeps a bug to itself, under a number', async () => {
    expect(await thrown(clientFor(door.url).call('/break', {}))).toEqual(unavailable);
    expect(bugs).toHaveLength(1);
    expect(JSON.stringify(failures)).not.toContain('secret');
  });

  it.each(['/others', '/echo/', '/nowhere', '/'])('does not let in at %s who may not call there', async (path) => {
    expect(await thrown(clientFor(door.url).call(path, {}))).toEqual(unavailable);
    expect(failures).toEqual([
      expect.objectContaining({ code: path === '/others' ? 'SERVICE_NOT_AUTHENTICATED' : 'NOT_FOUND' }),
    ]);
  });

  it('reads nothing longer than it can hold', async () => {
    expect(await thrown(clientFor(door.url).call('/echo', 'x'.repeat(2_000_001)))).toEqual(unavailable);
    expect(failures).toEqual([expect.objectContaining({ code: 'BODY_TOO_LARGE' })]);
  });

  it('says to everybody whether it is well, and nothing else', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${door.url}${path}`);
      return [response.status, await response.json()] as const;
    };
    expect(await get('/healthz')).toEqual([200, { status: 'ok', today: '2026-04-01' }]);
    expect(await get('/readyz')).toEqual([200, { ready: true, checks: { database: true } }]);
    isReady = false;
    expect(await get('/readyz')).toEqual([503, { ready: false, checks: { database: false } }]);
    expect(await get('/echo')).toEqual([401, expect.anything()]);
  });

  it('goes on answering once it was told to stop, and asks its callers to connect elsewhere', async () => {
    const at = { verifier, clock, host: '127.0.0.1', port: 0, report: () => undefined };
    let isDraining = false;
    const ending = await openServiceDoor({ ...at, isDraining: () => isDraining });
    const connection = async () => (await fetch(`${ending.url}/healthz`)).headers.get('connection');
    expect(await connection()).toBe('keep-alive');
    isDraining = true;
    expect(await connection()).toBe('close');
    await ending.close();
  });

  it('says so when its port is taken', async () => {
    const { host, port } = { host: '127.0.0.1', port: Number(new URL(door.url).port) };
    const second = openServiceDoor({ verifier, clock, host, port, report: () => undefined });
    await expect(second).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });
});

describe('a call to a process that', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close().closeAllConnections()));
  const serve = async (answer: (response: ServerResponse) => void): Promise<string> => {
    const server = createServer((request, response) => request.resume().on('end', () => answer(response)));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const json = (status: number, text: string) => (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(text);

  it.each<[string, (response: ServerResponse) => void]>([
    ['never answers', () => undefined],
    ['begins and never ends', (response) => void response.writeHead(200).write('{"a":')],
    ['hangs up', (response) => void response.destroy()],
    ['hangs up in the middle', (response) => void response.writeHead(200).write('{"a":', () => response.destroy())],
    ['answers with a page', (response) => void response.writeHead(200).end('<html>')],
    ['answers with nothing', json(200, '')],
    ['answers without end', json(200, JSON.stringify('x'.repeat(100_001)))],
    ['is another than it says', json(404, '{"message":"Not Found"}')],
    ['says no in words of its own', json(500, '{"errors":[{"message":"no"}]}')],
    ['says no with nothing', json(502, 'null')],
    ['redirects', (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ])('%s fails in time, in one way, and whoever runs it learns why', async (_, answer) => {
    const client = clientFor(await serve(answer), { deadline: 300, answerBytesMax: 100_000 });
    expect(await thrown(client.call('/echo', {}))).toEqual(unavailable);
    expect(failures).toHaveLength(1);
  });

  it('is not there fails at once', async () => {
    expect(await thrown(clientFor('http://127.0.0.1:9').call('/echo', {}))).toEqual(unavailable);
    expect(failures).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
  });

  it('is not there is passed over, where another does the same', async () => {
    const client = clientFor(`http://127.0.0.1:9,${door.url}`);
    for (const n of [1, 2, 3, 4]) expect(await client.call('/echo', n)).toMatchObject({ body: n });
    expect(failures).toEqual([]);
  });

  it('may have understood before it hung up is asked nothing again, unless it was only to be read', async () => {
    let heard = 0;
    const cutting = await serve((response) => {
      heard += 1;
      response.destroy();
    });
    const client = clientFor(`${cutting},${door.url}`);
    const changed = [await thrown(client.call('/echo', {})), await thrown(client.call('/echo', {}))];
    expect(changed.filter((one) => one === 'answered')).toHaveLength(1);
    expect([heard, failures.length]).toEqual([1, 1]);
    for (const n of [1, 2]) expect(await client.call('/echo', n, { isRead: true })).toMatchObject({ body: n });
    expect([heard, failures.length]).toEqual([2, 1]);
  });

  it('answers what cannot be understood fails too', async () => {
    const client = clientFor(door.url);
    const read = () => {
      throw new Error('of another version');
    };
    expect(await thrown(client.call('/echo', {}, {}, read))).toEqual(unavailable);
    expect(failures).toEqual([new Error('of another version')]);
  });
});
