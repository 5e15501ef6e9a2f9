import 'reflect-metadata';
import { auditRecorder } from '@app/audit';
import { OVERPAYMENTS, type Overpayment, PERSON_IDENTITIES, type PersonIdentity } from '@app/contracts';
import { type Database, inContext, systemContext, type WorkContext } from '@app/database';
import { type JobHandler, Outbox, type Payload } from '@app/jobs';
import { addDays, checkCharacter, CLOCK, type Day, day, type Fen } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { NO_PROOF } from '../delivery/delivery.rules';
import { DeliveryService } from '../delivery/delivery.service';
import { explainConstraint } from '../fees.errors';
import { FeesModule } from '../fees.module';
import { FEES_DATABASE, FEES_HANDLERS, FEES_OUTBOX } from '../fees.tokens';
import { accountOf } from '../ledger/ledger.rules';
import { ReceivableService } from '../receivable/receivable.service';
import type { ReceivableStanding } from '../receivable/receivable.types';
import { RecoveryDecisionService } from './recovery-decision.service';
import { type FoundFacts, RecoveryFactService } from './recovery-fact.service';
import { RecoveryOpeningService, type StatedOverpayment } from './recovery-opening.service';
import { RecoveryService } from './recovery.service';
import type { RecoveryEvent, RecoveryRow } from './recovery.types';

@Module({})
class Outside {}
@Module({})
class Installation {}

export const COUNTY = '340202000000';
export const ELSEWHERE = '340203000000';
export const NUMBER = ((digits: string) => digits + checkCharacter(digits))('34020219900307002');
const PAYEE = randomUUID();

/** Who does what in the tests: nobody of them is two. */
export const [STATER, FINDER, CHAIR, DECIDER] = ['stater', 'finder', 'chair', 'decider'] as const;

/** A county that recovers, on a real database, with subsidy and the register as the tests have them. */
export class RecoveringCounty {
  private constructor(
    readonly overpayments: Map<string, Overpayment>,
    readonly world: TestDatabase,
    readonly database: Database,
    readonly clock: TestClock,
    readonly vault: Vault,
    private readonly app: INestApplicationContext,
  ) {}

  static async open(): Promise<RecoveringCounty> {
    const world = await createTestDatabase();
    const database = await world.open('fees', { recorder: auditRecorder('fees'), explain: explainConstraint });
    const [clock, vault] = [new TestClock('2026-03-02'), new Vault(Buffer.alloc(32, 1))];
    const told = new Map<string, Overpayment>();
    const payee: PersonIdentity = {
      ...{ personId: PAYEE, name: '张示例', sex: 1, born: day('1990-03-07'), divisionCode: COUNTY, idType: '1' },
      ...{ idNumber: NUMBER, birthCertificateNo: null },
    };
    const persons = { identify: () => Promise.resolve([payee]), find: () => Promise.resolve(null) };
    const providers = [
      { provide: FEES_DATABASE, useValue: database },
      { provide: FEES_OUTBOX, useValue: new Outbox('fees') },
      { provide: CLOCK, useValue: clock },
      { provide: Vault, useValue: vault },
      { provide: OVERPAYMENTS, useValue: { overpayment: (id: string) => Promise.resolve(told.get(id) ?? null) } },
      { provide: PERSON_IDENTITIES, useValue: persons },
    ];
    const exports = providers.map(({ provide }) => provide);
    const outside: DynamicModule = { module: Outside, global: true, providers, exports };
    const app = await NestFactory.createApplicationContext(
      { module: Installation, imports: [outside, FeesModule] },
      { logger: ['error'], abortOnError: false },
    );
    return new RecoveringCounty(told, world, database, clock, vault, app);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.world.drop();
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get(type as never, { strict: false });
  }

  /** An officer of the county. */
  as<T>(actor: string, work: () => Promise<T>, division = '340202'): Promise<T> {
    return inContext(systemContext('test', { actor, division }), work);
  }

  /** Whoever the payments went to, in their own matters. */
  own<T>(work: () => Promise<T>): Promise<T> {
    const family: WorkContext['family'] = {
      key: this.vault.blindIndex('id-number', NUMBER).toString('hex'),
      persons: [],
    };
    return inContext(systemContext('test', { actor: 'citizen', division: undefined, family }), work);
  }

  /** What subsidy finds; `id` is new every time. */
  told(fen: Fen = 360_000n, more: Partial<Overpayment> = {}): string {
    const id = randomUUID();
    const central = (fen * 9n) / 10n;
    const shares = [
      { level: 'central', year: 2025, fen: central },
      { level: 'county', year: 2025, fen: fen - central },
    ].filter((share) => share.fen > 0n);
    this.overpayments.set(id, {
      ...{ id, ground: 'late-death', programme: 'YEB', divisionCode: COUNTY, beneficiaryId: randomUUID() },
      ...{ payeeId: PAYEE, payeeName: '张示例', from: day('2025-06-01'), until: day('2026-01-01') },
      ...{ paidOn: day('2025-09-30'), fen, stillFen: fen, shares, foundOn: this.clock.today(), reference: 'I-1' },
      ...more,
    });
    return id;
  }

