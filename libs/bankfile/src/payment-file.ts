import { createReadStream } from 'node:fs';
import { dayInChina } from '@app/kernel';
import { refuse } from './bankfile.errors';
import { encodeText, Incoming } from './bytes';
import { checkText } from './field';
import { scanPain001, writePain001 } from './pain001';
import { scanPaymentCsv, writePaymentCsv } from './payment-csv';
import type {
  ByteSource,
  CreditTransfer,
  Format,
  OpenPaymentFile,
  PaymentFile,
  PaymentFileHead,
} from './payment-file.types';

/**
 * The bytes of a payment file, made as the transfers come. Throws a Refusal at the first field that cannot travel as
 * it is, and at the end when count or total are not what the head promised: write under another name, rename when done.
 */
export async function* writePaymentFile(
  format: Format,
  head: PaymentFileHead,
  transfers: AsyncIterable<CreditTransfer> | Iterable<CreditTransfer>,
): AsyncGenerator<Buffer> {
  if (format === 'pain.001') for await (const text of writePain001(head, transfers)) yield encodeText(text, 'UTF-8');
  else for await (const text of writePaymentCsv(head, transfers)) yield encodeText(text, 'GB18030');
}

/** `division_item_batch_date_sequence`, the day being the one in China on which the file was made. */
export function paymentFileName(format: Format, head: PaymentFileHead, sequence: number): string {
  for (const name of ['divisionCode', 'itemCode', 'batch'] as const) checkText(name, head[name], 0, 'GB18030');
  const date = dayInChina(head.createdAt).replaceAll('-', '');
  const number = String(sequence).padStart(4, '0');
  return `${head.divisionCode}_${head.itemCode}_${head.batch}_${date}_${number}.${format === 'csv' ? 'csv' : 'xml'}`;
}

/** Reads a whole payment file, of either format, as a bank does: all of it holds, or a Refusal says why nothing does. */
export async function readPaymentFile(source: ByteSource): Promise<PaymentFile> {
  const transfers: CreditTransfer[] = [];
  const scan = scanPaymentFile(source);
  for (;;) {
    const next = await scan.next();
    if (next.done) return { ...next.value, transfers };
    for (const transfer of next.value) transfers.push(transfer);
  }
}

/** As `readPaymentFile` with constant memory: the file is checked to its end first, its transfers are read when asked for. */
export async function openPaymentFile(path: string): Promise<OpenPaymentFile> {
  const scan = scanPaymentFile(createReadStream(path));
  for (;;) {
    const next = await scan.next();
    if (next.done) return { ...next.value, transfers: () => again(path, next.value.sha256) };
  }
}

async function* again(path: string, sha256: string): AsyncGenerator<CreditTransfer> {
  const scan = scanPaymentFile(createReadStream(path));
  for (;;) {
    const next = await scan.next();
    if (!next.done) yield* next.value;
    else if (next.value.sha256 === sha256) return;
    else throw refuse.changed();
  }
}

async function* scanPaymentFile(source: ByteSource): AsyncGenerator<CreditTransfer[], Omit<PaymentFile, 'transfers'>> {
  const incoming = new Incoming(source);
  if (await incoming.isXml()) {
    const head = yield* scanPain001(incoming);
    return { format: 'pain.001', head, sha256: incoming.sha256 };
  }
  const head = yield* scanPaymentCsv(incoming, incoming.hasByteOrderMark() ? 'UTF-8' : 'GB18030');
  return { format: 'csv', head, sha256: incoming.sha256 };
}
