import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  type BankAnswer,
  type BankReason,
  contradict,
  type CreditTransfer,
  type Format,
  joinLines,
  paymentFileName,
  readBankAnswer,
  type ReadBankAnswer,
  writePaymentFile,
} from '@app/bankfile';
import { day, Refusal } from '@app/kernel';
import { TestClock } from '@app/testing';
import fc from 'fast-check';
import { BankSimulator } from './bank.simulator';
import type { BankBehaviour, BankOptions } from './bank.types';

const clock = new TestClock('2026-04-02');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bank-'));
const newFolder = () => fs.mkdtempSync(path.join(root, 'folder-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const bankWith = (options: Partial<BankOptions> = {}) => BankSimulator.open({ folder: newFolder(), clock, ...options });

const transfersOf = (count: number, prefix = 'E', over: Partial<CreditTransfer> = {}): CreditTransfer[] =>
  Array.from({ length: count }, (_, i) => ({
    sequence: i + 1,
    endToEndId: `${prefix}${i + 1}`,
    amountFen: 360_000n + BigInt(i),
    payeeName: '张小明',
    payeeIdNumber: '340202202501010213',
    payeeAccount: `0062100${String(i).padStart(9, '0')}`,
    payeeBank: '102362000001',
    remark: '',
    ...over,
  }));

async function paymentFile(messageId: string, transfers: readonly CreditTransfer[], format: Format = 'pain.001') {
  const head = {
    messageId,
    createdAt: clock.now(),
    executionDay: day('2026-04-03'),
    debtorName: '示例县卫生健康委员会',
    debtorAccount: '001234567890',
    debtorBank: '示例县农村商业银行',
    divisionCode: '340202000000',
    itemCode: 'CHILDCARE',
    batch: '2026-Q1',
    count: transfers.length,
    totalFen: transfers.reduce((sum, { amountFen }) => sum + amountFen, 0n),
  };
  const file = path.join(newFolder(), paymentFileName(format, head, 1));
  const chunks: Buffer[] = [];
  for await (const chunk of writePaymentFile(format, head, transfers)) chunks.push(chunk);
  fs.writeFileSync(file, Buffer.concat(chunks));
  return file;
}

const readAll = (paths: readonly string[]): Promise<ReadBankAnswer[]> =>
  Promise.all(paths.map((file) => readBankAnswer(fs.createReadStream(file))));

/** What a payer concludes from the answers, in whatever order they are read. */
const conclude = (answers: readonly BankAnswer[]) => {
  const joined = new Map<string, BankAnswer['lines'][number]>();
  for (const line of answers.flatMap(({ lines }) => lines)) {
    const before = joined.get(line.endToEndId);
    joined.set(line.endToEndId, before ? joinLines(before, line) : line);
  }
  return joined;
};
const count = (answers: readonly BankAnswer[], status: string) =>
  [...conclude(answers).values()].filter((line) => line.status === status).length;

const BAD_DAY: BankBehaviour = {
  rejected: { ACCOUNT_CLOSED: 0.1, NAME_MISMATCH: 0.1, DORMANT: 0.05 },
  returned: 0.2,
  partial: 1,
  duplicated: 1,
  reordered: 1,
  contradictory: 0.3,
};

describe('the bank', () => {
  it.each(['pain.001', 'csv'] as const)(
    'credits everybody once and says so, in the format it was asked in (%s)',
    async (format) => {
      const bank = await bankWith();
      const answers = await readAll(await bank.receive(await paymentFile('M1', transfersOf(5), format), newFolder()));
      expect(answers).toMatchObject([
        {
          format: format === 'csv' ? 'csv' : 'pain.002',
          originalMessageId: 'M1',
          fileStatus: 'ACCEPTED',
          count: 5,
          totalFen: 1_800_010n,
        },
      ]);
      expect(count(answers, 'SETTLED')).toBe(5);
      expect(bank.totals('M1')).toMatchObject({ creditedCount: 5, creditedFen: 1_800_010n, netFen: 1_800_010n });
    },
  );

  it('gives the same file again the same answers and nobody a second credit, also after it died', async () => {
    const folder = newFolder();
    const file = await paymentFile('M1', transfersOf(50));
    const out = newFolder();
    const bank = await bankWith({ folder, behaviour: BAD_DAY });
    const paths = await bank.receive(file, out);
    const bytes = paths.map((one) => fs.readFileSync(one));
    const totals = bank.totals();

    clock.set('2026-04-09');
    const reborn = await bankWith({ folder, behaviour: BAD_DAY });
    expect(reborn.totals()).toEqual(totals);
    expect(await reborn.receive(file, out)).toEqual(paths);
    expect(paths.map((one) => fs.readFileSync(one))).toEqual(bytes);
    expect(reborn.totals()).toEqual(totals);
  });

  it('has credited nobody when it died while entering a file, and credits everybody once afterwards', async () => {
    const whole = newFolder();
    const file = await paymentFile('M2', transfersOf(20));
    const first = await bankWith({ folder: whole });
    await first.receive(await paymentFile('M1', transfersOf(3, 'A')), newFolder());
    const before = fs.statSync(path.join(whole, 'book.jsonl')).size;
    await first.receive(file, newFolder());
    const book = fs.readFileSync(path.join(whole, 'book.jsonl'));
    for (let size = before; size < book.length; size += 97) {
      const folder = newFolder();
      fs.writeFileSync(path.join(folder, 'book.jsonl'), book.subarray(0, size));
      const bank = await bankWith({ folder });
      expect(bank.totals()).toMatchObject({ files: 1, creditedCount: 3 });
      await bank.receive(file, newFolder());
      expect((await bankWith({ folder })).totals()).toEqual(first.totals());
    }
  });

  it('refuses a reference it met in another message, and pays the rest', async () => {
    const bank = await bankWith();
    await bank.receive(await paymentFile('M1', transfersOf(3)), newFolder());
    const [answer] = await readAll(await bank.receive(await paymentFile('M2', transfersOf(5)), newFolder()));
    expect(answer).toMatchObject({ fileStatus: 'PARTIAL' });
    expect(answer!.lines.map((line) => line.rawCode)).toEqual(['DUPL', 'DUPL', 'DUPL', undefined, undefined]);
    expect(bank.totals()).toMatchObject({ creditedCount: 5, rejectedCount: 3 });
  });

  it('refuses a second file of the same number and other content as a whole', async () => {
    const bank = await bankWith();
    await bank.receive(await paymentFile('M1', transfersOf(3)), newFolder());
    const [answer] = await readAll(await bank.receive(await paymentFile('M1', transfersOf(3, 'X')), newFolder()));
    expect(answer).toMatchObject({ fileStatus: 'REJECTED', fileCode: 'DUPL', lines: [] });
    expect(bank.totals()).toMatchObject({ files: 1, creditedCount: 3 });
  });

  it('leaves no trace of a file that does not hold', async () => {
    const bank = await bankWith();
    const file = await paymentFile('M1', transfersOf(3));
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('3600.02', '9600.02'));
    await expect(bank.receive(file, newFolder())).rejects.toThrow(Refusal);
    expect(bank.query('M1')).toBeUndefined();
    expect(bank.totals()).toMatchObject({ files: 0, lines: 0 });
  });

  it('keeps silent about what it credited until it is asked', async () => {
    const bank = await bankWith({ behaviour: { silent: 1 } });
    const file = await paymentFile('M1', transfersOf(3));
    expect(await bank.receive(file, newFolder())).toEqual([]);
    expect(await bank.receive(file, newFolder())).toEqual([]);
    expect(bank.query('M1')).toMatchObject({ fileStatus: 'ACCEPTED', count: 3 });
    const [answer] = await readAll([(await bank.writeQueryAnswer('M1', newFolder()))!]);
    expect(count([answer!], 'SETTLED')).toBe(3);
    expect(await bank.writeQueryAnswer('M9', newFolder())).toBeUndefined();
  });

  it('fails planted accounts with their reason, by number or ending, and pays them once they are repaired', async () => {
    const failAccounts = new Map<string, BankReason | { status: 'RETURNED'; reason: BankReason }>([
      ['0062100000000000', 'ACCOUNT_CLOSED'],
      ['001', 'ID_EXPIRED'],
      ['0002', { status: 'RETURNED', reason: 'ACCOUNT_FROZEN' }],
    ]);
    const bank = await bankWith({ failAccounts });
    const answers = await readAll(await bank.receive(await paymentFile('M1', transfersOf(4)), newFolder()));
    expect([...conclude(answers).values()].map(({ status, reason }) => [status, reason])).toEqual([
      ['REJECTED', 'ACCOUNT_CLOSED'],
      ['REJECTED', 'ID_EXPIRED'],
      ['RETURNED', 'ACCOUNT_FROZEN'],
      ['SETTLED', undefined],
    ]);
    expect(answers[0]!.lines[2]).toMatchObject({ status: 'SETTLED' }); // It looked paid at first.
    failAccounts.clear();
    await bank.receive(await paymentFile('M2', transfersOf(3, 'R')), newFolder());
    expect(bank.totals()).toMatchObject({ creditedCount: 5, returnedCount: 1, rejectedCount: 2 });
  });

  it('answers in parts, twice, out of order and against itself on a bad day, and still tells one story', async () => {
    const bank = await bankWith({ behaviour: BAD_DAY });
    const transfers = transfersOf(200);
    const paths = await bank.receive(await paymentFile('M1', transfers), newFolder());
    expect(paths.map((one) => path.basename(one))).toEqual([
      'M1_answer_1.xml',
      'M1_answer_2.xml',
      'M1_answer_1_again.xml',
      'M1_returned.xml',
      'M1_late.xml',
    ]);
    const answers = await readAll(paths);
    expect(answers[0]!.count + answers[1]!.count).toBe(200);
    expect(answers[2]!.sha256).toBe(answers[0]!.sha256);
    const order = answers[0]!.lines.map(({ endToEndId }) => endToEndId);
    expect(order).not.toEqual(transfers.map(({ endToEndId }) => endToEndId).filter((id) => order.includes(id)));
    expect(new Set(answers[4]!.lines.map(({ status }) => status))).toEqual(new Set(['PENDING', 'ACCEPTED', 'SETTLED']));

    const totals = bank.totals('M1');
    expect(totals.rejectedCount).toBeGreaterThan(20);
    expect(totals.returnedCount).toBeGreaterThan(15);
    for (const order of [answers, [...answers].reverse()]) {
      expect(count(order, 'SETTLED')).toBe(totals.creditedCount - totals.returnedCount);
      expect(count(order, 'RETURNED')).toBe(totals.returnedCount);
      expect(count(order, 'REJECTED')).toBe(totals.rejectedCount);
    }
    const lines = answers.flatMap((answer) => answer.lines);
    const final = conclude(answers);
    expect(lines.some((line) => contradict(line, final.get(line.endToEndId)!))).toBe(false);
  });

  it('decides by seed and reference alone', async () => {
    const outcome = async (seed: number, messageId: string, transfers: CreditTransfer[]) => {
      const bank = await bankWith({ seed, behaviour: { rejected: { DORMANT: 0.5 } } });
      await bank.receive(await paymentFile(messageId, transfers), newFolder());
      return new Map(bank.query(messageId)!.lines.map((line) => [line.endToEndId, line.status]));
    };
    const transfers = transfersOf(40);
    const reversed = [...transfers].reverse().map((one, i) => ({ ...one, sequence: i + 1 }));
    const usual = await outcome(1, 'M1', transfers);
    const byReference = (map: Map<string, string>) => Object.fromEntries(map);
    expect(byReference(await outcome(1, 'M7', reversed))).toEqual(byReference(usual));
    expect(byReference(await outcome(2, 'M1', transfers))).not.toEqual(byReference(usual));
  });

  it('knows its totals whatever files come, in whatever order, again and again, across restarts', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ message: fc.integer({ min: 0, max: 3 }), from: fc.integer({ min: 0, max: 6 }) }),
      },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const folder = newFolder();
        const options = { folder, behaviour: { rejected: { DORMANT: 0.2 }, returned: 0.2, silent: 0.2 } };
        let bank = await bankWith(options);
        const credited = new Map<string, bigint>();
        const seen = new Map<string, number>();
        for (const one of steps) {
          if (one === 'restart') {
            bank = await bankWith(options);
            continue;
          }
          const messageId = `M${one.message}`;
          const transfers = transfersOf(8)
            .slice(one.from)
            .map((transfer, i) => ({ ...transfer, sequence: i + 1 }));
          await bank.receive(await paymentFile(messageId, transfers, 'csv'), newFolder());
          if (!seen.has(messageId)) {
            seen.set(messageId, one.from);
            for (const line of bank.query(messageId)!.lines) {
              if (line.status === 'REJECTED') continue;
              expect(credited.has(line.endToEndId)).toBe(false);
              credited.set(line.endToEndId, line.amountFen);
            }
          }
          const totals = bank.totals();
          expect(totals.creditedFen).toBe([...credited.values()].reduce((sum, fen) => sum + fen, 0n));
          expect(totals.netFen).toBe(totals.creditedFen - totals.returnedFen);
          expect(totals.creditedCount + totals.rejectedCount).toBe(totals.lines);
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each<BankBehaviour>([
    { returned: 1.1 },
    { silent: -0.1 },
    { rejected: { DORMANT: 0.6, UNKNOWN: 0.6 } },
    { partial: NaN },
  ])('does not open with shares that are none: %j', async (behaviour) => {
    await expect(bankWith({ behaviour })).rejects.toThrow(RangeError);
  });
});
