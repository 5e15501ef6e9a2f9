import 'reflect-metadata';
import type { Caller } from '@app/access';
import { auditRecorder } from '@app/audit';
import {
  type Enrolments,
  ENROLMENTS,
  PEER_OUTBOX,
  type PeerOutbox,
  PERSON_IDENTITIES,
  type PersonIdentities,
  type RegistryQuestionAsked,
} from '@app/contracts';
import { type Database, inContext, type Read, systemContext } from '@app/database';
import { type JobHandler, Outbox, type Payload } from '@app/jobs';
import { checkCharacter, CLOCK, day, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type DynamicModule, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { REGISTRY_CALLBACKS, type RegistryCallbacks } from '../../apps/exchange/src/callback/callback.types';
import { ExchangeModule } from '../../apps/exchange/src/exchange.module';
import { EXCHANGE_DATABASE, EXCHANGE_HANDLERS, EXCHANGE_OUTBOX } from '../../apps/exchange/src/exchange.tokens';
import {
  HOUSEHOLD_REGISTRY,
  type HouseholdRegistry,
  type RegistryRecord,
} from '../../apps/exchange/src/household-registry/household-registry.types';
import {
  LINE_SETTINGS,
  LINE_SETTINGS_DEFAULT,
  type LineSettings,
} from '../../apps/exchange/src/household-registry/line.types';
import { NO_PEERS } from '../../apps/exchange/src/peer/peer-directory.client';
import { type Peers, PEERS } from '../../apps/exchange/src/peer/peer.types';
import { NominationService } from '../../apps/exchange/src/nomination/nomination.service';

const COUNTY = '340202000000' as DivisionCode;
/** A Wednesday, at ten in the morning in China. */
const MORNING = '2026-04-01T10:00:00+08:00';

export const officer = (id: string, role: 'county-confirmer' | 'township-reviewer' = 'county-confirmer'): Caller => ({
  id,
  name: id,
  roles: [role],
  division: COUNTY,
});

/** Nobody's number: of a district that there is, with a right check character. */
export function numberOf(birth: string, sequence: number): string {
  const digits = `340202${birth.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
}

export function recordOf(name: string, idNumber: string, changed: Partial<RegistryRecord> = {}): RegistryRecord {
  return {
    registryPersonId: `R${idNumber.slice(-6)}`,
    name,
    idNumber,
    sex: 1,
    ethnicity: '01',
    born: day(`${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`),
    died: null,
    status: 0,
    householdNo: '1',
    relationToHead: '02',
    householdType: 'unified',
    divisionCode: '340202001001',
    address: '示例路1号',
    fatherNumber: null,
    motherNumber: null,
    birthCertificateNo: null,
    maritalStatus: '10',
    movedInOn: null,
    movedOutOn: null,
    updatedAt: '2026-01-01T00:00:00Z',
    ...changed,
  };
}

@Module({})
class Installation {}

/** Gives up within tests' time what the office waits seconds for. */
const QUICK: LineSettings = {
  ...LINE_SETTINGS_DEFAULT,
  attemptMilliseconds: 300,
  backoffMilliseconds: 5,
  halfOpenMilliseconds: 400,
};

export interface ExchangeOptions {
  readonly registry: (clock: TestClock) => HouseholdRegistry | Promise<HouseholdRegistry>;
  readonly callbacks?: (registry: HouseholdRegistry) => RegistryCallbacks;
  readonly line?: Partial<LineSettings>;
  readonly peers?: Peers;
  /** What an app has to tell other places. */
  readonly messages?: PeerOutbox;
  /** Who is who, and who is paid, as the other apps would say. */
  readonly identities?: PersonIdentities;
  readonly enrolments?: Enrolments;
  /** One that somebody else reads too. */
  readonly clock?: TestClock;
}

/** The exchange on a database of its own, with a registry that the test gives. */
export class ExchangeWorld {
  private constructor(
    readonly test: TestDatabase,
    readonly database: Database,
    readonly clock: TestClock,
    readonly app: TestingModule,
    readonly vault: Vault,
  ) {}

  static async open({
    registry: make,
    callbacks,
    line,
    peers = NO_PEERS,
    messages = { message: () => Promise.resolve(null) },
    identities = { identify: () => Promise.resolve([]), find: () => Promise.resolve(null) },
    enrolments = { of: () => Promise.resolve([]) },
    clock = new TestClock(MORNING),
  }: ExchangeOptions): Promise<ExchangeWorld> {
    const test = await createTestDatabase();
    const database = await test.open('exchange', { recorder: auditRecorder('exchange') });
    const vault = new Vault(Buffer.alloc(32, 5));
    const registry = await make(clock);
    const given: DynamicModule = {
      module: Installation,
      global: true,
      providers: [
        { provide: EXCHANGE_DATABASE, useValue: database },
        { provide: EXCHANGE_OUTBOX, useValue: new Outbox('exchange') },
        { provide: HOUSEHOLD_REGISTRY, useValue: registry },
        { provide: REGISTRY_CALLBACKS, useValue: callbacks?.(registry) ?? null },
        { provide: PEERS, useValue: peers },
        { provide: PEER_OUTBOX, useValue: messages },
        { provide: PERSON_IDENTITIES, useValue: identities },
        { provide: ENROLMENTS, useValue: enrolments },
        { provide: CLOCK, useValue: clock },
        { provide: Vault, useValue: vault },
      ],
      exports: [
        EXCHANGE_DATABASE,
        EXCHANGE_OUTBOX,
        HOUSEHOLD_REGISTRY,
        REGISTRY_CALLBACKS,
        PEERS,
        PEER_OUTBOX,
        PERSON_IDENTITIES,
        ENROLMENTS,
        CLOCK,
        Vault,
      ],
    };
    const app = await Test.createTestingModule({ imports: [given, ExchangeModule] })
      .overrideProvider(LINE_SETTINGS)
      .useValue({ ...QUICK, ...line })
      .compile();
    return new ExchangeWorld(test, database, clock, app, vault);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get(type as never, { strict: false });
  }

  /** A clerk who may ask, and the one who is responsible for the county. */
  async nominate(): Promise<void> {
    const nominations = this.get(NominationService);
    const unit = {
      unitCode: '340202WJ',
      unitName: '示例县卫生健康委员会',
      division: '340202',
      from: day('2026-01-01'),
    };
    for (const [id, name, n, isResponsible] of [
      ['clerk', '王经办', 1, false],
      ['chief', '李负责', 3, true],
    ] as const) {
      const input = { ...unit, officer: id, name, idNumber: numberOf('1980-05-05', n), isResponsible };
      await this.as(officer('head'), () => nominations.nominate(officer('head'), input));
    }
  }

  /** In an officer's name, as the graph would. */
  as<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    const context = systemContext('test', { actor: caller.id, permission: 'registry.verify', division: '340202' });
    return inContext(context, work);
  }

  /** Handles what the exchange has told itself, round after round, until there is nothing more to do now. */
  async work(): Promise<number> {
    const handlers = this.app.get<readonly JobHandler<Payload>[]>(EXCHANGE_HANDLERS, { strict: false });
    const outbox = new Outbox('exchange');
    for (let done = 0; ;) {
      const messages = await this.rows<{ id: string; name: string; payload: Payload }>(
        `select id, name, payload from exchange.outbox where queue = 'exchange' and acked_at is null
          and (not_before is null or not_before <= $1) order by id`,
        [this.clock.now()],
      );
      if (messages.length === 0) return done;
      for (const { id, name, payload } of messages) {
        const handler = handlers.find(({ job }) => job.name === name)!;
        if (!('handle' in handler)) throw new Error(`${name} is handled in bundles`);
        // As the relay would: sent, then handled.
        await this.rows('update exchange.outbox set sends = sends + 1, published_at = now() where id = $1', [id]);
        const delivery = { messageId: id, signal: new AbortController().signal, once: () => Promise.resolve(true) };
        await handler.handle(payload, delivery);
        await this.database.write((tx) => outbox.acknowledge(tx, [id]));
        done++;
      }
    }
  }

  /** Messages for another app, as they wait in the outbox. */
  async told(queue: string): Promise<{ name: string; payload: Payload }[]> {
    return this.rows(`select name, payload from exchange.outbox where queue = $1 order by id`, [queue]);
  }

  question(changed: Partial<RegistryQuestionAsked> = {}): RegistryQuestionAsked {
    return {
      asker: 'registration',
      reference: 'b-1',
      kind: 'verify',
      person: { idNumber: numberOf('1990-03-03', 11), name: '张小明' },
      purpose: 'birth-registration',
      legalBasis: '生育登记服务管理办法第八条',
      divisionCode: COUNTY,
      officer: null,
      ...changed,
    };
  }

  rows<R = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<R[]> {
    return this.test.admin<R>(sql, parameters);
  }

  read<T>(work: (read: Read) => Promise<T>): Promise<T> {
    return this.database.read(work);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.test.drop();
  }
}
