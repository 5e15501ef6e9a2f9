import { type Fen, yuanText } from '@app/kernel';
import { refuse } from './bankfile.errors';
import type { AnswerLine, BankAnswer, LineStatus } from './bank-answer.types';
import { codeOfReason, ISO_OF_FILE, ISO_OF_LINE, isoFileStatus, isoLineStatus } from './bank-codes';
import { checkLine, readLine } from './bank-line';
import { CHUNK, type Incoming } from './bytes';
import { Control } from './control';
import { LABELS, readCount, readInstant, readText, readTotal } from './field';
import { escapeXml, type XmlRecord, type XmlShape, xmlRecords } from './xml-file';

const PAIN_002 = 'urn:iso:std:iso:20022:tech:xsd:pain.002.001.11';

export type AnswerHead = Omit<BankAnswer, 'lines'>;

/** The counts and sums per status stand before the lines, as the reader's controls. */
export async function* writePain002(answer: BankAnswer): AsyncGenerator<string> {
  const control = new Control();
  const byStatus = new Map<LineStatus, { count: number; fen: Fen }>();
  for (const [index, line] of answer.lines.entries()) {
    checkLine(line, index + 1, 'UTF-8');
    control.add(line.endToEndId, line.amountFen, index + 1);
    const sum = byStatus.get(line.status) ?? { count: 0, fen: 0n };
    byStatus.set(line.status, { count: sum.count + 1, fen: sum.fen + line.amountFen });
  }
  control.assert(answer.count, answer.totalFen);
  const sums = [...byStatus].map(
    ([status, { count, fen }]) =>
      `<NbOfTxsPerSts><DtldNbOfTxs>${count}</DtldNbOfTxs><DtldSts>${ISO_OF_LINE[status]}</DtldSts>` +
      `<DtldCtrlSum>${yuanText(fen)}</DtldCtrlSum></NbOfTxsPerSts>`,
  );
  let text =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${PAIN_002}">\n<CstmrPmtStsRpt>\n` +
    `<GrpHdr><MsgId>${answer.answerId}</MsgId><CreDtTm>${answer.createdAt.toISOString()}</CreDtTm></GrpHdr>\n` +
    `<OrgnlGrpInfAndSts><OrgnlMsgId>${answer.originalMessageId}</OrgnlMsgId>` +
    `<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>${ISO_OF_FILE[answer.fileStatus]}</GrpSts>` +
    `${reasons(answer.fileCode)}${sums.join('')}</OrgnlGrpInfAndSts>\n`;
  if (answer.lines.length) {
    text += `<OrgnlPmtInfAndSts><OrgnlPmtInfId>NOTPROVIDED</OrgnlPmtInfId>\n`;
    for (const line of answer.lines) {
      text += lineXml(line);
      if (text.length >= CHUNK) {
        yield text;
        text = '';
      }
    }
    text += '</OrgnlPmtInfAndSts>\n';
  }
  yield text + '</CstmrPmtStsRpt>\n</Document>\n';
}

function lineXml(line: AnswerLine): string {
  const reference = line.bankRef && `<AcctSvcrRef>${line.bankRef}</AcctSvcrRef>`;
  return (
    `<TxInfAndSts><OrgnlEndToEndId>${line.endToEndId}</OrgnlEndToEndId><TxSts>${ISO_OF_LINE[line.status]}</TxSts>` +
    `${reasons(line.rawCode ?? (line.reason && codeOfReason[line.reason]))}<AccptncDtTm>${line.at}</AccptncDtTm>${reference}` +
    `<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">${yuanText(line.amountFen)}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>\n`
  );
}

/** ISO's own codes have four characters; a bank's longer one is proprietary. */
const reasons = (codes: string | undefined): string =>
  (codes?.split(',') ?? [])
    .map((code) => (/^[A-Z][A-Z0-9]{3}$/.test(code) ? `<Cd>${code}</Cd>` : `<Prtry>${escapeXml(code)}</Prtry>`))
    .map((code) => `<StsRsnInf><Rsn>${code}</Rsn></StsRsnInf>`)
    .join('');

