import 'reflect-metadata';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { assertGuarded, Database, inContext, systemContext } from '@app/database';
import { assertQueueKeeps, JobsRuntime } from '@app/jobs';
import { type Clock, systemClock } from '@app/kernel';
import { openVault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from './config';
import { openRateLimits, type RateLimits } from '../../gateway/src/doorkeeper';
import { EXCHANGE_HANDLERS } from '../../exchange/src/exchange.tokens';
import { openPeers } from '../../exchange/src/peer/peer-directory.client';
import { bindMode } from './mode';
import { explainConstraint as explainRegister } from '../../registration/src/fact/fact.errors';
import { explainConstraint as explainPayment } from '../../subsidy/src/power/power.errors';
import { explainConstraint as explainFees } from '../../fees/src/fees.errors';
import { openHousehold } from './demo-registry';
import { REGISTRATION_HANDLERS } from '../../registration/src/registration.tokens';
import { FEES_HANDLERS } from '../../fees/src/fees.tokens';
import { MIGRANT_HANDLERS } from '../../migrant/src/migrant.tokens';
import { SUBSIDY_HANDLERS } from '../../subsidy/src/subsidy.tokens';
import { bankFolders, treasuryFolder } from './folders';
import { openEmbedded, type Place, SCHEMAS, visitElsewhere } from './place';
import { StandaloneModule } from './standalone.module';

/** Everything that runs in this one process. */
export interface Installation {
  readonly app: INestApplicationContext;
  readonly jobs: JobsRuntime;
  readonly clock: Clock;
  readonly registration: Database;
  readonly subsidy: Database;
  readonly migrant: Database;
  readonly fees: Database;
  readonly exchange: Database;
  /** What the door keeps: who is let in no more. Nothing about families. */
  readonly gateway: Database;
  readonly limits: RateLimits;
  /** Bulk work is left to workers in other processes; in this one it is done where it was asked for. */
  readonly hasWorkersElsewhere: boolean;
  /** False when another process of ours serves this data folder already, and this one only visits. */
  readonly isOwner: boolean;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly clock?: Clock;
  readonly onStep?: (step: 'database' | 'migrations' | 'apps') => void;
  readonly onError?: (error: unknown, where: string) => void;
  readonly hasWorkersElsewhere?: boolean;
  /** Messages that this process handles at once per queue. */
  readonly concurrency?: number;
  /** Durability off: for tests only. */
  readonly throwaway?: boolean;
}

/** Brings up PostgreSQL, its schemas, the queue and the apps; refuses in one sentence what it cannot put right. */
export async function openInstallation(config: Config, options: OpenOptions = {}): Promise<Installation> {
  const clock = options.clock ?? systemClock;
  bindMode(config);
  options.onStep?.('database');
  const { elsewhere } = config;
  const place = elsewhere
    ? visitElsewhere(elsewhere)
    : await openEmbedded(config, {
        throwaway: options.throwaway,
        onMigrate: () => options.onStep?.('migrations'),
      });
  try {
    const starting = systemContext('start', { isPlumbing: true });
    return await inContext(starting, () => openOn(place, config, clock, options));
  } catch (error) {
    await place.stop();
    throw error;
  }
}

async function openOn(place: Place, config: Config, clock: Clock, options: OpenOptions): Promise<Installation> {
  options.onStep?.('apps');
  const vault = (await openVault(config.vault)).follow(options.onError ?? (() => undefined));
  const [registration, subsidy, migrant, fees, exchange, gateway] = await Promise.all(
    SCHEMAS.map((schema) =>
      Database.open({
        url: place.url(`${schema}_rw`),
        schema,
        recorder: auditRecorder(schema),
        explain: (constraint) => explainRegister(constraint) ?? explainPayment(constraint) ?? explainFees(constraint),
      }),
    ),
  );
  const now = () => systemClock.now();
  const isThrowaway = options.throwaway ?? config.isThrowaway;
  await assertGuarded(registration!, 'registration', now, isThrowaway);
  await assertGuarded(subsidy!, 'subsidy', now, isThrowaway);
  await assertGuarded(migrant!, 'migrant', now, isThrowaway);
  await assertGuarded(fees!, 'fees', now, isThrowaway);
  await assertGuarded(exchange!, 'exchange', now, isThrowaway);
  await assertGuarded(gateway!, 'gateway', now, isThrowaway);
  const household = openHousehold(config, clock);
  const parts = {
    registration: registration!,
    subsidy: subsidy!,
    migrant: migrant!,
    fees: fees!,
    exchange: exchange!,
    vault,
    clock,
    bankFolders: bankFolders(config),
    treasuryFolder: treasuryFolder(config),
    household,
    peers: await openPeers(config.peers),
    voucher: { keyFile: path.join(config.dataFolder, 'voucher.key') },
  };
  const app = await NestFactory.createApplicationContext(StandaloneModule.of(parts), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  const hasWorkersElsewhere = options.hasWorkersElsewhere ?? config.elsewhere !== undefined;
  await assertQueueKeeps(place.queue);
  const jobs = new JobsRuntime({
    queue: place.queue,
    isBystander: hasWorkersElsewhere,
    apps: [
      {
        schema: 'registration',
        database: parts.registration,
        handlers: app.get(REGISTRATION_HANDLERS, { strict: false }),
      },
      { schema: 'subsidy', database: parts.subsidy, handlers: app.get(SUBSIDY_HANDLERS, { strict: false }) },
      { schema: 'migrant', database: parts.migrant, handlers: app.get(MIGRANT_HANDLERS, { strict: false }) },
      { schema: 'fees', database: parts.fees, handlers: app.get(FEES_HANDLERS, { strict: false }) },
      { schema: 'exchange', database: parts.exchange, handlers: app.get(EXCHANGE_HANDLERS, { strict: false }) },
    ],
    clock,
    onError: options.onError ?? (() => undefined),
    ...(options.concurrency ? { concurrency: options.concurrency } : {}),
  });
  const limits = openRateLimits(place.url('gateway_rw'), config.requestsPerMinute);
  return {
    app,
    jobs,
    ...parts,
    gateway: gateway!,
    limits,
    hasWorkersElsewhere,
    isOwner: place.isOwner,
    close: async () => {
      await jobs.close();
      await app.close();
      vault.close();
      await parts.registration.close();
      await household.close();
      await parts.subsidy.close();
      await parts.fees.close();
      await parts.migrant.close();
      await parts.exchange.close();
      await gateway!.close();
      await limits.close();
      await place.stop();
    },
  };
}
