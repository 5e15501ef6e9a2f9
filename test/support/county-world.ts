import 'reflect-metadata';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { explainConstraint as explainRegister } from '../../apps/registration/src/fact/fact.errors';
import { explainConstraint as explainPayment } from '../../apps/subsidy/src/power/power.errors';
import { bankFolders } from '../../apps/standalone/src/folders';
import type { HouseholdRegistry } from '../../apps/exchange/src/household-registry/household-registry.types';
import { FakeRegistry } from './fake-registry';
import { StandaloneModule } from '../../apps/standalone/src/standalone.module';

/** All apps in this process on a database of their own, with a clock that the test sets and a folder for files. */
export interface CountyWorld {
  readonly database: TestDatabase;
  readonly clock: TestClock;
  readonly folder: string;
  readonly app: INestApplicationContext;
  /** The household registry outside. */
  readonly registry: FakeRegistry;
  get<T>(type: abstract new (...args: never[]) => T): T;
  /** Writes a CSV file of the given rows (their keys are the columns) and returns its path. */
  file(name: string, rows: readonly Readonly<Record<string, string | number>>[]): string;
  /** Empties every table but those that migrations and programmes fill: a new world without a new process. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** @param outside A household registry of the test's own instead of the one in a few lines. */
export async function openCountyWorld(today: string, outside?: HouseholdRegistry): Promise<CountyWorld> {
  const database = await createTestDatabase();
  const clock = new TestClock(today);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-world-'));
  const open = (schema: string) =>
    database.open(schema, {
      recorder: auditRecorder(schema),
      explain: (name) => explainRegister(name) ?? explainPayment(name),
    });
  const [registration, subsidy] = [await open('registration'), await open('subsidy')];
  const [migrant, exchange] = [await open('migrant'), await open('exchange')];
  const registry = new FakeRegistry();
  const parts = {
    registration,
    subsidy,
    migrant,
    exchange,
    vault: new Vault(Buffer.alloc(32, 1)),
    clock,
    bankFolders: bankFolders({ dataFolder: folder }),
    household: { registry: outside ?? registry, callbacks: null },
    voucher: { keyFile: path.join(folder, 'voucher.key') },
  };
  const app: INestApplicationContext = await NestFactory.createApplicationContext(StandaloneModule.of(parts), {
    logger: ['error'],
    abortOnError: false,
  });
  return {
    database,
    clock,
    folder,
    app,
    registry,
    get: (type) => app.get(type as never, { strict: false }),
    file: (name, rows) => {
      const columns = Object.keys(rows[0]!);
      const cell = (value: string | number) => (/[",\n]/.test(String(value)) ? JSON.stringify(value) : String(value));
      const lines = [
        columns.join(','),
        ...rows.map((row) => columns.map((column) => cell(row[column] ?? '')).join(',')),
      ];
      const target = path.join(folder, name);
      fs.writeFileSync(target, lines.join('\n') + '\n');
      return target;
    },
    reset: async () => {
      const [tables] = await database.admin<{ list: string }>(
        `select string_agg(format('%I.%I', schemaname, tablename), ', ') as list from pg_tables
          where schemaname in ('registration', 'subsidy', 'migrant', 'exchange')
            and tablename not in ('migration', 'programme_version', 'division', 'claim_state', 'context_key', 'parameter', 'sealed_column', 'service_entitlement', 'newborn_item', 'newborn_channel', 'newborn_state', 'certificate_scheme', 'certificate_state', 'birth_registration_parameter')
            and tablename not like '%\\_move'`,
      );
      // Append-only tables refuse TRUNCATE by trigger; a test's broom may go past them.
      await database.admin('set session_replication_role = replica');
      await database.admin(`truncate ${tables!.list} restart identity`);
      await database.admin('set session_replication_role = origin');
    },
    close: async () => {
      await app.close();
      await database.drop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
