import * as fs from 'node:fs';
import * as path from 'node:path';
import { type JobHandler, Outbox, type Payload } from '@app/jobs';
import type { DivisionCode } from '@app/kernel';
import { COUNTY, refusalOf, SubsidyWorld, word } from '../support/subsidy-world';
import { openWorkers, type Workers } from '../support/workers';
import { BankSimulator } from '../../apps/simulator/src/bank/bank.simulator';
import { ringCalendar } from '../../apps/subsidy/src/calendar/calendar.jobs';
import { CalendarProcessor } from '../../apps/subsidy/src/calendar/calendar.processor';
import { BankFileRepository } from '../../apps/subsidy/src/disbursement/bank-file.repository';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { BatchRepository } from '../../apps/subsidy/src/disbursement/batch.repository';
import { LineRepository } from '../../apps/subsidy/src/disbursement/line.repository';
import { DisbursementProcessor } from '../../apps/subsidy/src/disbursement/disbursement.processor';
import { COURIER } from '../../apps/subsidy/src/reconciliation/courier.service';
import { courierRound, receiveAnswer } from '../../apps/subsidy/src/reconciliation/reconciliation.jobs';
import { ReconciliationProcessor } from '../../apps/subsidy/src/reconciliation/reconciliation.processor';

const THREE = ['340202000000', '340203000000', '340204000000'] as DivisionCode[];
const outbox = new Outbox('subsidy');

let world: SubsidyWorld;
let workers: Workers;
let inbox: string;
beforeEach(async () => {
  world = await SubsidyWorld.open();
  inbox = world.files.folders().in;
  fs.mkdirSync(inbox);
  const handlers: JobHandler<Payload>[] = [
    new CalendarProcessor(world.calendar),
    new DisbursementProcessor(world.files),
    new ReconciliationProcessor(world.courier, world.reconciliation),
  ].flatMap((processor) => processor.handlers);
  workers = await openWorkers(world.test, world.database, world.clock, handlers, 2);
});
afterEach(async () => {
  await workers.close();
  expect((await world.verification.run()).filter((row) => row.check !== 'V12')).toEqual([]);
  await world.close();
});

/** Rings, and waits until everything that follows is done; how many messages are set aside. */
async function ring(job: typeof courierRound): Promise<number> {
  await world.database.write((tx) => outbox.plan(tx, job, [{ bell: 'test' }]));
  return workers.settle();
}
const filesIn = (folder: string) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);
const takenIn = () => filesIn(path.join(inbox, '.taken-in'));
const refused = () => filesIn(path.join(inbox, '.refused'));
const waiting = () => filesIn(inbox).filter((name) => !name.startsWith('.'));

async function approved(division: DivisionCode, count: number): Promise<string> {
  await world.claims({ count, division: `${division.slice(0, 6)}001001` });
  await world.fund(count, `示例财〔2026〕${division}`, division);
  const { batchId } = await world.prepare(division);
  await world.approve(batchId!);
  return batchId!;
}

/** An answer to everything in a batch, in the bank's folder. */
async function delivered(name: string, batch: { messageId: string; references: string[] }, amountFen = 360_000n) {
  const lines = batch.references.map((reference) => word(reference, 'SETTLED', { amountFen }));
  fs.renameSync(await world.answerFile(batch.messageId, lines), path.join(inbox, name));
}

describe('the calendar rung by a bell', () => {
  it('starts each county by a message of its own, and one that is refused holds up itself alone', async () => {
    world.clock.set('2026-01-05');
    for (const county of THREE) {
      await world.claims({ count: 2, division: `${county.slice(0, 6)}001001` });
      await world.calendar.plan('childcare', county, 2026);
    }
    await world.fund(2, '示例财〔2026〕2号', THREE[0]);
    await world.fund(2, '示例财〔2026〕3号', THREE[2]);
    world.clock.set('2026-03-20');
    expect(await ring(ringCalendar)).toBe(0);
    expect(await ring(ringCalendar)).toBe(0);
    const quarter = (await world.calendar.list()).filter(({ period }) => period === '2026Q1');
    expect(quarter.map(({ divisionCode, state }) => [divisionCode, state])).toEqual([
      [THREE[0], 'started'],
      [THREE[1], 'held'],
      [THREE[2], 'started'],
    ]);
    expect(quarter[1]!.heldReason).toMatch(/^FUNDS_NOT_RELEASED: /);
    expect(await world.rows(`select distinct key from outbox where name = 'calendar.start'`)).toHaveLength(3);
    expect(workers.errors).toEqual([]);
  });
});