  /** A case as it is found. */
  async detected(fen?: Fen, more?: Partial<Overpayment>): Promise<string> {
    const overpayment = this.told(fen, more);
    await this.get(RecoveryOpeningService).take(overpayment);
    const [row] = await this.world.admin<{ id: string }>(
      'select id from fees.recovery_case where overpayment_id = $1',
      [overpayment],
    );
    return row!.id;
  }

  facts(more: Partial<FoundFacts> = {}): FoundFacts {
    const found = { finding: '儿童于2025年5月31日死亡，6月以后继续发放。', documentNo: '户籍注销证明2026-12' };
    return { cause: 'unreported-change', isInGoodFaith: false, goneFen: 0n, ...found, ...more };
  }

  /** A case on its way: found, told, and after the days to speak decided and served, unless `until` is before. */
  async goOn(id: string, until: 'facts' | 'noticed' | 'heard' | 'decided' | 'served', facts: Partial<FoundFacts> = {}) {
    const [found, decisions] = [this.get(RecoveryFactService), this.get(RecoveryDecisionService)];
    await this.as(FINDER, () => found.begin(id));
    await this.as(FINDER, () => found.establish(id, this.facts(facts)));
    if (until === 'facts') return;
    await this.as(FINDER, () => found.notice(id));
    if (until === 'noticed') return;
    await this.serve((await this.row(id)).noticeLetterId!);
    this.clock.set(addDays((await this.row(id)).statementEnds!, 1));
    if (until === 'heard') return;
    await this.as(DECIDER, () => decisions.decide(id, { reasons: '应当返还多付的部分。', answer: null }, DECIDER));
    if (until === 'decided') return;
    await this.serve((await this.row(id)).decisionLetterId!);
  }

  /** Hands a letter over today, and lets the case hear of it. */
  async serve(letterId: string, on: Day = this.clock.today()): Promise<void> {
    const deliveries = this.get(DeliveryService);
    await this.as('postman', async () => {
      const attempt = await deliveries.start({ letterId, mode: 'direct' });
      await deliveries.prove(attempt, { ...NO_PROOF, reference: `H-${letterId.slice(-6)}`, signedOn: on });
    });
    await this.hear();
  }

  /** Money comes in and is counted for what is owed. Returns the receipt. */
  async pay(id: string, fen: Fen): Promise<string> {
    const { receivableId } = await this.row(id);
    const receiptId = randomUUID();
    await this.database.write(async (tx) => {
      const ledger = this.get(Ledger);
      const [bank, unmatched] = [accountOf.bank(COUNTY, 'a1'), accountOf.unmatched(COUNTY, 'a1')];
      await ledger.open(tx, [bank, unmatched]);
      const posting = { id: transferId('bank', receiptId), debit: bank.code, credit: unmatched.code, fen };
      await ledger.post(tx, [{ ...posting, code: 'received', ref: receiptId, at: this.clock.now() }]);
      await this.get(ReceivableService).satisfy(tx, receivableId!, null, receiptId, fen);
    });
    await this.hear();
    return receiptId;
  }

  /** Does what was planned for this app, as its worker would. */
  async hear(): Promise<void> {
    const handlers = this.app.get<readonly JobHandler<Payload>[]>(FEES_HANDLERS, { strict: false });
    for (;;) {
      const planned = await this.world.admin<{ id: string; name: string; payload: Payload }>(
        `select id, name, payload from fees.outbox where acked_at is null and queue = 'fees' order by created_at, id`,
      );
      if (planned.length === 0) return;
      for (const { id, name, payload } of planned) {
        const handler = handlers.find(({ job }) => job.name === name);
        if (handler && 'handle' in handler) {
          const delivery = { messageId: id, signal: new AbortController().signal, once: () => Promise.resolve(true) };
          await handler.handle(payload, delivery);
        }
        await this.world.admin('delete from fees.outbox where id = $1', [id]);
      }
    }
  }

  async row(id: string): Promise<RecoveryRow> {
    return (await this.get(RecoveryService).byIds([id]))[0]!;
  }

  history(id: string): Promise<RecoveryEvent[]> {
    return this.get(RecoveryService).history([id]);
  }

  async standing(id: string): Promise<ReceivableStanding | undefined> {
    const { receivableId } = await this.row(id);
    if (receivableId === null) return undefined;
    return (await this.database.read((read) => this.get(ReceivableService).standing(read, [receivableId])))[0];
  }

  /** What an officer states: one payment of 1,200 yuan, half of it wrong. */
  stated(more: Partial<StatedOverpayment> = {}): StatedOverpayment {
    return {
      ...{ ground: 'office-error', programme: 'YEB', divisionCode: COUNTY, payeeName: '李示例', payeeNumber: null },
      ...{ from: day('2025-06-01'), until: day('2025-12-01'), documentNo: '核查2026-7', facts: '同一儿童发放了两次。' },
      lines: [{ paymentRef: randomUUID(), paidOn: day('2025-09-30'), paidFen: 120_000n, wrongFen: 60_000n }],
      shares: [{ level: 'county', year: 2025, fen: 60_000n }],
      ...more,
    };
  }
}
