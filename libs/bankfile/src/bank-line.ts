import { refuse } from './bankfile.errors';
import type { AnswerLine, LineStatus } from './bank-answer.types';
import { reasonOfCode, statusOfCode } from './bank-codes';
import { type Carrier, checkAmount, checkText, LABELS, readAmount, readInstant, readText } from './field';

const isFailure = (status: LineStatus): boolean => status === 'REJECTED' || status === 'RETURNED';
const isMoneyMoved = (status: LineStatus): boolean => status === 'SETTLED' || status === 'RETURNED';

/** The values of one line as they stand in the file. */
export interface RawLine {
  readonly endToEndId: string | undefined;
  readonly status: LineStatus;
  readonly rawCode: string | undefined;
  readonly bankRef: string | undefined;
  readonly amount: string | undefined;
  readonly at: string | undefined;
}

export function readLine(raw: RawLine, line: number, carrier: Carrier): AnswerLine {
  const { status } = raw;
  const rawCode = readText('rawCode', raw.rawCode, line, carrier) || undefined;
  const codes = rawCode?.split(',') ?? [];
  assertCodesAgree(status, codes, line);
  const bankRef = readText('bankRef', raw.bankRef, line, carrier);
  if (!bankRef && isMoneyMoved(status)) throw refuse.missing(line, LABELS.bankRef);
  return {
    endToEndId: readText('endToEndId', raw.endToEndId, line, carrier),
    status,
    ...(isFailure(status) ? { reason: reasonOfCodes(codes) } : {}),
    ...(rawCode ? { rawCode } : {}),
    bankRef,
    amountFen: readAmount(raw.amount, line),
    at: readInstant(raw.at, LABELS.at, line),
  };
}

/** "Settled, because the account is closed" is two statements; which one is true only the bank knows. */
function assertCodesAgree(status: LineStatus, codes: readonly string[], line: number): void {
  for (const code of codes) {
    const told = statusOfCode(code);
    const contradicts = isFailure(status) ? told === 'SETTLED' : status !== 'PENDING' && told === 'REJECTED';
    if (contradicts) throw refuse.status(line, `${status} ${code}`);
  }
}

/** The first code that says something. */
function reasonOfCodes(codes: readonly string[]): AnswerLine['reason'] {
  for (const code of codes) if (reasonOfCode(code) !== 'UNKNOWN') return reasonOfCode(code);
  return 'UNKNOWN';
}

/** A line about to be written is held to what a reader will ask of it. */
export function checkLine(line: AnswerLine, place: number, carrier: Carrier): void {
  checkText('endToEndId', line.endToEndId, place, carrier);
  checkText('bankRef', line.bankRef, place, carrier);
  if (!line.bankRef && isMoneyMoved(line.status)) throw refuse.missing(place, LABELS.bankRef);
  checkText('rawCode', line.rawCode ?? '', place, carrier);
  assertCodesAgree(line.status, line.rawCode?.split(',') ?? [], place);
  checkAmount(line.amountFen, place);
  readInstant(line.at, LABELS.at, place);
}
