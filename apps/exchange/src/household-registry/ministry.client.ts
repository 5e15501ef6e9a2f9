import { randomUUID } from 'node:crypto';
import type { Clock } from '@app/kernel';
import iconv from 'iconv-lite';
import { z } from 'zod';
import type {
  BatchLine,
  BatchResult,
  EventPage,
  HouseholdRegistry,
  QueryReply,
  RegistryQuestion,
  VerifyReply,
} from './household-registry.types';
import { type MinistryAnswer, readPackage } from './ministry-answer.client';
import { batchFile, readBatchFile } from './ministry-batch.client';
import { headOf, isGood, packageText, RETURN_CODES, type Requester, SERVICES } from './ministry-envelope.rules';
import { type MinistryKeyOptions, MinistryKeys } from './ministry-key.client';
import {
  baseRecord,
  changeRecord,
  eventOf,
  filledFrom,
  householdRecord,
  readAs,
  recordOf,
  verifyRecord,
} from './ministry-record.client';
import { assertAbout, isSameName } from './registry-echo.rules';
import { fail, failureOfKind } from './registry-failure.rules';
import { RegistryHttp, type RegistryHttpOptions } from './registry-http.client';

export interface MinistryOptions extends RegistryHttpOptions, MinistryKeyOptions, Requester {
  readonly clock: Clock;
  /** Who answers for the change feed and for fetching results, which nobody asks for by hand. */
  readonly nominated: Omit<RegistryQuestion, 'requestId'>;
  /** The province's name for its household service. */
  readonly householdService?: string;
  readonly encoding?: 'UTF-8' | 'GB18030';
}

const XML = ['text/xml', 'application/xml'];
const CSV = ['text/csv'];
const ANSWER_BYTES_MAX = 256 * 1024;
const PAGE_BYTES_MAX = 8 * 1024 * 1024;
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * The household registry as the ministry's platform gives it: signed envelopes in XML for one person and for the change
 * feed, files for many. The signature is verified before anything is parsed, and the person before anything is believed.
 */
export class MinistryRegistry implements HouseholdRegistry {
  private readonly http: RegistryHttp;
  private readonly keys: MinistryKeys;
  private readonly clock: Clock;

  constructor(private readonly options: MinistryOptions) {
    this.clock = options.clock;
    this.http = new RegistryHttp(options);
    this.keys = new MinistryKeys(options, this.http, options.clock);
  }

  async verify(
    question: RegistryQuestion,
    person: { idNumber: string; name: string },
    signal: AbortSignal,
  ): Promise<VerifyReply> {
    const { records } = await this.ask(SERVICES.verify, question, fieldsOf(person), signal);
    const [record, ...more] = records.map((fields) => readAs(verifyRecord, fields));
    if (!record || more.length > 0) throw fail.unreadable('it holds not one verdict');
    // Both are repeated as they were asked, whatever the verdict.
    assertAbout(person, [{ idNumber: record.GMSFHM, name: record.XM }]);
    if (record.GMSFHM_PPDDM && record.XM_PPDDM === null) throw fail.unreadable('the verdict about the name is missing');
    return {
      echo: { requestId: question.requestId, idNumber: record.GMSFHM, name: record.XM },
      result: !record.GMSFHM_PPDDM ? 'not-found' : record.XM_PPDDM ? 'match' : 'mismatch',
      isDeathMarked: record.SWBS,
    };
  }

  /** Two questions: the nation's base for who it is, the province's service for the household. */
  async query(
    question: RegistryQuestion,
    person: { idNumber: string; name: string | null },
    signal: AbortSignal,
  ): Promise<QueryReply> {
    const bases = await this.ask(SERVICES.base, question, fieldsOf(person), signal);
    const [base, ...others] = bases.records.map((fields) => readAs(baseRecord, fields));
    if (base) assertAbout(person, [{ idNumber: base.GMSFHM, name: base.XM }]);
    if (others.length > 0) throw fail.unreadable('the national base names several people');
    const service = this.options.householdService ?? SERVICES.household;
    const households = await this.ask(service, question, fieldsOf(person), signal);
    const records = households.records.map((fields) => recordOf(readAs(householdRecord, fields)));
    assertAbout({ ...person, name: person.name ?? base?.XM ?? null }, records);
    if (base && records.length === 0) throw fail.refused('this person is registered in another province');
    const named = records.find(({ name }) => !person.name || isSameName(name, person.name));
    return {
      echo: { requestId: question.requestId, idNumber: named?.idNumber ?? null, name: named?.name ?? null },
      records: records.map((record) => filledFrom(record, base)),
    };
  }

