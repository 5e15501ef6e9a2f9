import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { type AnswerLine, type BankAnswer, readPaymentFile, writeBankAnswer } from '@app/bankfile';
import { copyLine, type Database } from '@app/database';
import { day, type DivisionCode, Refusal } from '@app/kernel';
import { Outbox } from '@app/jobs';
import { Ledger } from '@app/ledger';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { CalendarRepository } from '../../apps/subsidy/src/calendar/calendar.repository';
import { CalendarService } from '../../apps/subsidy/src/calendar/calendar.service';
import type { Started } from '../../apps/subsidy/src/calendar/calendar.types';
import { BankFileRepository } from '../../apps/subsidy/src/disbursement/bank-file.repository';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { BatchRepository } from '../../apps/subsidy/src/disbursement/batch.repository';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import type { Prepared, Quarter } from '../../apps/subsidy/src/disbursement/disbursement.types';
import { LineRepository } from '../../apps/subsidy/src/disbursement/line.repository';
import { PayableRepository } from '../../apps/subsidy/src/disbursement/payable.repository';
import { FundingRepository } from '../../apps/subsidy/src/funding/funding.repository';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { LEVELS, type Shares } from '../../apps/subsidy/src/funding/funding.types';
import { AnswerRepository } from '../../apps/subsidy/src/reconciliation/answer.repository';
import { CourierService } from '../../apps/subsidy/src/reconciliation/courier.service';
import { AnswerService } from '../../apps/subsidy/src/reconciliation/answer.service';
import { ReconciliationRepository } from '../../apps/subsidy/src/reconciliation/reconciliation.repository';
import { RefusedAnswerRepository } from '../../apps/subsidy/src/reconciliation/refused-answer.repository';
import { ReconciliationService } from '../../apps/subsidy/src/reconciliation/reconciliation.service';
import { explainConstraint } from '../../apps/subsidy/src/power/power.errors';
import { VerifyRepository } from '../../apps/subsidy/src/verify/verify.repository';
import { VerifyService } from '../../apps/subsidy/src/verify/verify.service';
import { asOfficer } from './officer';

export const COUNTY = '340202000000' as DivisionCode;
const QUARTER: Quarter = '2026Q1';

/** Central 90 %, province 6 %, county 4 %: the city bears nothing here. */
const SHARES: Shares = { central: 9_000, province: 600, city: 0, county: 400 };

const ACCOUNT_COLUMNS = `id, holder_key, holder_mask, holder_sealed, holder_name, bank_code, account_key, account_mask,
  account_sealed, kind, recorded_at`;

export interface ClaimsWanted {
  readonly count: number;
  /** Village; the county's own code also does. A list has one for each claim. */
  readonly division?: string | readonly string[];
  readonly year?: number;
  readonly amountFen?: bigint;
  /** Children to claim for; new ones by default. */
  readonly beneficiaries?: readonly string[];
  readonly programme?: string;
}

export interface MadeClaims {
  readonly claims: string[];
  readonly beneficiaries: string[];
  readonly accounts: string[];
}

/** The money half of the subsidy app on a database of its own, with a clock that stands still and no queue. */
export class SubsidyWorld {
  readonly clock = new TestClock('2026-03-20');
  readonly vault = new Vault(randomBytes(32));
  readonly ledger = new Ledger();
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bank-'));
  shares: Shares = SHARES;
  private made = 0;
  private answers = 0;

  readonly funding: FundingService;
  readonly disbursement: DisbursementService;
  readonly files: BankFileService;
  readonly answerService: AnswerService;
  readonly courier: CourierService;
  readonly reconciliation: ReconciliationService;
  readonly calendar: CalendarService;
  readonly verification: VerifyService;

  private constructor(
    readonly test: TestDatabase,
    readonly database: Database,
  ) {
    const [batches, lines, reconciliations] = [
      new BatchRepository(),
      new LineRepository(),
      new ReconciliationRepository(),
    ];
    const { clock, ledger, vault } = this;
    this.funding = new FundingService(database, clock, ledger, new FundingRepository());
    this.disbursement = new DisbursementService(
      database,
      clock,
      ledger,
      { of: () => this.shares },
      batches,
      new PayableRepository(),
      lines,
    );
    const payingAccount = { name: '示例县卫生健康委员会', account: '0012345678901', bank: '示例银行', itemCode: 'YEB' };
    this.files = new BankFileService(
      database,
      clock,
      vault,
      ledger,
      { of: () => payingAccount },
      batches,
      lines,
      new BankFileRepository(),
      { out: this.folder, in: path.join(this.folder, 'from-bank'), format: 'pain.001' },
    );
    const [answers, outbox] = [new AnswerRepository(), new Outbox('subsidy')];
    this.answerService = new AnswerService(database, clock, ledger, answers, reconciliations);
    this.courier = new CourierService(
      database,
      clock,
      outbox,
      this.files,
      this.answerService,
      answers,
      new RefusedAnswerRepository(),
    );
    this.reconciliation = new ReconciliationService(database, clock, reconciliations);
    this.calendar = new CalendarService(database, clock, new CalendarRepository(), this.disbursement, outbox);
    this.verification = new VerifyService(database, clock, new VerifyRepository());
  }

