import { yuanText } from '@app/kernel';
import { refuse } from './bankfile.errors';

import { CHUNK, type Incoming } from './bytes';
import { Control } from './control';
import { LABELS, readAmount, readCount, readDay, readInstant, readText, readTotal } from './field';
import { checkHead, checkTransfer } from './payment-check';
import type { CreditTransfer, PaymentFileHead } from './payment-file.types';
import { escapeXml, type XmlShape, xmlRecords } from './xml-file';

const PAIN_001 = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';

/** ISO 20022 external codes: a national identity number, and China's clearing numbers. */
const NATIONAL_ID = 'NIDN';
const CLEARING_NUMBER = /^\d{12}$/;
const CITIZEN_NUMBER = /^\d{17}[\dX]$/;

/** One payment information block of one message. Division, item and batch travel where ISO 20022 leaves the parties their own codes. */
export async function* writePain001(
  head: PaymentFileHead,
  transfers: AsyncIterable<CreditTransfer> | Iterable<CreditTransfer>,
): AsyncGenerator<string> {
  checkHead(head, 'UTF-8');
  const control = new Control();
  let previous = 0;
  let text = opening(head);
  for await (const transfer of transfers) {
    checkTransfer(transfer, previous, 'UTF-8');
    control.add(transfer.endToEndId, transfer.amountFen, transfer.sequence);
    previous = transfer.sequence;
    text += transferXml(transfer);
    if (text.length >= CHUNK) {
      yield text;
      text = '';
    }
  }
  control.assert(head.count, head.totalFen);
  yield text + '</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n';
}

function opening(head: PaymentFileHead): string {
  const name = escapeXml(head.debtorName);
  const controls = `<NbOfTxs>${head.count}</NbOfTxs><CtrlSum>${yuanText(head.totalFen)}</CtrlSum>`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${PAIN_001}">\n<CstmrCdtTrfInitn>\n` +
    `<GrpHdr><MsgId>${head.messageId}</MsgId><CreDtTm>${head.createdAt.toISOString()}</CreDtTm>${controls}` +
    `<InitgPty><Nm>${name}</Nm><Id><OrgId><Othr><Id>${head.divisionCode}</Id></Othr></OrgId></Id></InitgPty></GrpHdr>\n` +
    `<PmtInf><PmtInfId>${head.batch}</PmtInfId><PmtMtd>TRF</PmtMtd>${controls}` +
    `<PmtTpInf><CtgyPurp><Prtry>${head.itemCode}</Prtry></CtgyPurp></PmtTpInf>` +
    `<ReqdExctnDt><Dt>${head.executionDay}</Dt></ReqdExctnDt><Dbtr><Nm>${name}</Nm></Dbtr>` +
    `<DbtrAcct>${account(head.debtorAccount)}</DbtrAcct><DbtrAgt>${agent(head.debtorBank)}</DbtrAgt>\n`
  );
}

function transferXml(transfer: CreditTransfer): string {
  const scheme = CITIZEN_NUMBER.test(transfer.payeeIdNumber) ? `<SchmeNm><Cd>${NATIONAL_ID}</Cd></SchmeNm>` : '';
  const remark = transfer.remark && `<RmtInf><Ustrd>${escapeXml(transfer.remark)}</Ustrd></RmtInf>`;
  return (
    `<CdtTrfTxInf><PmtId><InstrId>${transfer.sequence}</InstrId><EndToEndId>${transfer.endToEndId}</EndToEndId></PmtId>` +
    `<Amt><InstdAmt Ccy="CNY">${yuanText(transfer.amountFen)}</InstdAmt></Amt>` +
    `<CdtrAgt>${agent(transfer.payeeBank)}</CdtrAgt><Cdtr><Nm>${escapeXml(transfer.payeeName)}</Nm>` +
    `<Id><PrvtId><Othr><Id>${transfer.payeeIdNumber}</Id>${scheme}</Othr></PrvtId></Id></Cdtr>` +
    `<CdtrAcct>${account(transfer.payeeAccount)}</CdtrAcct>${remark}</CdtTrfTxInf>\n`
  );
}

const account = (number: string): string => `<Id><Othr><Id>${number}</Id></Othr></Id>`;

const agent = (bank: string): string =>
  CLEARING_NUMBER.test(bank)
    ? `<FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>${bank}</MmbId></ClrSysMmbId></FinInstnId>`
    : `<FinInstnId><Nm>${escapeXml(bank)}</Nm></FinInstnId>`;