  async submitBatch(question: RegistryQuestion, lines: readonly BatchLine[], signal: AbortSignal): Promise<void> {
    const body = batchFile(question, this.options, lines, this.clock.now());
    const call = { method: 'PUT', path: `/drop/in/${fileName(question.requestId)}`, body, accepts: [] } as const;
    const headers = {
      'content-type': 'text/csv; charset=gb18030',
      ...(await this.keys.headersFor(SERVICES.batch, body, signal)),
    };
    const taken = await this.http.send({ ...call, headers, bytesMax: 0 }, this.clock.now(), signal);
    if (!taken) throw fail.refused('there is no place for batches');
  }

  async fetchBatch(
    requestId: string,
    signal: AbortSignal,
  ): Promise<{ results: readonly BatchResult[]; isComplete: boolean } | null> {
    const headers = await this.keys.headersFor(SERVICES.batch, Buffer.alloc(0), signal);
    const call = { method: 'GET', path: `/drop/out/${fileName(requestId)}`, headers, accepts: CSV } as const;
    const answer = await this.http.send({ ...call, bytesMax: FILE_BYTES_MAX }, this.clock.now(), signal);
    if (!answer) return null;
    await this.keys.assertSigned(SERVICES.batch, answer, signal);
    return readBatchFile(answer, requestId);
  }

  async events(after: string, limit: number, signal: AbortSignal): Promise<EventPage> {
    const question = { ...this.options.nominated, requestId: randomUUID() };
    const fields = { YB: after, ZDTS: String(limit) };
    const { head, records } = await this.ask(SERVICES.changes, question, fields, signal, PAGE_BYTES_MAX);
    const { XYB: next, SFZX: caughtUp } = readAs(pageHead, head);
    if (records.length > limit || (!caughtUp && records.length === 0)) throw fail.unreadable('the page has no end');
    return { events: records.map((fields) => eventOf(readAs(changeRecord, fields))), next, caughtUp };
  }

  async close(): Promise<void> {
    await this.http.close();
  }

  /** Sends one envelope and reads the one that answers it, in this order: size, signature, text, question, verdict. */
  private async ask(
    sid: string,
    question: RegistryQuestion,
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
    bytesMax = ANSWER_BYTES_MAX,
  ): Promise<MinistryAnswer> {
    const encoding = this.options.encoding ?? 'UTF-8';
    const head = headOf(question, this.options, 1, this.clock.now());
    const text = packageText(head, [fields], encoding);
    const body = encoding === 'UTF-8' ? Buffer.from(text) : iconv.encode(text, 'gb18030');
    const headers = {
      'content-type': `text/xml; charset=${encoding}`,
      ...(await this.keys.headersFor(sid, body, signal)),
    };
    const call = { method: 'POST', path: `/services/${encodeURIComponent(sid)}`, headers, body, accepts: XML } as const;
    const answer = await this.http.send({ ...call, bytesMax }, this.clock.now(), signal);
    if (!answer) throw fail.refused('there is no such service');
    await this.keys.assertSigned(sid, answer, signal);
    const read = readPackage(answer);
    this.assertAnswers(read, question.requestId);
    return read;
  }

  private assertAnswers({ head, records }: MinistryAnswer, requestId: string): void {
    const { FWQQBH, FHDM, JLS } = readAs(answerHead, head);
    if (FWQQBH !== requestId) throw fail.wrongPerson();
    if (!isGood(FHDM)) {
      const kind = RETURN_CODES[FHDM] ?? 'refused';
      if (kind === 'key-expired') this.keys.forget();
      throw failureOfKind(kind);
    }
    if (records.length !== JLS) throw fail.unreadable('it is not whole');
    if (records.some((record) => record.FHDM && !isGood(record.FHDM))) throw fail.refused('by a code of its own');
  }
}

const answerHead = z.object({
  FWQQBH: z.string(),
  FHDM: z.string(),
  JLS: z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number),
});

/** 下页标 and 是否最新. */
const pageHead = z.object({
  XYB: z.string().max(200),
  SFZX: z.enum(['0', '1']).transform((text) => text === '1'),
});

const fieldsOf = ({ idNumber, name }: { idNumber: string; name: string | null }): Record<string, string> => ({
  GMSFHM: idNumber,
  XM: name ?? '',
});

const fileName = (requestId: string): string => `${encodeURIComponent(requestId)}.csv`;
