import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { FindingFilter, FindingState, FindingView, KindCount, MonthView, QualityKind } from './quality.types';

const COLUMNS = `f.id, f.kind, k.zh, k.en, k.severity, f.subject_type as "subjectType", f.subject_id as "subjectId",
  f.other_id as "otherId", f.division_code as "divisionCode", f.owner_level as "ownerLevel", f.due_on as "dueOn", f.state,
  f.opened_at as "openedAt", f.closed_at as "closedAt", w.reason, w.said_by as "saidBy"`;
/** With the words of the catalogue of the day it was opened, and the last word an officer said. */
const FROM = `quality_finding f
  join quality_kind k on k.code = f.kind and k.from_day <= (f.opened_at at time zone 'Asia/Shanghai')::date
    and (k.until_day is null or k.until_day > (f.opened_at at time zone 'Asia/Shanghai')::date)
  left join lateral (select reason, said_by from quality_word w where w.finding_id = f.id order by w.said_at desc, w.id desc limit 1) w on true`;
const MATCHES = `f.division_code ^@ $1 and ($2::text is null or f.state = $2) and ($3::text is null or f.kind = $3)
  and ($4::date is null or (f.state = 'open' and f.due_on < $4::date))`;

const parametersOf = ({ prefix, state, kind, overdueOn }: FindingFilter): unknown[] => [
  prefix,
  state ?? null,
  kind ?? null,
  overdueOn ?? null,
];

/** Findings, the catalogue of their kinds, and the months. */
@Injectable()
export class QualityRepository {
  /** The catalogue as it stands on a day. */
  kinds(read: Tx, on: string): Promise<QualityKind[]> {
    return read.query(
      `select code, zh, en, owner_level as "ownerLevel", working_days as "workingDays", severity, source from quality_kind
        where from_day <= $1::date and (until_day is null or until_day > $1::date)
        order by array_position(array['stops', 'misleads', 'untidy'], severity), code`,
      [on],
    );
  }