describe('the courier', () => {
  it('sends what is approved, takes the answers in and has list, bank and ledger compared, all by workers', async () => {
    const batches = [await approved(THREE[0]!, 5), await approved(THREE[1]!, 4), await approved(THREE[2]!, 3)];
    expect(await ring(courierRound)).toBe(0);
    const bank = await BankSimulator.open({ folder: path.join(world.folder, 'book'), clock: world.clock });
    const sent = filesIn(world.folder).filter((name) => name.startsWith('YY') || name.endsWith('.xml'));
    expect(sent).toHaveLength(3);
    for (const name of sent) await bank.receive(path.join(world.folder, name), inbox);
    const answers = waiting();
    expect(await ring(courierRound)).toBe(0);

    expect(await world.rows('select id, state, reconciled_by from payment_batch order by id')).toEqual(
      batches.sort().map((id) => ({ id, state: 'closed', reconciled_by: COURIER })),
    );
    expect(bank.totals()).toMatchObject({ lines: 12, creditedFen: 12n * 360_000n });
    const { list, bank: said, ledger } = await world.reconciliation.threeWay();
    expect([said, ledger]).toEqual([list, list]);
    expect(list).toMatchObject({ paidFen: 12n * 360_000n, openFen: 0n });
    expect([waiting(), takenIn()]).toEqual([[], answers]);
    expect(workers.errors).toEqual([]);
  });

  it('takes an answer in once, however often the bank delivers it and under whatever name', async () => {
    const batch = await world.sent(3);
    await delivered('answer.xml', batch);
    fs.copyFileSync(path.join(inbox, 'answer.xml'), path.join(inbox, 'the same.xml'));
    await ring(courierRound);
    fs.copyFileSync(path.join(inbox, '.taken-in', 'answer.xml'), path.join(inbox, 'answer.xml'));
    await ring(courierRound);
    expect(await world.rows('select count(*)::int as n from bank_answer')).toEqual([{ n: 1 }]);
    expect([waiting(), takenIn(), await world.courier.waiting()]).toEqual([[], ['answer.xml', 'the same.xml'], []]);
  });

  it('puts a refused answer aside with its reason, lets the others go on, and tries it again when it is moved back', async () => {
    const [one, other] = [await world.sent(2), await world.sent(2)];
    await delivered('wrong.xml', one, 1n);
    fs.writeFileSync(path.join(inbox, 'no answer.csv'), 'what is this?\n');
    await delivered('right.xml', other);
    expect(await ring(courierRound)).toBe(0);
    expect([waiting(), takenIn(), refused()]).toEqual([[], ['right.xml'], ['no answer.csv', 'wrong.xml']]);
    const aside = await world.courier.waiting();
    expect(aside.map(({ fileName, batchId, code }) => [fileName, batchId, code]).sort()).toEqual([
      ['no answer.csv', null, expect.stringMatching(/^BANK_/)],
      ['wrong.xml', one.batchId, 'BANK_ANSWER_WRONG_AMOUNT'],
    ]);
    expect(aside.find(({ fileName }) => fileName === 'wrong.xml')!.reason).toContain('请银行更正后重发');
    expect(await world.rows('select distinct state from payment_batch order by 1')).toEqual([
      { state: 'closed' },
      { state: 'sent' },
    ]);

    fs.rmSync(path.join(inbox, '.refused', 'wrong.xml'));
    await delivered('wrong.xml', one);
    await ring(courierRound);
    expect((await world.courier.waiting()).map(({ fileName }) => fileName)).toEqual(['no answer.csv']);
    expect(await world.rows('select distinct state from payment_batch')).toEqual([{ state: 'closed' }]);
  });

  it('passes over a batch that was cancelled after it was planned', async () => {
    const batchId = await approved(COUNTY, 1);
    await workers.close();
    await world.courier.round();
    await world.disbursement.cancel(batchId, 'clerk', 'wrong');
    await world.files.sendWaiting(batchId);
    expect(filesIn(world.folder).filter((name) => name.endsWith('.xml'))).toEqual([]);
  });

  it.each(['../outside.xml', 'sub/inside.xml', '.hidden.xml', '..', ''])(
    'is told a name and never a path: %j',
    async (file) => {
      fs.writeFileSync(path.join(world.folder, 'outside.xml'), 'x');
      expect((await refusalOf(world.courier.takeIn(file))).code).toBe('BANK_ANSWER_NAME');
    },
  );

  it('refuses to exchange anything in a process that was told no folders', async () => {
    const files = new BankFileService(
      world.database,
      world.clock,
      world.vault,
      world.ledger,
      { of: () => ({ name: '', account: '', bank: '', itemCode: '' }) },
      new BatchRepository(),
      new LineRepository(),
      new BankFileRepository(),
    );
    const batchId = await approved(COUNTY, 1);
    expect((await refusalOf(files.sendWaiting(batchId))).code).toBe('BANK_FOLDERS_UNKNOWN');
    expect(await files.waiting()).toEqual([batchId]);
  });

  it('follows no link out of the folder', async () => {
    const batch = await world.sent(1);
    fs.symlinkSync(
      await world.answerFile(batch.messageId, [word(batch.references[0]!, 'SETTLED')]),
      path.join(inbox, 'link.xml'),
    );
    await world.database.write((tx) => outbox.plan(tx, receiveAnswer, [{ file: 'link.xml' }]));
    expect(await workers.settle()).toBe(0);
    expect(await world.rows('select from bank_answer')).toEqual([]);
    expect(await world.courier.waiting()).toMatchObject([{ fileName: 'link.xml', code: 'BANK_ANSWER_NAME' }]);
  });
});
