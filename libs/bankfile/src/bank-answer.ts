import { createReadStream } from 'node:fs';
import { scanAnswerCsv, writeAnswerCsv } from './answer-csv';
import { refuse } from './bankfile.errors';
import type { AnswerFormat, AnswerLine, BankAnswer, OpenBankAnswer, ReadBankAnswer } from './bank-answer.types';
import { encodeText, Incoming } from './bytes';
import { checkText } from './field';
import { scanPain002, writePain002 } from './pain002';
import type { ByteSource } from './payment-file.types';

/** The bytes of an answer, as a bank writes it. */
export async function* writeBankAnswer(format: AnswerFormat, answer: BankAnswer): AsyncGenerator<Buffer> {
  const carrier = format === 'csv' ? 'GB18030' : 'UTF-8';
  checkText('answerId', answer.answerId, 0, carrier);
  checkText('originalMessageId', answer.originalMessageId, 0, carrier);
  checkText('fileCode', answer.fileCode ?? '', 0, carrier);
  const texts = format === 'csv' ? writeAnswerCsv(answer) : writePain002(answer);
  for await (const text of texts) yield encodeText(text, carrier);
}

/** Reads a whole answer, of either format: every control holds, or a Refusal says why not one line counts. */
export async function readBankAnswer(source: ByteSource): Promise<ReadBankAnswer> {
  const lines: AnswerLine[] = [];
  const scan = scanBankAnswer(source);
  for (;;) {
    const next = await scan.next();
    if (next.done) return { ...next.value, lines };
    for (const line of next.value) lines.push(line);
  }
}

/** As `readBankAnswer` with constant memory: the file is checked to its end first, its lines are read when asked for. */
export async function openBankAnswer(path: string): Promise<OpenBankAnswer> {
  const scan = scanBankAnswer(createReadStream(path));
  for (;;) {
    const next = await scan.next();
    if (next.done) return { ...next.value, lines: () => again(path, next.value.sha256) };
  }
}

async function* again(path: string, sha256: string): AsyncGenerator<AnswerLine> {
  const scan = scanBankAnswer(createReadStream(path));
  for (;;) {
    const next = await scan.next();
    if (!next.done) yield* next.value;
    else if (next.value.sha256 === sha256) return;
    else throw refuse.changed();
  }
}

async function* scanBankAnswer(source: ByteSource): AsyncGenerator<AnswerLine[], Omit<ReadBankAnswer, 'lines'>> {
  const incoming = new Incoming(source);
  if (await incoming.isXml()) {
    const head = yield* scanPain002(incoming);
    return { ...head, format: 'pain.002', sha256: incoming.sha256 };
  }
  const head = yield* scanAnswerCsv(incoming, incoming.hasByteOrderMark() ? 'UTF-8' : 'GB18030');
  return { ...head, format: 'csv', sha256: incoming.sha256 };
}
