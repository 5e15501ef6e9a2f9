import { type CitizenId, parseCitizenId } from '@app/kernel';
import type {
  BatchLine,
  BatchResult,
  QueryReply,
  RegistryRecord,
  VerifyReply,
} from '../household-registry/household-registry.types';
import { isSameName, isSameNumber } from '../household-registry/registry-echo.rules';

/** The 18-digit form of a number in any spelling; undefined when it is none. */
export function readNumber(text: string | null): CitizenId | undefined {
  const parsed = text === null ? 'SHAPE' : parseCitizenId(text);
  return typeof parsed === 'string' ? undefined : parsed;
}

export interface Asked {
  readonly requestId: string;
  /** As 18 digits. */
  readonly idNumber: string;
  readonly name: string;
}

/** Why a reply must not be used; undefined when it is about the person asked for. */
export type Fault = 'wrong-person' | 'stale' | 'ahead' | 'contradicts-itself';

const isNumber = (text: string | null, idNumber: string): boolean => text !== null && isSameNumber(text, idNumber);
const isName = (text: string | null, name: string): boolean => text !== null && isSameName(text, name);

/**
 * Whether an answer names the request, the number and the name that were asked: an answer that matches by accident is
 * another person's. Where the registry knows nobody it may name nobody, but nobody else either.
 */
export function faultOfVerify(asked: Asked, { echo, result }: VerifyReply): Fault | undefined {
  if (echo.requestId !== asked.requestId) return 'wrong-person';
  const isSilent = result === 'not-found' && echo.idNumber === null;
  if (!isSilent && !isNumber(echo.idNumber, asked.idNumber)) return 'wrong-person';
  const isNameless = result === 'not-found' && echo.name === null;
  if (!isNameless && !isName(echo.name, asked.name)) return 'wrong-person';
  return undefined;
}

/** When a record is out of date, and when it cannot be true yet. */
export interface Times {
  /** The newest state of this record that was seen before, if any. */
  readonly knownAt: (registryPersonId: string) => Date | undefined;
  /** Nothing can have changed after this moment. */
  readonly latest: Date;
}

export function faultOfQuery(asked: Asked, { echo, records }: QueryReply, times: Times): Fault | undefined {
  if (echo.requestId !== asked.requestId) return 'wrong-person';
  if (echo.idNumber === null ? records.length > 0 : !isNumber(echo.idNumber, asked.idNumber)) return 'wrong-person';
  if (echo.name !== null && !isName(echo.name, asked.name)) return 'wrong-person';
  // Several people on one number (重号) are for a clerk to tell apart, but the one asked for must be among them.
  if (records.length > 0 && !records.some(({ name }) => isName(name, asked.name))) return 'wrong-person';
  for (const record of records) {
    const fault = faultOfRecord(asked, record, times);
    if (fault) return fault;
  }
  return undefined;
}

function faultOfRecord(asked: Asked, record: RegistryRecord, { knownAt, latest }: Times): Fault | undefined {
  const number = readNumber(record.idNumber);
  if (number?.number !== asked.idNumber) return 'wrong-person';
  if (record.born !== null && record.born !== number.birthDate) return 'contradicts-itself';
  const at = Date.parse(record.updatedAt);
  if (Number.isNaN(at)) return 'contradicts-itself';
  if (at > latest.getTime()) return 'ahead';
  const known = knownAt(record.registryPersonId);
  return known && at < known.getTime() ? 'stale' : undefined;
}

/** A line of a batch is known by its number in the batch, and must be about the person of that line. */
export function faultOfLine(asked: BatchLine, reply: BatchResult): Fault | undefined {
  const isSame =
    reply.lineNo === asked.lineNo && isNumber(reply.idNumber, asked.idNumber) && isName(reply.name, asked.name);
  return isSame ? undefined : 'wrong-person';
}
