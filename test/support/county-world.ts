import 'reflect-metadata';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { createTestDatabase, type Prepared, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { explainConstraint as explainRegister } from '../../apps/registration/src/fact/fact.errors';
import { explainConstraint as explainPayment } from '../../apps/subsidy/src/power/power.errors';
import { explainConstraint as explainFees } from '../../apps/fees/src/fees.errors';
import { bankFolders } from '../../apps/standalone/src/folders';
import type { HouseholdRegistry } from '../../apps/exchange/src/household-registry/household-registry.types';
import type { Peers } from '../../apps/exchange/src/peer/peer.types';
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
  /** Ends here, and leaves its database and files for others to begin with. */
  keepAs(prepared: Prepared): Promise<void>;
  close(): Promise<void>;
}

/** What a world has from outside, where a test gives it. */
export interface Outside {
  /** A clock that another world reads too. */
  readonly clock?: TestClock;
  /** The other installations, and what this one is to them. */
  readonly peers?: Peers;
  /** What another world left, to begin with. */
  readonly from?: Prepared;
}

/** @param outside A household registry of the test's own instead of the one in a few lines. */
export async function openCountyWorld(
  today: string,
  outside?: HouseholdRegistry,
  { clock = new TestClock(today), peers, from }: Outside = {},
): Promise<CountyWorld> {
  const database = await createTestDatabase(from?.database);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-world-'));
  if (from) fs.cpSync(from.folder, folder, { recursive: true });
  const open = (schema: string) =>
    database.open(schema, {
      recorder: auditRecorder(schema),
      explain: (name) => explainRegister(name) ?? explainPayment(name) ?? explainFees(name),
    });
  const [registration, subsidy] = [await open('registration'), await open('subsidy')];
  const [migrant, fees, exchange] = [await open('migrant'), await open('fees'), await open('exchange')];
  const registry = new FakeRegistry();
  const parts = {
    registration,
    subsidy,
    migrant,
    fees,
    exchange,
    vault: new Vault(Buffer.alloc(32, 1)),
    clock,
    bankFolders: bankFolders({ dataFolder: folder }),
    household: { registry: outside ?? registry, callbacks: null },
    peers,
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
          where schemaname in ('registration', 'subsidy', 'migrant', 'fees', 'exchange')
            and tablename not in ('migration', 'programme_version', 'division', 'claim_state', 'context_key', 'parameter', 'sealed_column', 'service_entitlement', 'newborn_item', 'newborn_channel', 'newborn_state', 'certificate_scheme', 'certificate_state', 'birth_registration_parameter', 'portability_parameter', 'coordination_state', 'personal_table', 'retention_class', 'retention_holder', 'retention_key')
            and tablename not like '%\\_move'`,
      );
      await database.empty(tables!.list);
    },
    keepAs: async (prepared) => {
      await app.close();
      fs.cpSync(folder, prepared.folder, { recursive: true });
      fs.rmSync(folder, { recursive: true, force: true });
      await database.keepAs(prepared.database);
    },
    close: async () => {
      await app.close();
      await database.drop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
