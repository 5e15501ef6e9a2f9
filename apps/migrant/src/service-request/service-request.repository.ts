import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { ServiceRequestState } from './service-request.state';
import type { ActionRow, AskInput, ReferralRow, RequestFilter, ServiceRequestRow } from './service-request.types';

const KIND = 'service_request';

const COLUMNS = `r.id, r.entitlement_id as "entitlementId", r.channel, r.household, r.person_id as "personId", r.name, r.need,
  r.first_code as "firstCode", r.responsible_code as "responsibleCode", r.responsible_unit as "responsibleUnit", r.owner,
  r.state, r.events, r.notices, r.missing, r.wanted, r.demanded, r.received_on as "receivedOn",
  r.counted_from as "countedFrom", r.counted_days as "countedDays", r.due_rule as "dueRule", r.due_on as "dueOn",
  r.decided_on as "decidedOn",
  coalesce(r.owner_key = guard_key() or r.person_id = any (guard_family()), false) as "isOwn"`;

/** Without a deadline last, so that a page can go on behind any of them. */
const DUE = `coalesce(r.due_on, '9999-12-31'::date)`;

const MATCHES = `exists (select from unnest(r.places) p where p ^@ $1)
  and ($2::text is null or r.state = $2)
  and ($3::text is null or exists (select from service_entitlement e where e.id = r.entitlement_id and e.code = $3))
  and ($4::date is null or r.due_on < $4::date)
  and (not $5 or r.wanted <> '{}')
  and (not $6 or exists (select from service_referral f where f.request_id = r.id and f.answer is null and f.to_code ^@ $1))`;

const parametersOf = ({
  prefix,
  state,
  service,
  dueBefore,
  isSecondNotice,
  isReferredHere,
}: RequestFilter): unknown[] => [
  prefix,
  state ?? null,
  service ?? null,
  dueBefore ?? null,
  isSecondNotice ?? false,
  isReferredHere ?? false,
];

export interface Change {
  readonly state?: ServiceRequestState;
  readonly responsibleCode?: string;
  readonly responsibleUnit?: string | null;
  readonly owner?: string | null;
  readonly places?: readonly string[];
  readonly notices?: number;
  readonly missing?: readonly string[];
  readonly wanted?: readonly string[];
  readonly demanded?: readonly string[];
  readonly wasHeld?: boolean;
  readonly countedFrom?: Day;
  readonly countedDays?: number | null;
  readonly dueRule?: string | null;
  readonly dueOn?: Day | null;
  readonly decidedOn?: Day | null;
}

const SET: Readonly<Record<keyof Change, string>> = {
  state: 'state',
  responsibleCode: 'responsible_code',
  responsibleUnit: 'responsible_unit',
  owner: 'owner',
  places: 'places',
  notices: 'notices',
  missing: 'missing',
  wanted: 'wanted',
  demanded: 'demanded',
  wasHeld: 'was_held',
  countedFrom: 'counted_from',
  countedDays: 'counted_days',
  dueRule: 'due_rule',
  dueOn: 'due_on',
  decidedOn: 'decided_on',
};

export interface Act {
  readonly kind: string;
  readonly from: 'new' | ServiceRequestState;
  readonly to: ServiceRequestState;
  readonly seq: number;
  readonly items?: readonly string[];
  readonly note?: string | null;
  readonly dueRule?: string | null;
  readonly dueOn?: Day | null;
  readonly at: Date;
}

/** The SQL about requests for services, their referrals and their journal. */
@Injectable()
export class ServiceRequestRepository {
  /** One at a time for one client's reference, so that the second click finds what the first one made. */
  async lockReference(tx: Tx, clientRef: string): Promise<void> {
    await tx.query(
      `select pg_advisory_xact_lock(hashtextextended('service:' || guard_text('actor') || ':' || $1, 0))`,
      [clientRef],
    );
  }

