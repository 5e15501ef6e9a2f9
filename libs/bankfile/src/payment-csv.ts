import { yuanText } from '@app/kernel';
import { refuse } from './bankfile.errors';
import { CHUNK, type Incoming } from './bytes';
import { Control } from './control';
import { csvLine, csvRows } from './csv-file';
import {
  type Carrier,
  checkEqual,
  LABELS,
  readAmount,
  readCount,
  readDay,
  readInstant,
  readText,
  readTotal,
} from './field';
import { readSequence } from './pain001';
import { checkHead, checkTransfer } from './payment-check';
import type { CreditTransfer, PaymentFileHead } from './payment-file.types';

/** First cell of the first line, and the version of this layout in the second. */
const PAYMENT_LIST = '付款清册';
const VERSION = '1';

/** The fixed columns of the one-card list (一卡通). The phone stays empty: the bank knows its own customer. */
const COLUMNS = [
  '序号',
  '补贴项目编码',
  '补贴年度/批次',
  '区划码',
  '领款人姓名',
  '身份证号',
  '开户银行',
  '银行账号',
  '金额',
  '联系电话',
  '备注',
] as const;

/** The list has no column for the payer's reference, so it leads the remark: `[reference]remark`. */
const REMARK = /^\[([^\]]*)\](.*)$/su;

/** Head line with count and total, column names, one line per transfer; lines end with CR LF, the last one too. */
export async function* writePaymentCsv(
  head: PaymentFileHead,
  transfers: AsyncIterable<CreditTransfer> | Iterable<CreditTransfer>,
): AsyncGenerator<string> {
  checkHead(head, 'GB18030');
  const control = new Control();
  let previous = 0;
  let text = opening(head);
  for await (const transfer of transfers) {
    checkTransfer(transfer, previous, 'GB18030');
    control.add(transfer.endToEndId, transfer.amountFen, transfer.sequence);
    previous = transfer.sequence;
    text += csvLine([
      String(transfer.sequence),
      head.itemCode,
      head.batch,
      head.divisionCode,
      transfer.payeeName,
      transfer.payeeIdNumber,
      transfer.payeeBank,
      transfer.payeeAccount,
      yuanText(transfer.amountFen),
      '',
      `[${transfer.endToEndId}]${transfer.remark}`,
    ]);
    if (text.length >= CHUNK) {
      yield text;
      text = '';
    }
  }
  control.assert(head.count, head.totalFen);
  if (text) yield text;
}

function opening(head: PaymentFileHead): string {
  const cells = [
    PAYMENT_LIST,
    VERSION,
    head.messageId,
    head.createdAt.toISOString(),
    head.executionDay,
    head.divisionCode,
    head.itemCode,
    head.batch,
    head.debtorName,
    head.debtorAccount,
    head.debtorBank,
    String(head.count),
    yuanText(head.totalFen),
  ];
  return csvLine(cells) + csvLine(COLUMNS);
}

/** Yields transfers as they come and returns the head only after every control held: what was yielded counts only then. */
export async function* scanPaymentCsv(
  incoming: Incoming,
  carrier: Carrier,
): AsyncGenerator<CreditTransfer[], PaymentFileHead> {
  const control = new Control();
  let head: PaymentFileHead | undefined;
  let previous = 0;
  for await (const rows of csvRows(incoming.lines(carrier))) {
    const transfers: CreditTransfer[] = [];
    for (const { cells, line } of rows) {
      if (!head) head = readHead(cells, carrier);
      else if (line === 2) assertColumns(cells, COLUMNS);
      else {
        control.assertRoom(head.count, line);
        const transfer = readTransfer(cells, line, previous, head, carrier);
        control.add(transfer.endToEndId, transfer.amountFen, line);
        previous = transfer.sequence;
        transfers.push(transfer);
      }
    }
    yield transfers;
  }
  if (!head) throw refuse.truncated(1);
  control.assert(head.count, head.totalFen);
  return head;
}

export function assertColumns(cells: readonly string[], columns: readonly string[]): void {
  if (cells.length !== columns.length || cells.some((cell, i) => cell !== columns[i]))
    throw refuse.malformed(2, columns.join(','));
}

function readHead(cells: readonly string[], carrier: Carrier): PaymentFileHead {
  if (cells[0] !== PAYMENT_LIST) throw refuse.kind(PAYMENT_LIST, cells[0] ?? '');
  if (cells[1] !== VERSION || cells.length !== 13) throw refuse.malformed(1, `13 × ${PAYMENT_LIST},${VERSION}`);
  return {
    messageId: readText('messageId', cells[2], 1, carrier),
    createdAt: new Date(readInstant(cells[3], LABELS.createdAt, 1)),
    executionDay: readDay(cells[4], 1),
    divisionCode: readText('divisionCode', cells[5], 1, carrier),
    itemCode: readText('itemCode', cells[6], 1, carrier),
    batch: readText('batch', cells[7], 1, carrier),
    debtorName: readText('debtorName', cells[8], 1, carrier),
    debtorAccount: readText('debtorAccount', cells[9], 1, carrier),
    debtorBank: readText('debtorBank', cells[10], 1, carrier),
    count: readCount(cells[11], 1),
    totalFen: readTotal(cells[12], 1),
  };
}

function readTransfer(
  cells: readonly string[],
  line: number,
  previous: number,
  head: PaymentFileHead,
  carrier: Carrier,
): CreditTransfer {
  if (cells.length !== COLUMNS.length) throw refuse.malformed(line, `${cells.length} ≠ ${COLUMNS.length}`);
  checkEqual('itemCode', cells[1]!, head.itemCode, line);
  checkEqual('batch', cells[2]!, head.batch, line);
  checkEqual('divisionCode', cells[3]!, head.divisionCode, line);
  readText('phone', cells[9], line, carrier);
  const [, endToEndId, remark] = REMARK.exec(cells[10]!) ?? [];
  return {
    sequence: readSequence(cells[0], line, previous),
    endToEndId: readText('endToEndId', endToEndId, line, carrier),
    amountFen: readAmount(cells[8], line),
    payeeName: readText('payeeName', cells[4], line, carrier),
    payeeIdNumber: readText('payeeIdNumber', cells[5], line, carrier),
    payeeAccount: readText('payeeAccount', cells[7], line, carrier),
    payeeBank: readText('payeeBank', cells[6], line, carrier),
    remark: readText('remark', remark, line, carrier),
  };
}
