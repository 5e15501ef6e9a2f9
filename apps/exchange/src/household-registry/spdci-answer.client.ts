import { z } from 'zod';
import type { BatchResult, RegistryFailure } from './household-registry.types';
import { fail } from './registry-failure.rules';
import { lineNoOf } from './spdci-message.rules';
import { verdictOf } from './spdci-record.client';

const id = z.string().min(1).max(99);
const status = z.enum(['rcvd', 'pdng', 'succ', 'rjct']);
const instant = z.iso.datetime({ offset: true });

export const answerHeader = z.object({
  message_id: id,
  message_ts: instant,
  action: z.string(),
  status,
  status_reason_code: z.string().max(99).optional(),
  total_count: z.number().int().min(0).optional(),
  completed_count: z.number().int().min(0).optional(),
  sender_id: z.string(),
  receiver_id: z.string(),
  is_msg_encrypted: z.literal(false).default(false),
  meta: z.object({ reason: z.string().max(99).optional() }).optional(),
});
export type AnswerHeader = z.output<typeof answerHeader>;

/** Search answers give a list, status answers and notices one object: the specification has it both ways. */
const records = z.union([z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())]);

const searchItem = z.object({
  reference_id: id,
  status,
  status_reason_code: z.string().max(99).optional(),
  data: z.object({ reg_record_type: z.string(), reg_records: records }).optional(),
  pagination: z.object({ total_count: z.number().int().min(0) }).optional(),
});

export const searchResponse = z.object({
  transaction_id: id,
  correlation_id: id,
  search_response: z.array(searchItem).max(100_000),
});
export type SearchItem = z.output<typeof searchItem>;

export const statusResponse = z.object({
  transaction_id: id,
  correlation_id: id,
  txnstatus_response: z.object({ txn_type: z.literal('search'), txn_status: searchResponse }),
});

export const subscribeResponse = z.object({
  transaction_id: id,
  correlation_id: id,
  subscribe_response: z
    .array(z.object({ status, subscriptions: z.array(z.object({ code: id })).default([]) }))
    .max(100),
});

export const notice = z.object({
  transaction_id: id,
  notify_event: z
    .array(z.object({ data: z.object({ reg_record_type: z.string(), reg_records: records }) }))
    .min(1)
    .max(10_000),
});

const acknowledgement = z.object({
  message: z.object({
    ack_status: z.enum(['ACK', 'NACK', 'ERR']),
    correlation_id: z.string().max(99).optional(),
    error: z.object({ code: z.string().max(99) }).optional(),
  }),
});

/** What came in the shape that is expected, or nothing. */
export function shapedAs<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const read = shape.safeParse(value);
  if (!read.success) throw fail.unreadable('it has another shape than agreed');
  return read.data;
}

/** The records of one item that was answered, of the kind that was asked for. */
export function recordsOf(item: SearchItem, recordType: string): readonly Record<string, unknown>[] {
  if (item.status === 'rjct') throw fail.refused('by a code of its own');
  if (item.status !== 'succ') throw fail.timeout();
  return recordsIn(item.data, recordType);
}

export function recordsIn(data: SearchItem['data'], recordType: string): readonly Record<string, unknown>[] {
  if (!data || data.reg_record_type !== recordType) throw fail.unreadable('it holds records of another kind');
  return Array.isArray(data.reg_records) ? data.reg_records : [data.reg_records];
}

/** Verdicts on the lines of a batch; a line that is not answered yet is left out. */
export function batchResultsOf(
  { transaction_id: requestId, search_response: items }: z.output<typeof searchResponse>,
  recordType: string,
): BatchResult[] {
  const results = items
    .filter((item) => item.status === 'succ' || item.status === 'rjct')
    .map((item): BatchResult => {
      const lineNo = lineNoOf(requestId, item.reference_id);
      if (lineNo === undefined) throw fail.wrongPerson();
      return { lineNo, ...verdictOf(recordsOf(item, recordType)) };
    });
  if (new Set(results.map(({ lineNo }) => lineNo)).size !== results.length)
    throw fail.unreadable('a line of it comes twice');
  return results;
}

/** A question that was refused as a whole. Working hours have no code in the specification: they stand in `meta`. */
export function assertTaken({ status: verdict, status_reason_code: code, meta }: AnswerHeader): void {
  if (verdict !== 'rjct') return;
  if (meta?.reason === 'out-of-hours') throw fail.outOfHours();
  if (code === 'rjct.message_ts.invalid') throw fail.clockSkew();
  if (code === 'rjct.total_count.limit_exceeded') throw fail.quota();
  throw fail.refused('by a code of its own');
}

const ACK_FAILURES: Readonly<Record<string, () => RegistryFailure>> = {
  'err.request.unauthorized': fail.unauthorised,
  'err.request.forbidden': fail.unauthorised,
  'err.sender_id.invalid': fail.unauthorised,
  'err.signature.missing': fail.unauthorised,
  'err.signature.invalid': fail.unauthorised,
  'err.request.timeout': fail.timeout,
  'err.request.too_many_requests': () => fail.quota(),
  'err.service.unavailable': () => fail.overloaded(),
};

/** The registry took a message and will come back to it. An acknowledgement is not signed: nothing else is believed of it. */
export function assertAcknowledged(value: unknown): { readonly correlationId: string | null } {
  const { message } = shapedAs(acknowledgement, value);
  if (message.ack_status === 'ACK') return { correlationId: message.correlation_id ?? null };
  throw (ACK_FAILURES[message.error?.code ?? ''] ?? (() => fail.refused('by a code of its own')))();
}
