import type { BatchLine, RegistryQuestion } from './household-registry.types';

/** What stands in every header that we send. */
export interface HeaderParts {
  readonly action: 'search' | 'subscribe' | 'unsubscribe' | 'txn-status';
  readonly messageId: string;
  readonly at: Date;
  readonly senderId: string;
  readonly registryId: string;
  /** Where the registry calls back, for what it answers later. */
  readonly senderUri?: string;
  readonly count: number;
}

export const headerOf = ({ action, messageId, at, senderId, registryId, senderUri, count }: HeaderParts): object => ({
  version: '1.0.0',
  message_id: messageId,
  message_ts: at.toISOString(),
  action,
  sender_id: senderId,
  ...(senderUri ? { sender_uri: senderUri } : {}),
  receiver_id: registryId,
  total_count: count,
  is_msg_encrypted: false,
});

/** Attributes that this connection agreed to ask by; the specification leaves their names to it. */
type Attribute = 'UIN' | 'NAME' | 'EVENT_NO';

const expression = (attribute: Attribute, operator: 'eq' | 'gt', value: string): object => ({
  attribute_name: attribute,
  operator,
  attribute_value: value,
});

/** Clerk, unit, purpose and basis: the only place that the specification has for them is open. */
const authorizeOf = ({ clerk, unit, purpose, legalBasis }: Omit<RegistryQuestion, 'requestId'>, at: Date): object => ({
  '@context': 'https://schema.spdci.org/common/v1/api-schemas/Authorize.jsonld',
  '@type': 'Authorize',
  ts: at.toISOString(),
  purpose: { text: legalBasis, code: purpose },
  clerk: { identifier_type: 'UIN', identifier_value: clerk.idNumber, name: clerk.name },
  unit: { code: unit.code, name: unit.name },
});

export interface Criteria {
  readonly recordType: string;
  readonly query: { readonly query_type: 'idtype-value' | 'predicate'; readonly query: object };
  readonly pageSize: number;
  readonly sort?: Attribute;
}

export const byNumber = (idNumber: string): Criteria['query'] => ({
  query_type: 'idtype-value',
  query: { type: 'UIN', value: idNumber },
});

export const byNumberAndName = (idNumber: string, name: string): Criteria['query'] => ({
  query_type: 'predicate',
  query: [
    {
      seq_num: 1,
      expression1: expression('UIN', 'eq', idNumber),
      condition: 'and',
      expression2: expression('NAME', 'eq', name),
    },
  ],
});

export const since = (eventNo: string): Criteria['query'] => ({
  query_type: 'predicate',
  query: [{ seq_num: 1, expression1: expression('EVENT_NO', 'gt', eventNo) }],
});

/** One request of a search; `reference` is unique in it. */
export const searchRequest = (
  reference: string,
  criteria: Criteria,
  question: Omit<RegistryQuestion, 'requestId'>,
  at: Date,
): object => ({
  reference_id: reference,
  timestamp: at.toISOString(),
  search_criteria: {
    version: '1.0.0',
    reg_type: 'ns:cn:RegistryType:Civil',
    reg_record_type: criteria.recordType,
    ...criteria.query,
    ...(criteria.sort ? { sort: [{ attribute_name: criteria.sort, sort_order: 'asc' }] } : {}),
    pagination: { page_size: criteria.pageSize, page_number: 1 },
    authorize: authorizeOf(question, at),
  },
  locale: 'zho',
});

/** A line of a batch is a request of one search, known by the search's number and its own. */
export const referenceOf = (requestId: string, lineNo: number): string => `${requestId}-${lineNo}`;

export function lineNoOf(requestId: string, reference: string): BatchLine['lineNo'] | undefined {
  const rest = reference.startsWith(`${requestId}-`) ? reference.slice(requestId.length + 1) : '';
  return /^\d{1,9}$/.test(rest) ? Number(rest) : undefined;
}

export const statusRequest = (messageId: string, requestId: string): object => ({
  transaction_id: messageId,
  txnstatus_request: {
    reference_id: messageId,
    txn_type: 'search',
    attribute_type: 'transaction_id',
    attribute_value: requestId,
    locale: 'zho',
  },
});

/** To be told of every change in a division, as it happens. */
export const subscribeRequest = (
  question: RegistryQuestion,
  division: string,
  recordType: string,
  at: Date,
): object => ({
  transaction_id: question.requestId,
  subscribe_request: [
    {
      reference_id: question.requestId,
      timestamp: at.toISOString(),
      subscribe_criteria: {
        version: '1.0.0',
        reg_type: 'ns:cn:RegistryType:Civil',
        reg_event_type: recordType,
        filter_type: 'idtype-value',
        filter: { type: 'DIVISION', value: division },
        notify_record_type: recordType,
        authorize: authorizeOf(question, at),
      },
      locale: 'zho',
    },
  ],
});