  /** By division and id; `after` is the last row of the page before. */
  async list(
    read: Tx,
    filter: FindingFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<FindingView[]> {
    const rows = await read.query<FindingView>(
      `select ${COLUMNS} from ${FROM}
        where ${MATCHES} and ($5::text is null or (f.division_code, f.id) > ($5::text, $6::uuid))
        order by f.division_code, f.id limit $7`,
      [...parametersOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return disclosed(read, rows);
  }

  async count(read: Tx, filter: FindingFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::int as n from quality_finding f where ${MATCHES}`,
      parametersOf(filter),
    );
    return row!.n;
  }

  async find(read: Tx, ids: readonly string[]): Promise<FindingView[]> {
    return disclosed(
      read,
      await read.query<FindingView>(`select ${COLUMNS} from ${FROM} where f.id = any($1::uuid[])`, [ids]),
    );
  }

  async findForUpdate(
    tx: Tx,
    id: string,
  ): Promise<{ id: string; state: FindingState; ownerLevel: 'township' | 'county' } | undefined> {
    const [row] = await tx.query<{ id: string; state: FindingState; ownerLevel: 'township' | 'county' }>(
      `select id, state, owner_level as "ownerLevel" from quality_finding where id = $1 for update`,
      [id],
    );
    return row;
  }

  async confirmRight(tx: Tx, id: string, reason: string, at: Date): Promise<void> {
    await tx.query(`insert into quality_word (finding_id, reason, said_at) values ($1, $2, $3)`, [id, reason, at]);
    await tx.query(`update quality_finding set state = 'right', closed_at = $2 where id = $1`, [id, at]);
  }

  counts(read: Tx, prefix: string, today: string): Promise<KindCount[]> {
    return read.query(
      `select f.kind, min(k.zh) as zh, min(k.en) as en, count(*)::int as open,
              count(*) filter (where f.due_on < $2::date)::int as overdue
         from quality_finding f join quality_kind k on k.code = f.kind and k.until_day is null
        where f.division_code ^@ $1 and f.state = 'open' group by 1 order by 4 desc, 1`,
      [prefix, today],
    );
  }

  /** Puts stated totals on record; returns how many were new. Ids of households by their county and number. */
  async addStated(
    tx: Tx,
    rows: readonly { county: string | null; householdNo: string | null; division: string | null; persons: number }[],
    onDay: string,
    source: string,
    at: Date,
  ): Promise<number> {
    const added = await tx.query(
      `insert into stated_total (household_id, division_code, persons, on_day, source, recorded_at)
       select h.id, d.code, s.persons, $5::date, $6, $7
         from unnest($1::text[], $2::text[], $3::text[], $4::int[]) as s (county, no, division, persons)
         left join household h on h.county_code = s.county and h.household_no = s.no
         left join division d on d.code = s.division
        where num_nulls(h.id, d.code) = 1
       on conflict do nothing returning 1`,
      [
        rows.map(({ county }) => county),
        rows.map(({ householdNo }) => householdNo),
        rows.map(({ division }) => division),
        rows.map(({ persons }) => persons),
        onDay,
        source,
        at,
      ],
    );
    return added.length;
  }

  /** Records and corrections of each county and township in a month: who was registered by its end, what was put right in it. */
  countMonth(
    tx: Tx,
    from: Date,
    until: Date,
  ): Promise<{ divisionCode: string; records: bigint; corrections: bigint }[]> {
    return tx.query(
      `with place as (select code, division_digits(code) as digits from division where level in ('county', 'township')),
            recorded as (select left(division_code, 9) as township, count(*) as n from person group by 1),
            put_right as (select left(division_code, 9) as township, count(*) as n from quality_finding
                           where state = 'corrected' and closed_at >= $1 and closed_at < $2 group by 1)
       select p.code as "divisionCode",
              (select coalesce(sum(n), 0)::int8 from recorded r where r.township ^@ p.digits) as records,
              (select coalesce(sum(n), 0)::int8 from put_right c where c.township ^@ p.digits) as corrections
         from place p order by p.code`,
      [from, until],
    );
  }

  async months(read: Tx, prefix: string, month: string | null): Promise<MonthView[]> {
    return read.query(
      `select m.division_code as "divisionCode", m.month, m.records, m.corrections,
              (select coalesce(sum(l.corrections), 0)::int8 from quality_month_line l
                where l.division_code = m.division_code and l.month = m.month) as later
         from quality_month m where m.division_code ^@ $1 and ($2::date is null or m.month = $2::date)
        order by m.month desc, m.division_code limit 2000`,
      [prefix, month],
    );
  }

  /** Closes a month where it is open, and writes a line where a closed one is known to be otherwise. */
  async freeze(
    tx: Tx,
    month: string,
    rows: readonly { divisionCode: string; records: bigint; corrections: bigint }[],
    reason: string,
    at: Date,
  ): Promise<{ frozen: number; lines: number }> {
    const lists = [
      rows.map(({ divisionCode }) => divisionCode),
      rows.map(({ records }) => String(records)),
      rows.map(({ corrections }) => String(corrections)),
    ];
    const frozen = await tx.query<{ code: string }>(
      `insert into quality_month (division_code, month, records, corrections, frozen_at)
       select c.code, $4::date, c.records, least(c.corrections, c.records), $5
         from unnest($1::text[], $2::int8[], $3::int8[]) as c (code, records, corrections)
        where c.records > 0 on conflict do nothing returning division_code as code`,
      [...lists, month, at],
    );
    const lines = await tx.query(
      `insert into quality_month_line (division_code, month, corrections, reason, recorded_at)
       select m.division_code, m.month, c.corrections - known.n, $4, $5
         from unnest($1::text[], $3::int8[]) as c (code, corrections)
         join quality_month m on m.division_code = c.code and m.month = $2::date
         cross join lateral (select m.corrections + coalesce(sum(l.corrections), 0)::int8 as n from quality_month_line l
                              where l.division_code = m.division_code and l.month = m.month) known
        where c.corrections <> known.n returning 1`,
      [lists[0], month, lists[2], reason, at],
    );
    return { frozen: frozen.length, lines: lines.length };
  }
}

function disclosed(read: Tx, rows: FindingView[]): FindingView[] {
  const persons = rows.filter(({ subjectType }) => subjectType === 'person');
  read.disclose('person', persons, ({ subjectId }) => subjectId);
  read.disclose('person', persons, ({ otherId }) => otherId);
  return read.disclose('quality_finding', rows);
}
