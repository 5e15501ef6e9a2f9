import { z } from 'zod';

const id = z.string().min(1).max(99);
const day = z.iso.date();
const instant = z.iso.datetime({ offset: true });
const division = z.string().regex(/^\d{12}$/);

/** What every message of the integrated beneficiary registry (SPDCI IBR 1.0.0) begins with, as far as it is spoken here. */
const header = z.object({
  message_id: z.uuid(),
  message_ts: instant,
  sender_id: id,
  receiver_id: id,
  total_count: z.number().int().min(0),
  is_msg_encrypted: z.literal(false).default(false),
});
export const askingHeader = header.extend({ action: z.literal('search') });
export const answeringHeader = header.extend({ action: z.literal('on-search'), status: z.literal('succ') });

const ITEMS_MAX = 200;

/** The question about one person: the specification leaves the form of a query open. */
const item = z.object({
  reference_id: id,
  person_identifier: z
    .array(z.object({ identifier_type: z.enum(['UIN', 'BRN']), identifier_value: z.string().min(1).max(40) }))
    .min(1)
    .max(2),
  name: z.string().min(1).max(100),
  programme_identifier: z.object({ eq: z.string().regex(/^[\w.-]{1,60}$/) }),
  period: z.object({ from: day, until: day }),
  authorize: z.object({
    purpose: z.object({ code: z.string().min(1).max(60), text: z.string().min(2).max(200) }),
    unit: z.object({ code: division }),
  }),
});

export const enrolledRequest = z.object({
  transaction_id: z.uuid(),
  enrolled_criteria: z.object({
    query_type: z.literal('expression'),
    response_entity: z.literal('Member'),
    query: z.object({ collection: z.array(item).min(1).max(ITEMS_MAX) }),
  }),
});
export type EnrolledRequest = z.output<typeof enrolledRequest>;

const enrolment = z.object({
  programme_identifier: z.string().regex(/^[\w.-]{1,60}$/),
  start_date: day,
  end_date: day.nullable(),
  authority: division,
  enrolment_status: z.enum(['enrolled', 'ended']),
});

export const enrolledResponse = z.object({
  header: z.unknown(),
  transaction_id: z.uuid(),
  correlation_id: id,
  enrolled_response: z
    .array(
      z.object({
        reference_id: id,
        timestamp: instant,
        status: z.enum(['succ', 'rjct', 'pdng', 'rcvd']),
        enrolled_status: z.enum(['yes', 'no']),
        enrolments: z.array(enrolment).max(50).default([]),
      }),
    )
    .max(ITEMS_MAX),
});
export type EnrolledResponse = z.output<typeof enrolledResponse>;