const SHAPE: XmlShape = {
  namespace: PAIN_001,
  root: 'Document/CstmrCdtTrfInitn',
  last: 'transfer',
  head: {
    'GrpHdr/MsgId': 'messageId',
    'GrpHdr/CreDtTm': 'createdAt',
    'GrpHdr/NbOfTxs': 'count',
    'GrpHdr/CtrlSum': 'total',
    'GrpHdr/InitgPty/Id/OrgId/Othr/Id': 'divisionCode',
    'PmtInf/PmtInfId': 'batch',
    'PmtInf/PmtMtd': 'method',
    'PmtInf/NbOfTxs': 'blockCount',
    'PmtInf/CtrlSum': 'blockTotal',
    'PmtInf/PmtTpInf/CtgyPurp/Prtry': 'itemCode',
    'PmtInf/ReqdExctnDt/Dt': 'executionDay',
    'PmtInf/Dbtr/Nm': 'debtorName',
    'PmtInf/DbtrAcct/Id/Othr/Id': 'debtorAccount',
    'PmtInf/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId': 'debtorBank',
    'PmtInf/DbtrAgt/FinInstnId/Nm': 'debtorBank',
  },
  records: {
    'PmtInf/CdtTrfTxInf': {
      name: 'transfer',
      fields: {
        'PmtId/InstrId': 'sequence',
        'PmtId/EndToEndId': 'endToEndId',
        'Amt/InstdAmt': 'amount',
        'Amt/InstdAmt@Ccy': 'currency',
        'CdtrAgt/FinInstnId/ClrSysMmbId/MmbId': 'payeeBank',
        'CdtrAgt/FinInstnId/Nm': 'payeeBank',
        'Cdtr/Nm': 'payeeName',
        'Cdtr/Id/PrvtId/Othr/Id': 'payeeIdNumber',
        'CdtrAcct/Id/Othr/Id': 'payeeAccount',
        'RmtInf/Ustrd': 'remark',
      },
    },
  },
};

/** Yields transfers as they come and returns the head only after every control held: what was yielded counts only then. */
export async function* scanPain001(incoming: Incoming): AsyncGenerator<CreditTransfer[], PaymentFileHead> {
  const control = new Control();
  let head: PaymentFileHead | undefined;
  let previous = 0;
  for await (const records of xmlRecords(incoming.text(), SHAPE)) {
    const transfers: CreditTransfer[] = [];
    for (const { name, values, line } of records) {
      if (name === 'head') {
        head = readHead(values, line);
        continue;
      }
      control.assertRoom(head!.count, line);
      const transfer = readTransfer(values, line, previous);
      control.add(transfer.endToEndId, transfer.amountFen, line);
      previous = transfer.sequence;
      transfers.push(transfer);
    }
    yield transfers;
  }
  control.assert(head!.count, head!.totalFen);
  return head!;
}

function readHead(values: Readonly<Record<string, string>>, line: number): PaymentFileHead {
  const count = readCount(values.count, line);
  const totalFen = readTotal(values.total, line);
  if (values.method !== 'TRF') throw refuse.malformed(line, 'PmtMtd');
  // The block may repeat the controls of the message; when it does they agree.
  if (values.blockCount !== undefined && readCount(values.blockCount, line) !== count)
    throw refuse.countWrong(line, count, readCount(values.blockCount, line));
  if (values.blockTotal !== undefined && readTotal(values.blockTotal, line) !== totalFen)
    throw refuse.totalWrong(line, yuanText(totalFen), values.blockTotal);
  return {
    messageId: readText('messageId', values.messageId, line, 'UTF-8'),
    createdAt: new Date(readInstant(values.createdAt, LABELS.createdAt, line)),
    executionDay: readDay(values.executionDay, line),
    debtorName: readText('debtorName', values.debtorName, line, 'UTF-8'),
    debtorAccount: readText('debtorAccount', values.debtorAccount, line, 'UTF-8'),
    debtorBank: readText('debtorBank', values.debtorBank, line, 'UTF-8'),
    divisionCode: readText('divisionCode', values.divisionCode, line, 'UTF-8'),
    itemCode: readText('itemCode', values.itemCode, line, 'UTF-8'),
    batch: readText('batch', values.batch, line, 'UTF-8'),
    count,
    totalFen,
  };
}

function readTransfer(values: Readonly<Record<string, string>>, line: number, previous: number): CreditTransfer {
  if (values.currency !== 'CNY') throw refuse.currency(line, values.currency ?? '');
  return {
    sequence: readSequence(values.sequence, line, previous),
    endToEndId: readText('endToEndId', values.endToEndId, line, 'UTF-8'),
    amountFen: readAmount(values.amount, line),
    payeeName: readText('payeeName', values.payeeName, line, 'UTF-8'),
    payeeIdNumber: readText('payeeIdNumber', values.payeeIdNumber, line, 'UTF-8'),
    payeeAccount: readText('payeeAccount', values.payeeAccount, line, 'UTF-8'),
    payeeBank: readText('payeeBank', values.payeeBank, line, 'UTF-8'),
    remark: readText('remark', values.remark, line, 'UTF-8'),
  };
}

/** Ascending, so that a line moved or put in by hand shows. */
export function readSequence(value: string | undefined, line: number, previous: number): number {
  const sequence = /^[1-9]\d{0,8}$/.test(value ?? '') ? Number(value) : 0;
  if (sequence <= previous) throw refuse.sequence(line, previous);
  return sequence;
}