  async findAsked(tx: Tx, clientRef: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select id from service_request where asked_by = guard_text('actor') and client_ref = $1`,
      [clientRef],
    );
    return row?.id;
  }

  async insert(
    tx: Tx,
    row: AskInput & {
      entitlementId: string;
      channel: string;
      ownKey: string | null;
      owner: string | null;
      code: string;
      receivedOn: Day;
      deadline: { rule: string; workingDays: number; dueOn: Day | null };
      at: Date;
    },
  ): Promise<string> {
    const [made] = await tx.query<{ id: string }>(
      `insert into service_request (entitlement_id, client_ref, channel, household, person_id, owner_key, name, need, first_code,
         responsible_code, owner, places, state, received_on, counted_from, counted_days, due_rule, due_on, recorded_at)
       values ($1, $2, $3, $4, $5, decode($6, 'hex'), $7, $8, $9, $9, $10, array[$9], 'asked', $11, $11, $12, $13, $14, $15)
       returning id`,
      [
        row.entitlementId,
        row.clientRef,
        row.channel,
        row.household,
        row.personId,
        row.ownKey,
        row.name,
        row.need,
        row.code,
        row.owner,
        row.receivedOn,
        row.deadline.workingDays,
        row.deadline.rule,
        row.deadline.dueOn,
        row.at,
      ],
    );
    return made!.id;
  }

  async findForUpdate(tx: Tx, id: string): Promise<ServiceRequestRow | undefined> {
    const [row] = await tx.query<ServiceRequestRow>(
      `select ${COLUMNS} from service_request r where r.id = $1 for update of r`,
      [id],
    );
    return row;
  }

  async byIds(read: Tx, ids: readonly string[]): Promise<ServiceRequestRow[]> {
    const rows = await read.query<ServiceRequestRow>(`select ${COLUMNS} from service_request r where r.id = any ($1)`, [
      ids,
    ]);
    return read.disclose(KIND, rows);
  }

  /** A citizen's own: those they asked, and those for their family. */
  async own(read: Tx): Promise<ServiceRequestRow[]> {
    const rows = await read.query<ServiceRequestRow>(
      `select ${COLUMNS} from service_request r
        where r.owner_key = guard_key() or r.person_id = any (guard_family()) order by r.received_on desc, r.id`,
    );
    return read.disclose(KIND, rows);
  }

  /** What is due first stands first. */
  async list(
    read: Tx,
    filter: RequestFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ServiceRequestRow[]> {
    const rows = await read.query<ServiceRequestRow>(
      `select ${COLUMNS} from service_request r where ${MATCHES}
         and ($7::date is null or (${DUE}, r.id) > ($7::date, $8::uuid)) order by ${DUE}, r.id limit $9`,
      [...parametersOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose(KIND, rows);
  }

  async count(read: Read, filter: RequestFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::integer as n from service_request r where ${MATCHES}`,
      parametersOf(filter),
    );
    return row!.n;
  }

  async change(tx: Tx, id: string, change: Change): Promise<void> {
    const names = Object.keys(change) as (keyof Change)[];
    const sets = names.map((name, i) => `${SET[name]} = $${i + 2}`);
    await tx.query(`update service_request set ${[...sets, 'events = events + 1'].join(', ')} where id = $1`, [
      id,
      ...names.map((name) => change[name]),
    ]);
  }

  async act(tx: Tx, id: string, act: Act): Promise<void> {
    await tx.query(
      `insert into service_request_action (request_id, seq, kind, from_state, to_state, items, note, due_rule, due_on, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        act.seq,
        act.kind,
        act.from,
        act.to,
        act.items ?? [],
        act.note ?? null,
        act.dueRule ?? null,
        act.dueOn ?? null,
        act.at,
      ],
    );
    tx.concern(KIND, [id]);
  }

  actions(read: Read, ids: readonly string[]): Promise<ActionRow[]> {
    return read.query(
      `select request_id as "requestId", seq, kind, from_state as "from", to_state as "to", items, note,
         due_rule as "dueRule", due_on as "dueOn", actor, at
         from service_request_action where request_id = any ($1) order by request_id, seq`,
      [ids],
    );
  }

  async insertReferral(
    tx: Tx,
    row: { requestId: string; fromCode: string; toCode: string; toUnit: string | null; reason: string; at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into service_referral (request_id, from_code, to_code, to_unit, reason, asked_at) values ($1, $2, $3, $4, $5, $6)`,
      [row.requestId, row.fromCode, row.toCode, row.toUnit, row.reason, row.at],
    );
  }

  referrals(read: Read, requestIds: readonly string[]): Promise<ReferralRow[]> {
    return read.query(`${REFERRALS} where request_id = any ($1) order by asked_at, id`, [requestIds]);
  }

  async answerReferral(tx: Tx, id: string, answer: string, note: string | null, by: string, at: Date): Promise<void> {
    await tx.query(
      `update service_referral set answer = $2, note = $3, answered_by = $4, answered_at = $5 where id = $1`,
      [id, answer, note, by, at],
    );
  }

  /** Asked, and the deadline for saying what is missing has passed in silence. */
  silent(tx: Tx, today: Day): Promise<ServiceRequestRow[]> {
    return tx.query(
      `select ${COLUMNS} from service_request r where r.state = 'asked' and r.due_on < $1::date and r.wanted = '{}'
        order by r.id limit 1000 for update of r skip locked`,
      [today],
    );
  }

  /** Whose deadline could not be counted when it began. */
  withoutDay(tx: Tx): Promise<ServiceRequestRow[]> {
    return tx.query(
      `select ${COLUMNS} from service_request r where r.due_rule is not null and r.due_on is null
        order by r.id limit 1000 for update of r skip locked`,
    );
  }

  /** Whose deadline comes near or has passed, and of which that was not said yet. */
  toRemind(tx: Tx, today: Day, soon: Day): Promise<(ServiceRequestRow & { readonly isOver: boolean })[]> {
    return tx.query(
      `select ${COLUMNS}, r.due_on < $1::date as "isOver" from service_request r
        where r.due_on <= $2::date
          and not exists (select from service_request_action a where a.request_id = r.id
                and a.kind = case when r.due_on < $1::date then 'remind-after' else 'remind-before' end
                and a.due_on = r.due_on)
        order by r.id limit 1000 for update of r skip locked`,
      [today, soon],
    );
  }

  /** One line in the audit log for a decision: who, what, and the digest of what it said. */
  async decided(tx: Tx, id: string, text: string): Promise<void> {
    await tx.query(`select audit_decide('service_request', array[$1::uuid], array[sha256(convert_to($2, 'UTF8'))])`, [
      id,
      text,
    ]);
  }
}

const REFERRALS = `select id, request_id as "requestId", from_code as "fromCode", to_code as "toCode", to_unit as "toUnit",
  reason, asked_by as "askedBy", asked_at as "askedAt", answer, note, answered_by as "answeredBy" from service_referral`;
