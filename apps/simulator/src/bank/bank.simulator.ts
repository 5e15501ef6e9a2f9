import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  type AnswerLine,
  type BankAnswer,
  type BankReason,
  codeOfReason,
  type CreditTransfer,
  type FileStatus,
  type Format,
  openPaymentFile,
  type OpenPaymentFile,
  writeBankAnswer,
} from '@app/bankfile';
import { BankBook } from './bank.repository';
import { chance, pick, shuffled } from './bank.rules';
import type { BankBehaviour, BankOptions, BankTotals, BookFile, BookLine, PlantedFailure } from './bank.types';

/** ISO 20022: this reference, or this message, was here before. */
const DUPLICATE = 'DUPL';

/** One answer, and the name of its file without folder and ending. */
interface Delivery {
  readonly name: string;
  readonly answer: BankAnswer;
}

/**
 * A bank for demonstrations and tests: it takes payment files, credits each reference once in its life, keeps a book
 * that survives it, and answers as well or as badly as it is told to.
 */
export class BankSimulator {
  private readonly seed: number;
  private readonly behaviour: BankBehaviour;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: BankOptions,
    private readonly book: BankBook,
  ) {
    this.seed = options.seed ?? 1;
    this.behaviour = options.behaviour ?? {};
    assertShares(this.behaviour);
  }

  static async open(options: BankOptions): Promise<BankSimulator> {
    return new BankSimulator(options, await BankBook.open(options.folder));
  }

  /**
   * Takes a payment file and writes the answers into a folder; their paths, in the order in which a bank would send
   * them, none when it keeps silent. The same file again gets the same answers. A file that does not hold is refused
   * with the Refusal of the bank-file library and leaves no trace.
   */
  receive(filePath: string, outFolder: string): Promise<string[]> {
    return this.oneByOne(async () => {
      const payment = await openPaymentFile(filePath);
      const { messageId } = payment.head;
      const before = this.book.find(messageId);
      if (before && before.sha256 !== payment.sha256)
        return [await this.deliver(this.refusedFile(payment), payment.format, outFolder)];
      const file = before ?? (await this.enter(payment));
      const paths: string[] = [];
      for (const delivery of this.answersTo(file)) paths.push(await this.deliver(delivery, file.format, outFolder));
      return paths;
    });
  }

  /** What the bank has in its book about a message: every line as it ended. Undefined when the file never came. */
  query(messageId: string): BankAnswer | undefined {
    const file = this.book.find(messageId);
    if (!file) return undefined;
    const at = this.options.clock.now();
    return this.answer(file, `query-${at.toISOString()}`, at, this.finalLines(file), file.fileStatus);
  }

  /** As `query`, as a file in the format of the payment file; its path. */
  async writeQueryAnswer(messageId: string, outFolder: string): Promise<string | undefined> {
    const answer = this.query(messageId);
    if (!answer) return undefined;
    return this.deliver({ name: `${messageId}_query`, answer }, this.book.find(messageId)!.format, outFolder);
  }

  /** Of one message, or of everything this bank ever did. */
  totals(messageId?: string): BankTotals {
    const files = messageId === undefined ? [...this.book.all()] : [this.book.find(messageId)].filter((file) => !!file);
    const lines = files.flatMap((file) => file.lines);
    const sum = (some: readonly BookLine[]) => some.reduce((fen, line) => fen + line.amountFen, 0n);
    const credited = lines.filter((line) => line.status !== 'REJECTED');
    const returned = lines.filter((line) => line.status === 'RETURNED');
    const rejected = lines.filter((line) => line.status === 'REJECTED');
    return {
      files: files.length,
      lines: lines.length,
      creditedCount: credited.length,
      creditedFen: sum(credited),
      returnedCount: returned.length,
      returnedFen: sum(returned),
      rejectedCount: rejected.length,
      rejectedFen: sum(rejected),
      netFen: sum(credited) - sum(returned),
    };
  }

  /** Two files at once would be entered into the book crosswise. */
  private oneByOne<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async enter(payment: OpenPaymentFile): Promise<BookFile> {
    const { messageId } = payment.head;
    const lines: BookLine[] = [];
    for await (const transfer of payment.transfers()) lines.push(this.decide(messageId, transfer));
    const file: BookFile = {
      messageId,
      sha256: payment.sha256,
      format: payment.format,
      receivedAt: this.options.clock.now().toISOString(),
      fileStatus: statusOf(lines, lines.length),
      lines,
    };
    this.book.add(file);
    return file;
  }

  private decide(messageId: string, transfer: CreditTransfer): BookLine {
    const { endToEndId, amountFen } = transfer;
    const bankRef = `B${digest(`${this.seed}/${messageId}/${endToEndId}`)}`;
    if (this.book.findOwner(endToEndId) !== undefined)
      return { endToEndId, amountFen, status: 'REJECTED', reason: 'UNKNOWN', rawCode: DUPLICATE, bankRef };
    const failure = this.plantedFailure(transfer.payeeAccount) ?? this.chanceFailure(endToEndId);
    if (!failure) return { endToEndId, amountFen, status: 'SETTLED', bankRef };
    return { endToEndId, amountFen, ...failure, rawCode: codeOfReason[failure.reason], bankRef };
  }

  /** By the longest ending of the account number that is on the list. */
  private plantedFailure(account: string): PlantedFailure | undefined {
    const { failAccounts } = this.options;
    if (!failAccounts?.size) return undefined;
    for (let at = 0; at < account.length; at++) {
      const found = failAccounts.get(account.slice(at));
      if (found) return typeof found === 'string' ? { status: 'REJECTED', reason: found } : found;
    }
    return undefined;
  }

  private chanceFailure(endToEndId: string): PlantedFailure | undefined {
    const rejected = pick<BankReason>(this.behaviour.rejected ?? {}, chance(this.seed, 'rejected', endToEndId));
    if (rejected) return { status: 'REJECTED', reason: rejected };
    return this.happens('returned', endToEndId) ? { status: 'RETURNED', reason: 'ACCOUNT_CLOSED' } : undefined;
  }

  private happens(kind: Exclude<keyof BankBehaviour, 'rejected'>, subject: string): boolean {
    return chance(this.seed, kind, subject) < (this.behaviour[kind] ?? 0);
  }

  /** Everything the bank will ever say about a file by itself, in its order. */
  private answersTo(file: BookFile): Delivery[] {
    const { messageId } = file;
    if (this.happens('silent', messageId)) return [];
    const answers = this.firstAnswers(file);
    const deliveries = answers.map((answer, i) => ({ name: `${messageId}_answer_${i + 1}`, answer }));
    if (this.happens('duplicated', messageId))
      deliveries.push({ name: `${messageId}_answer_1_again`, answer: answers[0]! });
    const returned = this.finalLines(file).filter(({ status }) => status === 'RETURNED');
    if (returned.length) deliveries.push(this.later(file, 'returned', returned));
    const contradicting = this.contradictingLines(file);
    if (contradicting.length) deliveries.push(this.later(file, 'late', contradicting));
    return deliveries;
  }

  /** What was credited and came back says SETTLED here. */
  private firstAnswers(file: BookFile): BankAnswer[] {
    const lines = file.lines.map((line) => lineOf(line.status === 'RETURNED' ? settled(line) : line, file.receivedAt));
    const isPartial = this.happens('partial', file.messageId) && lines.length > 1;
    const first: AnswerLine[] = [];
    const rest: AnswerLine[] = [];
    for (const [i, line] of lines.entries()) {
      // The first line is always in the first part and the last one never, so that neither part is empty.
      const isFirst = i === 0 || (i < lines.length - 1 && chance(this.seed, 'part', line.endToEndId) < 0.6);
      (isFirst || !isPartial ? first : rest).push(line);
    }
    return [first, rest]
      .filter((part, i) => i === 0 || part.length > 0)
      .map((part, i) => this.answer(file, `${i + 1}`, later(file, i), part, statusOf(part, lines.length)));
  }

  private later(file: BookFile, kind: string, lines: readonly AnswerLine[]): Delivery {
    const answer = this.answer(file, kind, new Date(lines[0]!.at), lines, file.fileStatus);
    return { name: `${file.messageId}_${kind}`, answer };
  }

  private finalLines(file: BookFile): AnswerLine[] {
    const returnedAt = later(file, 60).toISOString();
    return file.lines.map((line) => lineOf(line, line.status === 'RETURNED' ? returnedAt : file.receivedAt));
  }

  /** Settled, and then only pending; returned, and then settled again: all under the reference they had. */
  private contradictingLines(file: BookFile): AnswerLine[] {
    const at = later(file, 120).toISOString();
    return file.lines
      .filter((line) => line.status !== 'REJECTED' && this.happens('contradictory', line.endToEndId))
      .map((line): AnswerLine => {
        if (line.status === 'RETURNED') return lineOf(settled(line), at);
        const status = chance(this.seed, 'late status', line.endToEndId) < 0.5 ? 'PENDING' : 'ACCEPTED';
        return { ...lineOf(line, at), status };
      });
  }

  private answer(
    file: BookFile,
    kind: string,
    createdAt: Date,
    lines: readonly AnswerLine[],
    fileStatus: FileStatus,
  ): BankAnswer {
    return {
      answerId: `A${digest(`${this.seed}/${file.messageId}/${kind}`)}`,
      originalMessageId: file.messageId,
      fileStatus,
      createdAt,
      count: lines.length,
      totalFen: lines.reduce((fen, line) => fen + line.amountFen, 0n),
      lines: this.happens('reordered', file.messageId) ? shuffled(lines, (line) => line.endToEndId, this.seed) : lines,
    };
  }

  /** The same message number with other content: nothing of it is looked at. */
  private refusedFile({ head, sha256 }: OpenPaymentFile): Delivery {
    const answer: BankAnswer = {
      answerId: `A${digest(`${this.seed}/${head.messageId}/${sha256}`)}`,
      originalMessageId: head.messageId,
      fileStatus: 'REJECTED',
      fileCode: DUPLICATE,
      createdAt: this.options.clock.now(),
      count: 0,
      totalFen: 0n,
      lines: [],
    };
    return { name: `${head.messageId}_refused_${sha256.slice(0, 8)}`, answer };
  }

  /** Under another name until complete, so that nobody reads half an answer. */
  private async deliver({ name, answer }: Delivery, format: Format, outFolder: string): Promise<string> {
    fs.mkdirSync(outFolder, { recursive: true });
    const target = path.join(outFolder, `${name}.${format === 'csv' ? 'csv' : 'xml'}`);
    const partial = `${target}.part`;
    const handle = fs.openSync(partial, 'w', 0o600);
    try {
      for await (const bytes of writeBankAnswer(format === 'csv' ? 'csv' : 'pain.002', answer))
        fs.writeSync(handle, bytes);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(partial, target);
    return target;
  }
}

function assertShares({ rejected = {}, ...others }: BankBehaviour): void {
  const together = Object.values(rejected).reduce((sum, share) => sum + share, 0);
  for (const share of [...Object.values(rejected), ...Object.values(others), together])
    if (!(share >= 0 && share <= 1))
      throw new RangeError(`a share of the bank's behaviour is not between 0 and 1: ${share}`);
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24).toUpperCase();

const later = (file: BookFile, seconds: number): Date => new Date(Date.parse(file.receivedAt) + seconds * 1000);

const settled = ({ endToEndId, amountFen, bankRef }: BookLine): BookLine => ({
  endToEndId,
  amountFen,
  bankRef,
  status: 'SETTLED',
});

const lineOf = (line: BookLine, at: string): AnswerLine => ({ ...line, at });

/** About the file, of which an answer covers some lines. */
function statusOf(lines: readonly { readonly status: string }[], all: number): FileStatus {
  const failed = lines.filter(({ status }) => status === 'REJECTED').length;
  if (failed === all) return 'REJECTED';
  return failed > 0 || lines.length < all ? 'PARTIAL' : 'ACCEPTED';
}
