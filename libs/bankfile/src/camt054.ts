import type { NoticeEntry, NoticeHead } from './bank-notice.types';
import { refuse } from './bankfile.errors';
import type { Incoming } from './bytes';
import { LABELS, readCount, readInstant, readText } from './field';
import { type XmlRecord, type XmlRecordShape, type XmlShape, xmlRecords } from './xml-file';

const CAMT_054 = 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08';

const DETAILS: XmlRecordShape = {
  name: 'details',
  fields: {
    'Refs/AcctSvcrRef': 'bankRef',
    Amt: 'amount',
    'Amt@Ccy': 'currency',
    CdtDbtInd: 'direction',
    'RltdPties/Dbtr/Pty/Nm': 'payerName',
    'RltdPties/DbtrAcct/Id/IBAN': 'payerAccount',
    'RltdPties/DbtrAcct/Id/Othr/Id': 'payerAccount',
    'RltdAgts/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId': 'payerBankNumber',
    'RltdAgts/DbtrAgt/FinInstnId/Nm': 'payerBankName',
    'RltdAgts/DbtrAgt/FinInstnId/BICFI': 'payerBankCode',
    'RmtInf/Ustrd': 'remittance',
    'RmtInf/Strd/CdtrRefInf/Ref': 'remittance',
  },
  repeatable: ['remittance'],
};

const ENTRY: XmlRecordShape = {
  name: 'entry',
  fields: {
    Amt: 'amount',
    'Amt@Ccy': 'currency',
    CdtDbtInd: 'direction',
    RvslInd: 'reversal',
    'Sts/Cd': 'status',
    'Sts/Prtry': 'status',
    'BookgDt/Dt': 'bookedAt',
    'BookgDt/DtTm': 'bookedAt',
    AcctSvcrRef: 'bankRef',
    AddtlNtryInf: 'remittance',
  },
  records: { 'NtryDtls/TxDtls': DETAILS },
};

const SHAPE: XmlShape = {
  namespace: CAMT_054,
  root: 'Document/BkToCstmrDbtCdtNtfctn',
  last: 'notice',
  head: { 'GrpHdr/MsgId': 'messageId', 'GrpHdr/CreDtTm': 'createdAt' },
  records: {
    Ntfctn: {
      name: 'notice',
      fields: { 'Acct/Id/IBAN': 'account', 'Acct/Id/Othr/Id': 'account', 'TxsSummry/TtlNtries/NbOfNtries': 'count' },
      records: { Ntry: ENTRY },
    },
  },
};

/** Yields entries as they come and returns the head only after every control held: what was yielded counts only then. */
export async function* scanCamt054(incoming: Incoming, entriesMax: number): AsyncGenerator<NoticeEntry[], NoticeHead> {
  const reader = new Camt054Reader(entriesMax);
  for await (const records of xmlRecords(incoming.text(), SHAPE)) {
    const entries: NoticeEntry[] = [];
    for (const record of records) entries.push(...reader.take(record));
    yield entries;
  }
  return reader.finish();
}

class Camt054Reader {
  private readonly accounts = new Set<string>();
  private readonly details: XmlRecord[] = [];
  private messageId: string | undefined;
  private entriesOfNotice = 0;
  private count = 0;

  constructor(private readonly entriesMax: number) {}

  take(record: XmlRecord): NoticeEntry[] {
    if (record.name === 'head') this.readHead(record);
    else if (record.name === 'details') this.readDetails(record);
    else if (record.name === 'entry') return this.readEntry(record);
    else this.endNotice(record);
    return [];
  }

  finish(): NoticeHead {
    if (this.messageId === undefined || this.accounts.size === 0) throw refuse.truncated(0);
    return { messageId: this.messageId, accounts: [...this.accounts], count: this.count };
  }

  private readHead({ values, line }: XmlRecord): void {
    readInstant(values.createdAt, LABELS.createdAt, line);
    this.messageId = readText('messageId', values.messageId, line, 'UTF-8');
  }

  private readDetails(record: XmlRecord): void {
    this.assertRoom(record.line);
    this.details.push(record);
  }

  /** An entry is one booking, or the sum of several that it lists. */
  private readEntry({ values, line, around }: XmlRecord): NoticeEntry[] {
    const account = readText('debtorAccount', around.account, line, 'UTF-8');
    this.accounts.add(account);
    this.entriesOfNotice++;
    const listed = this.details.splice(0);
    const isOne = listed.length < 2;
    const sum = isOne ? undefined : exactSum(listed.map((one) => one.values.amount ?? ''));
    const isSumWrong = sum !== undefined && (sum === null || sum !== exactSum([values.amount ?? '']));
    const made = (listed.length > 0 ? listed : [undefined]).map((one): NoticeEntry => {
      const own = one?.values ?? {};
      return {
        line: one?.line ?? line,
        account,
        bankRef: own.bankRef || (isOne ? (values.bankRef ?? '') : ''),
        status: values.status ?? '',
        direction: own.direction ?? values.direction ?? '',
        isReversal: isYes(values.reversal, line),
        bookedAt: values.bookedAt ?? '',
        amount: (isOne ? values.amount : own.amount) ?? '',
        currency: (isOne ? values.currency : own.currency) ?? '',
        payerName: own.payerName ?? '',
        payerAccount: own.payerAccount ?? '',
        payerBank: own.payerBankNumber ?? own.payerBankName ?? own.payerBankCode ?? '',
        remittance: own.remittance ?? values.remittance ?? '',
        isSumWrong: isSumWrong || (isOne && own.amount !== undefined && !isSame(own.amount, values.amount ?? '')),
      };
    });
    this.count += made.length;
    this.assertRoom(line);
    return made;
  }

  private endNotice({ values, line }: XmlRecord): void {
    this.accounts.add(readText('debtorAccount', values.account, line, 'UTF-8'));
    if (values.count !== undefined) {
      const announced = readCount(values.count, line);
      if (announced !== this.entriesOfNotice) throw refuse.countWrong(line, announced, this.entriesOfNotice);
    }
    this.entriesOfNotice = 0;
  }

  private assertRoom(line: number): void {
    if (this.count + this.details.length > this.entriesMax) throw refuse.tooLarge(line, `> ${this.entriesMax}`);
  }
}

function isYes(text: string | undefined, line: number): boolean {
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text === 'true' || text === '1') return true;
  throw refuse.malformed(line, 'RvslInd');
}

/** In hundred-thousandths, as the schema allows; null where one is no amount. */
function exactSum(amounts: readonly string[]): bigint | null {
  let sum = 0n;
  for (const amount of amounts) {
    const match = /^\+?(\d{1,18})(?:\.(\d{0,5}))?$/.exec(amount);
    if (!match) return null;
    sum += BigInt(match[1]!) * 100_000n + BigInt((match[2] ?? '').padEnd(5, '0'));
  }
  return sum;
}

const isSame = (one: string, other: string): boolean => {
  const sum = exactSum([one]);
  return sum !== null && sum === exactSum([other]);
};
