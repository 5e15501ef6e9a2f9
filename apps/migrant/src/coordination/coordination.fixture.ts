import 'reflect-metadata';
import {
  COORDINATION_MATTERS,
  type CoordinationApp,
  type CoordinationMatters,
  PEER_INBOX,
  type PeerInbox,
  PERSON_IDENTITIES,
  type PersonIdentities,
} from '@app/contracts';
import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { CoordinationModule } from './coordination.module';

@Module({})
class Outside {}
@Module({})
class Installation {}

export interface CoordinationParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly apps: Partial<Record<CoordinationApp, CoordinationMatters>>;
  readonly persons?: PersonIdentities;
  readonly peers?: PeerInbox;
  readonly vault?: Vault;
}

const nobody: PersonIdentities = { identify: () => Promise.resolve([]), find: () => Promise.resolve(null) };
/** An installation that knows no other one, and apps that have no matter and nothing to say. */
const alone: PeerInbox = { message: () => Promise.resolve(null), peerOf: () => Promise.resolve(null) };
const silent: CoordinationMatters = { matter: () => Promise.resolve(null), answer: () => Promise.resolve(null) };

/** Requests between places on a database of the caller's, with the other apps as the caller has them. */
export function openCoordination(parts: CoordinationParts): Promise<INestApplicationContext> {
  const providers = [
    { provide: MIGRANT_DATABASE, useValue: parts.database },
    { provide: MIGRANT_OUTBOX, useValue: new Outbox('migrant') },
    { provide: CLOCK, useValue: parts.clock },
    { provide: Vault, useValue: parts.vault ?? new Vault(Buffer.alloc(32, 1)) },
    { provide: PERSON_IDENTITIES, useValue: parts.persons ?? nobody },
    { provide: PEER_INBOX, useValue: parts.peers ?? alone },
    { provide: COORDINATION_MATTERS.registration, useValue: parts.apps.registration ?? silent },
    { provide: COORDINATION_MATTERS.subsidy, useValue: parts.apps.subsidy ?? silent },
  ];
  const outside: DynamicModule = {
    module: Outside,
    global: true,
    providers,
    exports: providers.map(({ provide }) => provide),
  };
  const installation = { module: Installation, imports: [outside, CoordinationModule] };
  return NestFactory.createApplicationContext(installation, { logger: ['error'], abortOnError: false });
}
