import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { day, Refusal } from '@app/kernel';
import fc from 'fast-check';
import type { AnswerLine, BankAnswer, CreditTransfer, PaymentFileHead } from './index';

/** What the tests of this library build their files from. Numbers of the invented county 340202 only. */
export const transfer = (sequence: number, over: Partial<CreditTransfer> = {}): CreditTransfer => ({
  sequence,
  endToEndId: `E${String(sequence).padStart(8, '0')}`,
  amountFen: 360_000n,
  payeeName: '张小明',
  payeeIdNumber: '340202202501010213',
  payeeAccount: `00621000${String(sequence).padStart(11, '0')}`,
  payeeBank: '102362000001',
  remark: '育儿补贴 2025',
  ...over,
});

export const headOf = (transfers: readonly CreditTransfer[], over: Partial<PaymentFileHead> = {}): PaymentFileHead => ({
  messageId: 'M20260401-0001',
  createdAt: new Date('2026-03-31T17:30:00.123Z'),
  executionDay: day('2026-04-02'),
  debtorName: '示例县卫生健康委员会',
  debtorAccount: '001234567890',
  debtorBank: '示例县农村商业银行',
  divisionCode: '340202000000',
  itemCode: 'CHILDCARE',
  batch: '2026-Q1',
  count: transfers.length,
  totalFen: transfers.reduce((sum, { amountFen }) => sum + amountFen, 0n),
  ...over,
});

export const line = (over: Partial<AnswerLine> = {}): AnswerLine => ({
  endToEndId: 'E00000001',
  status: 'SETTLED',
  bankRef: 'B0001',
  amountFen: 360_000n,
  at: '2026-04-02T01:00:00.000Z',
  ...over,
});

export const answerOf = (lines: readonly AnswerLine[], over: Partial<BankAnswer> = {}): BankAnswer => ({
  answerId: 'A0001',
  originalMessageId: 'M20260401-0001',
  fileStatus: 'PARTIAL',
  createdAt: new Date('2026-04-02T01:00:00.000Z'),
  count: lines.length,
  totalFen: lines.reduce((sum, { amountFen }) => sum + amountFen, 0n),
  lines,
  ...over,
});

export async function bytesOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** The bytes in pieces of the given size, as a socket brings them: characters and tags get cut. */
export async function* pieces(bytes: Buffer, size = 7): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

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

const folders: string[] = [];
export function newFolder(): string {
  folders.push(mkdtempSync(path.join(tmpdir(), 'yangyu-bankfile-')));
  return folders.at(-1)!;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** Problems that libxml2 finds with an ISO 20022 schema; fails with the reason when the schemas are not at hand. */
export function xsdProblems(
  message: 'pain.001.001.09' | 'pain.002.001.11' | 'camt.054.001.08',
  files: readonly Buffer[],
): string[] {
  const root = path.resolve(__dirname, '../../..');
  const standards = path.join(root, 'test/standards');
  const schema = path.join(standards, 'iso20022', `${message}.xsd`);
  if (!existsSync(schema)) throw new Error(`${schema} is not there: restore test/standards from the repository`);
  const folder = newFolder();
  const paths = files.map((bytes, i) => {
    writeFileSync(path.join(folder, `${i}.xml`), bytes);
    return path.join(folder, `${i}.xml`);
  });
  const script = path.join(__dirname, 'validate-xsd.mjs');
  return JSON.parse(execFileSync(process.execPath, [script, schema, ...paths], { encoding: 'utf8' })) as string[];
}

/** Ideographs of every plane, minority names, markup and quotes: whatever a register may hold and a file must carry. */
export const rareText = (max: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 0x4e00, max: 0x9fa5 }) },
        fc.integer({ min: 0x3400, max: 0x4dbf }),
        fc.integer({ min: 0x20000, max: 0x2a6df }),
        fc.integer({ min: 0x2a700, max: 0x323af }),
        fc.integer({ min: 0xf900, max: 0xfa2d }),
        fc.constantFrom(...[...'𬱖㛃𠮷䶮·•．（）&<>"\',; ]?ཀ乁ئۇ😀'].map((c) => c.codePointAt(0)!)),
      ),
      { minLength: 1, maxLength: max },
    )
    .map((points) => String.fromCodePoint(...points))
    .filter((text) => text.trim() !== '');
