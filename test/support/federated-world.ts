import { generateKeyPairSync } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Caller, type ServiceKeys, ServiceSigner, ServiceVerifier } from '@app/access';
import { ServiceClient, type ServiceClientOptions, type ServiceDoor } from '@app/service';
import type { GraphQLSchema } from 'graphql';
import { familyFrom } from '../../apps/gateway/src/family.client';
import { federatedSchema } from '../../apps/gateway/src/federation';
import { openExchangeDoor } from '../../apps/exchange/src/door';
import { openMigrantDoor } from '../../apps/migrant/src/door';
import { openRegistrationDoor } from '../../apps/registration/src/door';
import { openSubsidyDoor } from '../../apps/subsidy/src/door';
import type { CountyWorld } from './county-world';

/** The processes of the house, with a key each. */
const NAMES = ['gateway', 'registration', 'subsidy', 'migrant', 'exchange'] as const;
export type ServiceName = (typeof NAMES)[number];

/** Who may call whom. */
const CALLERS: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  gateway: [],
  registration: ['gateway', 'subsidy', 'migrant', 'exchange'],
  subsidy: ['gateway', 'migrant', 'exchange'],
  migrant: ['gateway', 'registration', 'subsidy', 'exchange'],
  exchange: ['gateway', 'registration', 'subsidy', 'migrant'],
};

/** Keys of a house, made anew. */
export function makeKeys(): Readonly<Record<ServiceName, ServiceKeys>> {
  const pairs = new Map(NAMES.map((name) => [name, generateKeyPairSync('ed25519')]));
  const keysOf = (name: ServiceName): ServiceKeys => ({
    name,
    privateKey: pairs.get(name)!.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    callers: Object.fromEntries(
      CALLERS[name].map((one) => [one, pairs.get(one)!.publicKey.export({ type: 'spki', format: 'pem' }).toString()]),
    ),
  });
  return {
    gateway: keysOf('gateway'),
    registration: keysOf('registration'),
    subsidy: keysOf('subsidy'),
    migrant: keysOf('migrant'),
    exchange: keysOf('exchange'),
  };
}

/** The apps of a world behind doors of their own, and what a gateway in front of them needs. */
export interface FederatedWorld {
  readonly keys: Readonly<Record<ServiceName, ServiceKeys>>;
  readonly registration: ServiceDoor;
  readonly subsidy: ServiceDoor;
  readonly migrant: ServiceDoor;
  readonly exchange: ServiceDoor;
  readonly schema: GraphQLSchema;
  readonly complete: (caller: Caller) => Promise<Caller>;
  /** Why calls failed, so far. */
  readonly failures: unknown[];
  /** A client of one process in the name of another. */
  client(from: ServiceName, to: ServiceName, more?: Partial<ServiceClientOptions>): ServiceClient;
  close(): Promise<void>;
}

export const readSupergraph = (): string =>
  fs.readFileSync(path.join(__dirname, '..', '..', 'supergraph.graphql'), 'utf8');

/** Real doors on loopback, real assertions, and the committed supergraph. */
export async function openFederatedWorld(
  { app, clock }: Pick<CountyWorld, 'app' | 'clock'>,
  report: (id: string, error: unknown) => void,
  more: Partial<ServiceClientOptions> = {},
): Promise<FederatedWorld> {
  const keys = makeKeys();
  const failures: unknown[] = [];
  const clients: ServiceClient[] = [];
  const at = { clock, host: '127.0.0.1', port: 0, report };
  const doors = {
    registration: await openRegistrationDoor(app, { ...at, verifier: new ServiceVerifier(keys.registration, clock) }),
    subsidy: await openSubsidyDoor(app, { ...at, verifier: new ServiceVerifier(keys.subsidy, clock) }),
    migrant: await openMigrantDoor(app, { ...at, verifier: new ServiceVerifier(keys.migrant, clock) }),
    exchange: await openExchangeDoor(app, { ...at, verifier: new ServiceVerifier(keys.exchange, clock) }),
  };
  const client = (from: ServiceName, to: ServiceName, own: Partial<ServiceClientOptions> = {}): ServiceClient => {
    const opened = new ServiceClient({
      service: to,
      url: doors[to as keyof typeof doors].url,
      signer: new ServiceSigner(keys[from], clock),
      onFailure: (_service, error) => failures.push(error),
      ...own,
    });
    clients.push(opened);
    return opened;
  };
  const registration = client('gateway', 'registration', more);
  const [subsidy, migrant] = [client('gateway', 'subsidy', more), client('gateway', 'migrant', more)];
  const exchange = client('gateway', 'exchange', more);
  return {
    keys,
    ...doors,
    schema: federatedSchema(readSupergraph(), [registration, subsidy, migrant, exchange]),
    complete: familyFrom(registration),
    failures,
    client,
    close: async () => {
      for (const one of clients) await one.close();
      await doors.registration.close();
      await doors.subsidy.close();
      await doors.migrant.close();
      await doors.exchange.close();
    },
  };
}