const SHAPE: XmlShape = {
  namespace: PAIN_002,
  root: 'Document/CstmrPmtStsRpt',
  last: 'line',
  head: {
    'GrpHdr/MsgId': 'answerId',
    'GrpHdr/CreDtTm': 'createdAt',
    'OrgnlGrpInfAndSts/OrgnlMsgId': 'originalMessageId',
    'OrgnlGrpInfAndSts/GrpSts': 'fileStatus',
  },
  records: {
    'OrgnlGrpInfAndSts/StsRsnInf': { name: 'reason', fields: { 'Rsn/Cd': 'code', 'Rsn/Prtry': 'code' } },
    'OrgnlGrpInfAndSts/NbOfTxsPerSts': {
      name: 'sum',
      fields: { DtldNbOfTxs: 'count', DtldSts: 'status', DtldCtrlSum: 'total' },
    },
    'OrgnlPmtInfAndSts/TxInfAndSts': {
      name: 'line',
      fields: {
        OrgnlEndToEndId: 'endToEndId',
        TxSts: 'status',
        'StsRsnInf/Rsn/Cd': 'rawCode',
        'StsRsnInf/Rsn/Prtry': 'rawCode',
        AccptncDtTm: 'at',
        AcctSvcrRef: 'bankRef',
        'OrgnlTxRef/Amt/InstdAmt': 'amount',
        'OrgnlTxRef/Amt/InstdAmt@Ccy': 'currency',
      },
      repeatable: ['rawCode'],
    },
  },
};

interface Sum {
  readonly count: number;
  readonly totalFen: Fen;
}

const NOTHING: Sum = { count: 0, totalFen: 0n };

/** Yields lines as they come and returns the head only after every control held: what was yielded counts only then. */
export async function* scanPain002(incoming: Incoming): AsyncGenerator<AnswerLine[], AnswerHead> {
  const reader = new Pain002Reader();
  for await (const records of xmlRecords(incoming.text(), SHAPE)) {
    const lines: AnswerLine[] = [];
    for (const record of records) {
      const line = reader.take(record);
      if (line) lines.push(line);
    }
    yield lines;
  }
  return reader.finish();
}

class Pain002Reader {
  private readonly control = new Control();
  private readonly announced = new Map<string, Sum>();
  private readonly found = new Map<string, Sum>();
  private readonly fileCodes: string[] = [];
  private announcedCount = 0;
  private announcedFen: Fen = 0n;
  private createdAt = '';
  private head: Omit<AnswerHead, 'count' | 'totalFen' | 'fileCode'> | undefined;

  take(record: XmlRecord): AnswerLine | undefined {
    if (record.name === 'head') this.readHead(record);
    else if (record.name === 'sum') this.readSum(record);
    else if (record.name === 'reason') this.readReason(record);
    else return this.readLine(record);
    return undefined;
  }

  finish(): AnswerHead {
    this.control.assert(this.announcedCount, this.announcedFen);
    for (const [status, { count, totalFen }] of this.announced) {
      const found = this.found.get(status) ?? NOTHING;
      if (found.count !== count) throw refuse.countWrong(0, count, found.count);
      if (found.totalFen !== totalFen) throw refuse.totalWrong(0, yuanText(totalFen), yuanText(found.totalFen));
    }
    return {
      ...this.head!,
      ...(this.fileCodes.length ? { fileCode: this.fileCodes.join(',') } : {}),
      count: this.announcedCount,
      totalFen: this.announcedFen,
    };
  }

  private readHead({ values, line }: XmlRecord): void {
    const fileStatus = isoFileStatus(values.fileStatus ?? '');
    if (!values.fileStatus) throw refuse.missing(line, LABELS.fileStatus);
    if (!fileStatus) throw refuse.status(line, values.fileStatus);
    this.createdAt = readInstant(values.createdAt, LABELS.createdAt, line);
    this.head = {
      answerId: readText('answerId', values.answerId, line, 'UTF-8'),
      originalMessageId: readText('originalMessageId', values.originalMessageId, line, 'UTF-8'),
      fileStatus,
      createdAt: new Date(this.createdAt),
    };
  }

  private readReason({ values, line }: XmlRecord): void {
    const code = readText('fileCode', values.code, line, 'UTF-8');
    if (code) this.fileCodes.push(code);
  }

  private readSum({ values, line }: XmlRecord): void {
    const status = values.status ?? '';
    if (!isoLineStatus(status) || this.announced.has(status)) throw refuse.status(line, status);
    const sum = { count: readCount(values.count, line), totalFen: readTotal(values.total, line) };
    this.announced.set(status, sum);
    this.announcedCount += sum.count;
    this.announcedFen += sum.totalFen;
  }

  private readLine({ values, line }: XmlRecord): AnswerLine {
    this.control.assertRoom(this.announcedCount, line);
    const status = isoLineStatus(values.status ?? '');
    if (!status) throw refuse.status(line, values.status ?? '');
    if (values.currency !== 'CNY') throw refuse.currency(line, values.currency ?? '');
    const { endToEndId, rawCode, bankRef, amount, at = this.createdAt } = values;
    const answer = readLine({ endToEndId, status, rawCode, bankRef, amount, at }, line, 'UTF-8');
    this.control.add(answer.endToEndId, answer.amountFen, line);
    const { count, totalFen } = this.found.get(values.status!) ?? NOTHING;
    this.found.set(values.status!, { count: count + 1, totalFen: totalFen + answer.amountFen });
    return answer;
  }
}