  static async open(): Promise<SubsidyWorld> {
    const test = await createTestDatabase();
    return new SubsidyWorld(
      test,
      await test.open('subsidy', { recorder: auditRecorder('subsidy'), explain: explainConstraint }),
    );
  }

  /** What a bell sets off: every run that is due, one after the other. */
  async startDue(): Promise<Started[]> {
    const started: Started[] = [];
    for (const { id } of await this.calendar.due()) {
      const one = await this.calendar.start(id);
      if (one) started.push(one);
    }
    return started;
  }

  async close(): Promise<void> {
    await this.test.drop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Confirmed claims of new children with an account each, on the way every claim goes. */
  async claims({
    count,
    division = '340202001001',
    year = 2026,
    amountFen = 360_000n,
    ...wanted
  }: ClaimsWanted): Promise<MadeClaims> {
    const first = this.made;
    this.made += count;
    const programme = wanted.programme ?? 'childcare';
    const claims = Array.from({ length: count }, () => randomUUID());
    const accounts = Array.from({ length: count }, () => randomUUID());
    const beneficiaries = wanted.beneficiaries ? [...wanted.beneficiaries] : claims.map(() => randomUUID());
    const keys = claims.map((_, i) => this.vault.blindIndex('id-number', idNumber(first + i)));
    const at = '2026-01-05T02:00:00Z';
    await this.database.write(
      async (tx) => {
        if (!wanted.beneficiaries) {
          await tx.copyInto(
            'beneficiary',
            'id, id_number_key',
            beneficiaries.map((id, i) => copyLine([id, keys[i]!])),
          );
        }
        await tx.copyInto(
          'payee_account',
          ACCOUNT_COLUMNS,
          accounts.map((id, i) => this.accountLine(id, first + i, first + i, at)),
        );
        await tx.copyInto(
          'claim',
          `id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year, submitted_on,
             channel, payee_account_id, division_code, amount_fen, row_hash, recorded_at`,
          claims.map((id, i) =>
            copyLine([
              id,
              programme,
              `C${first + i}`,
              beneficiaries[i]!,
              keys[i]!,
              '3402**********',
              'mother',
              year,
              '2026-01-05',
              'counter',
              accounts[i]!,
              typeof division === 'string' ? division : division[i]!,
              amountFen,
              keys[i]!,
              at,
            ]),
          ),
        );
        const way = ['new', 'received', 'determined', 'reviewed', 'confirmed'];
        for (let seq = 1; seq < way.length; seq++) {
          await tx.query(
            `insert into claim_event (claim_id, seq, from_state, to_state, actor, at)
             select id, $2, $3, $4, 'test', $5 from unnest($1::uuid[]) c (id)`,
            [claims, seq, way[seq - 1], way[seq], at],
          );
        }
        if (count > 1_000) await tx.query('analyze claim, beneficiary');
      },
      { statementTimeout: 0 },
    );
    return { claims, beneficiaries, accounts };
  }

  /** A further account of the holder number `holder`, with the account number `number`. */
  async account(holder: number, number: number, at = this.clock.now().toISOString()): Promise<string> {
    const id = randomUUID();
    await this.database.write((tx) =>
      tx.copyInto('payee_account', ACCOUNT_COLUMNS, [this.accountLine(id, holder, number, at)]),
    );
    return id;
  }

  private accountLine(id: string, holder: number, number: number, at: string): string {
    const place = (column: string) => ({ table: 'payee_account', column, row: id });
    const [holderId, account] = [idNumber(holder), accountNumber(number)];
    return copyLine([
      id,
      this.vault.blindIndex('id-number', holderId),
      '3402**********',
      this.vault.seal(holderId, place('holder_sealed')),
      `示例·𬱖${holder}`,
      '102362000001',
      this.vault.blindIndex('bank-account', account),
      account.slice(-4),
      this.vault.seal(account, place('account_sealed')),
      'social-card',
      at,
    ]);
  }

  /** Every level releases enough for `count` claims of 3,600 yuan. */
  async fund(count: number, documentNo = '示例财〔2026〕1号', county = COUNTY): Promise<void> {
    for (const level of LEVELS) {
      const amountFen = (BigInt(count) * 360_000n * BigInt(this.shares[level])) / 10_000n;
      if (amountFen === 0n) continue;
      await this.funding.release({
        programme: 'childcare',
        county,
        year: 2026,
        level,
        amountFen,
        documentNo,
        releasedOn: day('2026-01-10'),
        actor: 'finance',
      });
    }
  }

  prepare(division: string = COUNTY, actor = 'clerk'): Promise<Prepared> {
    return asOfficer(actor, () => this.disbursement.prepare(prepareRequest(division, actor)));
  }

  prepareRepair(division: string = COUNTY, actor = 'clerk'): Promise<Prepared> {
    return asOfficer(actor, () => this.disbursement.prepareRepair(prepareRequest(division, actor)));
  }

  approveAs(officer: string, batchId: string, seenHash?: string, steppedUpAt?: Date) {
    return asOfficer(officer, () => this.disbursement.approve(batchId, officer, seenHash, steppedUpAt));
  }

  async approve(batchId: string): Promise<void> {
    await this.approveAs('finance-1', batchId);
    await this.approveAs('finance-2', batchId);
  }

  send(batchId: string) {
    return this.files.send({ batchId, folder: this.folder, format: 'pain.001' });
  }

  /** Funds, prepares, approves and sends `count` claims. */
  async sent(count: number): Promise<SentBatch> {
    const made = await this.claims({ count });
    await this.fund(count, `示例财〔2026〕${randomUUID()}`);
    const { batchId } = await this.prepare();
    await this.approve(batchId!);
    const { path: file } = await this.send(batchId!);
    const { head, transfers } = await readPaymentFile(fs.createReadStream(file));
    return {
      ...made,
      batchId: batchId!,
      messageId: head.messageId,
      references: transfers.map((transfer) => transfer.endToEndId),
      /** Claim of each reference. */
      claimOf: await this.claimsByReference(batchId!),
    };
  }

  async claimsByReference(batchId: string): Promise<Map<string, string>> {
    const rows = await this.test.admin<{ reference: string; claim: string }>(
      `select a.end_to_end_id as reference, i.claim_id as claim from subsidy.attempt a
         join subsidy.instruction i on i.id = a.instruction_id where a.batch_id = $1`,
      [batchId],
    );
    return new Map(rows.map((row) => [row.reference, row.claim]));
  }

  /** An answer of the bank as a file. */
  async answerFile(messageId: string, lines: readonly AnswerLine[], over: Partial<BankAnswer> = {}): Promise<string> {
    const file = path.join(this.folder, `answer-${++this.answers}.xml`);
    const answer: BankAnswer = {
      answerId: `A${randomUUID().replaceAll('-', '')}`,
      originalMessageId: messageId,
      fileStatus: 'PARTIAL',
      createdAt: new Date('2026-03-21T02:00:00Z'),
      count: lines.length,
      totalFen: lines.reduce((sum, { amountFen }) => sum + amountFen, 0n),
      lines,
      ...over,
    };
    const chunks: Buffer[] = [];
    for await (const chunk of writeBankAnswer('pain.002', answer)) chunks.push(chunk);
    fs.writeFileSync(file, Buffer.concat(chunks));
    return file;
  }

  async answer(messageId: string, lines: readonly AnswerLine[], over: Partial<BankAnswer> = {}) {
    return this.answerService.receive(await this.answerFile(messageId, lines, over));
  }

  /** Rows of a query on the subsidy schema, as superuser. */
  rows<R = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<R[]> {
    return this.database.read((read) => read.query<R>(sql, parameters));
  }
}

export interface SentBatch extends MadeClaims {
  readonly batchId: string;
  readonly messageId: string;
  readonly references: string[];
  readonly claimOf: Map<string, string>;
}

/** A word of the bank about a reference. */
export const word = (endToEndId: string, status: AnswerLine['status'], over: Partial<AnswerLine> = {}): AnswerLine => ({
  endToEndId,
  status,
  bankRef: `B${endToEndId.slice(0, 20)}${endToEndId.slice(-2)}`,
  amountFen: 360_000n,
  at: '2026-03-21T01:00:00.000Z',
  ...(status === 'REJECTED' || status === 'RETURNED' ? { reason: 'ACCOUNT_CLOSED' as const, rawCode: 'AC04' } : {}),
  ...over,
});

const prepareRequest = (division: string, actor: string) => ({
  programme: 'childcare',
  division: division as DivisionCode,
  period: QUARTER,
  actor,
});

/** What it was refused with; fails when it was not. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Of the invented county 340202; the check digit is not one, because nobody bears it. */
const idNumber = (n: number): string => `340202${String(19_800_101 + (n % 28))}${String(n).padStart(7, '0').slice(-4)}`;
const accountNumber = (n: number): string => `0062${String(n).padStart(12, '0')}`;
