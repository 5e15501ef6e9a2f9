import type { AskedOfUs, DueAsk } from './enrolment.types';
import type { EnrolledRequest } from './ibr.types';

/** Why somebody is asked about; the only purpose there is. */
export const ENROLMENT_PURPOSE = 'no-double-payment';

export interface Letterhead {
  readonly messageId: string;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

const headOf = ({ messageId, at, from, to, count }: Letterhead, action: 'search' | 'on-search'): object => ({
  version: '1.0.0',
  message_id: messageId,
  message_ts: at.toISOString(),
  action,
  sender_id: from,
  receiver_id: to,
  total_count: count,
  is_msg_encrypted: false,
});

export const askingHead = (head: Letterhead): object => headOf(head, 'search');
export const answeringHead = (head: Letterhead): object => ({
  ...headOf(head, 'on-search'),
  status: 'succ',
  completed_count: head.count,
});

/** Who is asked about, in clear. */
export interface Stated {
  readonly name: string;
  readonly idNumber: string | null;
  readonly birthCertificateNo: string | null;
}

/** Many questions in one message. The reference of each is that of its row here, which tells the other side nothing. */
export const askingMessage = (
  transactionId: string,
  asks: readonly (readonly [ask: DueAsk, who: Stated])[],
): object => ({
  transaction_id: transactionId,
  enrolled_criteria: {
    query_type: 'expression',
    response_entity: 'Member',
    query: {
      collection: asks.map(([ask, who]) => ({
        reference_id: ask.id,
        person_identifier: [
          ...(who.idNumber === null ? [] : [{ identifier_type: 'UIN', identifier_value: who.idNumber }]),
          ...(who.birthCertificateNo === null
            ? []
            : [{ identifier_type: 'BRN', identifier_value: who.birthCertificateNo }]),
        ],
        name: who.name,
        programme_identifier: { eq: ask.programme },
        period: { from: ask.from, until: ask.until },
        authorize: {
          purpose: { code: ENROLMENT_PURPOSE, text: ask.legalBasis },
          unit: { code: ask.divisionCode },
        },
      })),
    },
  },
});

/** What is asked of us, question by question. */
export const askedOfUs = ({ enrolled_criteria: criteria }: EnrolledRequest): AskedOfUs[] =>
  criteria.query.collection.map((one) => {
    const numberOf = (type: 'UIN' | 'BRN') =>
      one.person_identifier.find(({ identifier_type: found }) => found === type)?.identifier_value ?? null;
    return {
      reference: one.reference_id,
      name: one.name,
      idNumber: numberOf('UIN'),
      birthCertificateNo: numberOf('BRN'),
      programme: one.programme_identifier.eq,
      from: one.period.from as AskedOfUs['from'],
      until: one.period.until as AskedOfUs['until'],
      divisionCode: one.authorize.unit.code,
      purpose: one.authorize.purpose.code,
      legalBasis: one.authorize.purpose.text,
    };
  });

interface Said {
  readonly programme: string;
  readonly from: string;
  readonly until: string | null;
  readonly authority: string;
  readonly status: 'enrolled' | 'ended';
}

/** Yes with programme, period and authority, or no and nothing else: whoever is unknown here and whoever is not paid look alike. */
export const answerTo = (reference: string, enrolments: readonly Said[], at: Date): object => ({
  reference_id: reference,
  timestamp: at.toISOString(),
  status: 'succ',
  enrolled_status: enrolments.length > 0 ? 'yes' : 'no',
  ...(enrolments.length === 0
    ? {}
    : {
        enrolments: enrolments.map(({ programme, from, until, authority, status }) => ({
          programme_identifier: programme,
          start_date: from,
          end_date: until,
          authority,
          enrolment_status: status,
        })),
      }),
});

/** Of the programme, and with a day in common with the period: days from, up to and not including, until. */
export const isAskedFor = (
  { programme, from, until }: Pick<Said, 'programme' | 'from' | 'until'>,
  asked: Pick<AskedOfUs, 'programme' | 'from' | 'until'>,
): boolean => programme === asked.programme && from < asked.until && (until === null || until > asked.from);
