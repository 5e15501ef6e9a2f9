import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Provider } from 'oidc-provider';
import { OneTimeCodes } from './code.service';
import { refuse } from './identity.errors';
import { type Account, AGENCY, type IdentityBehaviour, type IdentityOptions } from './identity.types';
import { Interactions } from './interaction.service';
import { openKeys, publicHalf, rotateKeys, type SigningKey } from './key.service';
import { pagePolicy } from './page.service';
import { clientsOf, openProvider, type ProviderParts } from './provider.service';
import { Store } from './store.service';

/** A stand-in for the authority's identity provider: real protocol, invented people, and it can be told to misbehave. */
export class IdentityProvider {
  /** How it misbehaves, until it is told otherwise. */
  behaviour: IdentityBehaviour = {};
  private desk: readonly string[] = [];
  private provider!: Provider;
  private readonly interactions: Interactions;

  private constructor(
    /** Its identifier, and its address. */
    readonly issuer: string,
    /** The private key that the demo agency proves itself with. */
    readonly agencyKeyFile: string,
    private readonly options: IdentityOptions,
    private readonly server: Server,
    private readonly parts: Omit<ProviderParts, 'keys'>,
  ) {
    this.interactions = new Interactions(
      async () => withoutAgency(await parts.accounts()),
      new OneTimeCodes(options.clock),
    );
  }

  /** Refuses with PORT_TAKEN. */
  static async open(options: IdentityOptions): Promise<IdentityProvider> {
    const agencyKeyFile = path.join(options.folder, 'agency-key.json');
    const [agencyKey] = await openKeys(agencyKeyFile);
    const keys = await openKeys(keyFile(options));
    const server = createServer();
    const issuer = await listen(server, options);
    const store = new Store(options.clock, (id) => {
      const clients = clientsOf(provider.desk, publicHalf(agencyKey!));
      return Object.hasOwn(clients, id) ? clients[id] : undefined;
    });
    const accounts = () => accountsOf(options);
    const parts = { issuer, store, accounts, desk: () => provider.desk };
    const provider: IdentityProvider = new IdentityProvider(issuer, agencyKeyFile, options, server, parts);
    await provider.serveWith(keys);
    server.on('request', (request, response) => void provider.answer(request, response));
    return provider;
  }

  /** Lets the desk at these origins sign people in; the first is where it is told of log-outs. */
  openDesk(origins: readonly string[]): void {
    this.desk = origins;
  }

  /** A new key signs; what the one before signed stays good. */
  async rotateKeys(): Promise<void> {
    await this.serveWith(await rotateKeys(keyFile(this.options)));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serveWith(keys: readonly SigningKey[]): Promise<void> {
    this.provider = await openProvider({ ...this.parts, keys });
    this.provider.on('server_error', (_ctx, error) => this.options.report?.(error));
    this.provider.on('backchannel.error', (_ctx, error) => this.options.report?.(error));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.behaviour.isDown) return void request.socket.destroy();
    // The library builds its addresses from what the visitor calls it.
    if (request.headers.host !== new URL(this.issuer).host) return void response.writeHead(421).end();
    response.setHeader('x-content-type-options', 'nosniff').setHeader('referrer-policy', 'no-referrer');
    try {
      if (!request.url!.startsWith('/interaction/')) return await this.provider.callback()(request, response);
      const html = await this.interactions.visit(this.provider, request, response);
      if (html === undefined) return;
      response.setHeader('content-security-policy', pagePolicy(this.desk)).setHeader('cache-control', 'no-store');
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    } catch (error) {
      this.options.report?.(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }
}

const keyFile = ({ folder }: IdentityOptions): string => path.join(folder, 'issuer-keys.json');

async function accountsOf({ officers, citizens }: IdentityOptions): Promise<Account[]> {
  const people = (await citizens?.()) ?? [];
  return [
    ...officers.map(({ id, name, roles, division }) => ({ id, name, roles, division })),
    ...people.map(({ id, name, idNumber }) => ({ id, name, roles: ['citizen'], idNumber })),
    { id: AGENCY, name: '示例机关', roles: ['agency'], division: officers[0]!.division },
  ];
}

const withoutAgency = (accounts: readonly Account[]): Account[] => accounts.filter(({ id }) => id !== AGENCY);

async function listen(server: Server, { host, port }: IdentityOptions): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? refuse.portTaken(host, port) : error),
    );
    server.listen(port, host, resolve);
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  const name = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${name}:${taken}`;
}
