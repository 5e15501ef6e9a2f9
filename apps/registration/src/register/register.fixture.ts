import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { COORDINATION_ANSWERS, REGISTRY_EVENT_FEED, REGISTRY_QUESTIONS, type RegistryEventFeed } from '@app/contracts';
import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import { CLOCK, checkCharacter } from '@app/kernel';
import { csvLine } from '@app/tables';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DivisionService } from '../division/division.service';
import { explainConstraint } from '../fact/fact.errors';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { RegistrationModule } from '../registration.module';
import { EXTRACT_COLUMNS, type ExtractColumn } from '../registry-import/extract-row.rules';
import { RegistryImportService } from '../registry-import/registry-import.service';

@Module({})
class Installation {}

export type Row = Partial<Record<ExtractColumn, string>>;

/** A register of one village, on a database of its own, with a clock to set. */
export interface OpenRegister {
  readonly world: TestDatabase;
  readonly database: Database;
  readonly clock: TestClock;
  get<T>(type: Type<T>): T;
  /** A number of this county nobody has yet. */
  numberOf(born: string, sex?: 1 | 2): string;
  /** Has the registry state these rows in an extract, as of a day. */
  state(on: string, ...rows: Row[]): Promise<void>;
  /** Who stands behind an id of the registry. */
  person(registryPersonId: string): Promise<string>;
  household(no: string): Promise<string>;
  /** What others see of a person. */
  row(id: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const NO_EVENTS: RegistryEventFeed = { page: () => Promise.resolve({ events: [], next: '', caughtUp: true }) };

export async function openRegister(events: RegistryEventFeed = NO_EVENTS): Promise<OpenRegister> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'register-'));
  const clock = new TestClock('2026-04-01');
  const world = await createTestDatabase();
  const database = await world.open('registration', { explain: explainConstraint });
  const providers = [
    { provide: REGISTRATION_DATABASE, useValue: database },
    { provide: REGISTRATION_OUTBOX, useValue: new Outbox('registration') },
    { provide: CLOCK, useValue: clock },
    { provide: REGISTRY_EVENT_FEED, useValue: events },
    { provide: REGISTRY_QUESTIONS, useValue: {} },
    { provide: COORDINATION_ANSWERS, useValue: {} },
    { provide: Vault, useValue: new Vault(randomBytes(32)) },
  ];
  const outside = { module: Installation, global: true, providers, exports: providers.map(({ provide }) => provide) };
  const app: INestApplicationContext = await Test.createTestingModule({
    imports: [outside, RegistrationModule],
  }).compile();
  const divisions = path.join(folder, 'divisions.csv');
  fs.writeFileSync(divisions, 'code,name\n340202,示例县\n340202100,示例镇\n340202100201,示例村\n');
  await app.get(DivisionService, { strict: false }).import(divisions);
  let [sequence, files] = [100, 0];
  const one = async <R>(sql: string, value: string) => (await world.admin<R & object>(sql, [value]))[0]!;
  return {
    world,
    database,
    clock,
    get: (type) => app.get(type, { strict: false }),
    numberOf: (born, sex = 1) => {
      sequence += 2;
      const [place, no] = [2 + Math.floor(sequence / 998), sequence % 998]; // One place has some five hundred numbers a day.
      const digits = `34020${place}${born.replaceAll('-', '')}${String(no + (sex === 1 ? 1 : 0)).padStart(3, '0')}`;
      return digits + checkCharacter(digits);
    },
    state: async (on, ...rows) => {
      const common = {
        status: '0',
        household_type: 'rural',
        division_code: '340202100201',
        sex: '1',
        updated_at: `${on} 08:00:00`,
      };
      const lines = rows.map((row) => csvLine(EXTRACT_COLUMNS.map((column) => ({ ...common, ...row })[column] ?? '')));
      const file = path.join(folder, `extract-${++files}.csv`);
      fs.writeFileSync(file, [EXTRACT_COLUMNS.join(','), ...lines].join('\n'));
      const { rejected, perCode } = await app.get(RegistryImportService, { strict: false }).import(file);
      if (rejected > 0) throw new Error(`rows of the test were rejected: ${JSON.stringify(perCode.rejected)}`);
    },
    person: async (id) =>
      (await one<{ id: string }>('select id from registration.person where registry_person_id = $1', id)).id,
    household: async (no) =>
      (await one<{ id: string }>('select id from registration.household where household_no = $1', no)).id,
    row: (id) =>
      one(
        `select name, sex, born::text, died::text, status, household_id, relation_to_head, father_id, mother_id,
                marital_status, merged_into, id_number_mask is not null as has_number, id_number_shared, division_code,
                id_number_legacy_key is not null as has_15
           from registration.person where id = $1`,
        id,
      ),
    close: async () => {
      await app.close();
      await world.drop();
      fs.rmSync(folder, { recursive: true });
    },
  };
}
