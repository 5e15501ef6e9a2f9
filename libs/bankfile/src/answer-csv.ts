import { yuanText } from '@app/kernel';
import { refuse } from './bankfile.errors';
import type { AnswerLine, BankAnswer, LineStatus } from './bank-answer.types';
import { codeOfReason, statusOfCode, WORD_OF_FILE, WORD_OF_LINE, wordFileStatus, wordLineStatus } from './bank-codes';
import { checkLine, readLine } from './bank-line';
import { CHUNK, type Incoming } from './bytes';
import { Control } from './control';
import { csvLine, csvRows } from './csv-file';
import { type Carrier, LABELS, readCount, readInstant, readText, readTotal } from './field';
import type { AnswerHead } from './pain002';
import { assertColumns } from './payment-csv';

/** First cell of the first line, and the version of this layout in the second. */
const ANSWER_LIST = '付款回盘';
const VERSION = '1';
const COLUMNS = ['付款号', '状态', '返回码', '银行流水号', '金额', '处理时间'] as const;

/** Head line with count and total, column names, one line per answer; lines end with CR LF, the last one too. */
export async function* writeAnswerCsv(answer: BankAnswer): AsyncGenerator<string> {
  const control = new Control();
  let text =
    csvLine([
      ANSWER_LIST,
      VERSION,
      answer.answerId,
      answer.originalMessageId,
      WORD_OF_FILE[answer.fileStatus],
      answer.fileCode ?? '',
      answer.createdAt.toISOString(),
      String(answer.count),
      yuanText(answer.totalFen),
    ]) + csvLine(COLUMNS);
  for (const [index, line] of answer.lines.entries()) {
    checkLine(line, index + 1, 'GB18030');
    control.add(line.endToEndId, line.amountFen, index + 1);
    const code = line.rawCode ?? (line.reason && codeOfReason[line.reason]) ?? '';
    text += csvLine([
      line.endToEndId,
      WORD_OF_LINE[line.status],
      code,
      line.bankRef,
      yuanText(line.amountFen),
      line.at,
    ]);
    if (text.length >= CHUNK) {
      yield text;
      text = '';
    }
  }
  control.assert(answer.count, answer.totalFen);
  if (text) yield text;
}

/** Yields lines as they come and returns the head only after every control held: what was yielded counts only then. */
export async function* scanAnswerCsv(incoming: Incoming, carrier: Carrier): AsyncGenerator<AnswerLine[], AnswerHead> {
  const control = new Control();
  let head: AnswerHead | undefined;
  for await (const rows of csvRows(incoming.lines(carrier))) {
    const lines: AnswerLine[] = [];
    for (const { cells, line } of rows) {
      if (!head) head = readHead(cells, carrier);
      else if (line === 2) assertColumns(cells, COLUMNS);
      else {
        control.assertRoom(head.count, line);
        const answer = readAnswerLine(cells, line, carrier);
        control.add(answer.endToEndId, answer.amountFen, line);
        lines.push(answer);
      }
    }
    yield lines;
  }
  if (!head) throw refuse.truncated(1);
  control.assert(head.count, head.totalFen);
  return head;
}

function readHead(cells: readonly string[], carrier: Carrier): AnswerHead {
  if (cells[0] !== ANSWER_LIST) throw refuse.kind(ANSWER_LIST, cells[0] ?? '');
  if (cells[1] !== VERSION || cells.length !== 9) throw refuse.malformed(1, `9 × ${ANSWER_LIST},${VERSION}`);
  if (!cells[4]) throw refuse.missing(1, LABELS.fileStatus);
  const fileStatus = wordFileStatus(cells[4]);
  if (!fileStatus) throw refuse.status(1, cells[4]);
  const fileCode = readText('fileCode', cells[5], 1, carrier);
  return {
    answerId: readText('answerId', cells[2], 1, carrier),
    originalMessageId: readText('originalMessageId', cells[3], 1, carrier),
    fileStatus,
    ...(fileCode ? { fileCode } : {}),
    createdAt: new Date(readInstant(cells[6], LABELS.createdAt, 1)),
    count: readCount(cells[7], 1),
    totalFen: readTotal(cells[8], 1),
  };
}

function readAnswerLine(cells: readonly string[], line: number, carrier: Carrier): AnswerLine {
  if (cells.length !== COLUMNS.length) throw refuse.malformed(line, `${cells.length} ≠ ${COLUMNS.length}`);
  const [endToEndId, word, rawCode, bankRef, amount, at] = cells;
  return readLine(
    { endToEndId, status: lineStatus(word!, rawCode!, line), rawCode, bankRef, amount, at },
    line,
    carrier,
  );
}

/** Some banks leave the status to their code. */
function lineStatus(word: string, code: string, line: number): LineStatus {
  const status = word ? wordLineStatus(word) : statusOfCode(code);
  if (!status) throw refuse.status(line, word || code);
  return status;
}
