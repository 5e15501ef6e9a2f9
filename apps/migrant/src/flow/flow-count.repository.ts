import type { Tx } from '@app/database';
import { type Day, type DivisionCode, divisionPrefix } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { placeOn } from '../residence/place.rules';
import type { Succession } from '../residence/residence.types';
import type { FlowDirection, FlowParameters, FlowRow } from './flow.types';

/** Whom a count takes in: who came in each month before `until`, or who came in one period. */
type Span =
  | { readonly kind: 'months'; readonly until: Day }
  | { readonly kind: 'period'; readonly from: Day; readonly until: Day };

/** The figures, one count each; `distance`, `sex` and `age_group` are numbers from 1. */
const countsOf = (ageGroups: number): string => {
  const counts = (column: string, many: number) =>
    Array.from({ length: many }, (_, n) => `count(*) filter (where ${column} = ${n + 1})`);
  return `array[${['count(*)', ...counts('distance', 4), ...counts('sex', 3), ...counts('age_group', ageGroups)].join(', ')}]::int[]`;
};

/**
 * Counts people who moved, set-based, in one pass over the residence periods that stand. A move is from the place of the
 * period before, or else from where the notice says, or else from the origin; it is counted on the day on which the stay
 * has lasted long enough. Who left and is not known to be anywhere is counted as gone to a place unknown.
 */
@Injectable()
export class FlowCountRepository {
  async prepare(tx: Tx): Promise<void> {
    await tx.query(`set local work_mem = '256MB'`);
    await tx.query(`set local jit = off`);
  }

  successions(read: Tx): Promise<Succession[]> {
    return read.query(
      `select old_code as "oldCode", new_code as "newCode", kind, on_day as "onDay", is_old_kept as "isOldKept" from division_succession`,
    );
  }

  /** What each month had of each township, into the temporary table flow_counted. */
  async countMonths(tx: Tx, parameters: FlowParameters, until: Day, successions: readonly Succession[]): Promise<void> {
    await tx.query('drop table if exists flow_counted');
    const hasChanged = await this.becomes(tx, successions);
    await wholesale(tx, true);
    // CREATE … AS may be worked at by several processes, INSERT … SELECT by one.
    await tx.query(
      `create temp table flow_counted (month, division_code, direction, counts) on commit drop as
       ${statement(parameters, { kind: 'months', until }, hasChanged)}`,
    );
    await wholesale(tx, false);
    await tx.query('analyze flow_counted');
  }

  /** What a period had of each township, as things are known now. */
  async countPeriod(
    tx: Tx,
    parameters: FlowParameters,
    from: Day,
    until: Day,
    successions: readonly Succession[],
  ): Promise<FlowRow[]> {
    const hasChanged = await this.becomes(tx, successions);
    return tx.query<{ divisionCode: string; direction: FlowDirection; counts: number[] }>(
      `select division_code as "divisionCode", direction, counts
         from (${statement(parameters, { kind: 'period', from, until }, hasChanged)}) c (month, division_code, direction, counts)
        order by 1, 2`,
    );
  }

  /**
   * What places were called on which days, where that changed: a division that was merged or called otherwise later than
   * its code was written down. A split leads nowhere by itself. False where there is nothing to follow.
   */
  private async becomes(tx: Tx, successions: readonly Succession[]): Promise<boolean> {
    const whole = successions.filter(({ kind }) => kind !== 'split');
    if (whole.length === 0) return false;
    await tx.query('drop table if exists flow_became');
    await tx.query(
      `create temp table flow_became (code text collate "C", valid daterange, became text collate "C") on commit drop`,
    );
    const heads = whole.map(({ oldCode }) => divisionPrefix(oldCode as DivisionCode));
    const codes = await tx.query<{ code: string }>(
      `select distinct code
         from (select place_code as code from residence_period union select came_from from residence_period
               union select division_code from resident_origin) c
        where exists (select from unnest($1::text[]) h where c.code ^@ h)`,
      [heads],
    );
    const days = [...new Set(whole.map(({ onDay }) => onDay))].sort();
    const rows = codes.flatMap(({ code }) =>
      days.flatMap((from, i) => {
        const { codes: reached } = placeOn(code, from, whole);
        return reached[0] === code ? [] : [{ code, from, until: days[i + 1] ?? null, became: reached[0]! }];
      }),
    );
    if (rows.length === 0) return false;
    await tx.query(
      `insert into flow_became select code, daterange(from_day, until_day), became
         from unnest($1::text[], $2::date[], $3::date[], $4::text[]) as b (code, from_day, until_day, became)`,
      [
        rows.map(({ code }) => code),
        rows.map(({ from }) => from),
        rows.map(({ until }) => until),
        rows.map(({ became }) => became),
      ],
    );
    await tx.query('analyze flow_became');
    return true;
  }
}

/** Guards on rows make the planner shy of reading a table whole, which is what a count of everybody does. */
async function wholesale(tx: Tx, isOn: boolean): Promise<void> {
  const be = isOn ? 'off' : 'on';
  await tx.query(`set local enable_indexscan = ${be}`);
  await tx.query(`set local enable_mergejoin = ${be}`);
}

/** Nothing here is text of anybody: numbers and days that were checked. */
function statement({ leastMonths, ageFrom }: FlowParameters, span: Span, hasChanged: boolean): string {
  const then = (column: string, on: string) =>
    hasChanged
      ? `coalesce((select b.became from flow_became b where b.code = ${column} and b.valid @> ${on}), ${column})`
      : column;
  const stayed = (day: string) => `(${day} + interval '${Math.trunc(leastMonths)} months')`;
  const when =
    span.kind === 'months'
      ? {
          bucket: `date_trunc('month', e.first)::date`,
          isSure: `date_trunc('month', e.first) = date_trunc('month', e.latest)`,
          where: `e.first < '${span.until}'`,
        }
      : {
          bucket: `'${span.from}'::date`,
          isSure: `e.first >= '${span.from}' and e.latest < '${span.until}'`,
          where: `e.first < '${span.until}' and coalesce(e.latest, 'infinity') >= '${span.from}'`,
        };
  // One stream from the periods to the counts: what is named twice would be written down in between.
  return `
  with ordered as (
    select resident_id, is_disputed, place_code, came_from, ends, day, last_day,
           lag(place_code) over one_by_one as place_before, lag(ends) over one_by_one as ends_before,
           last_value(ends) over whole as ends_last, last_value(place_code) over whole as place_last
      from (select p.resident_id, p.is_disputed, p.place_code, p.came_from, upper(p.valid) as ends,
                   coalesce(lower(p.valid), (p.recorded_at at time zone 'Asia/Shanghai')::date) as day,
                   case when lower(p.valid) is not null then lower(p.certain) end as last_day
              from residence_period p where p.ended_at is null) period
    window one_by_one as (partition by resident_id, is_disputed order by day, ends, place_code),
           whole as (partition by resident_id, is_disputed order by day, ends, place_code rows between unbounded preceding and unbounded following)
  ), placed as (
    select o.*, left(${then('o.place_code', 'o.day')}, 9) as to_place,
           left(coalesce(case when not o.is_disputed then ${then('o.place_before', 'o.day')} end,
                ${then('o.came_from', 'o.day')}, ${then('h.division_code', 'o.day')}), 9) as from_place
      from ordered o left join resident_origin h on h.resident_id = o.resident_id and h.ended_at is null and h.valid @> o.day
       and (o.place_before is null or o.is_disputed)
  ), moved as (
    select *, from_place is distinct from to_place as has_moved, left(from_place, 6) is not distinct from left(to_place, 6) as is_within,
           coalesce(case when is_disputed then ends else least(lead(day) over later, lead(ends_before) over later) end, ends_last) as stays_until,
           case when not is_disputed and lead(day) over later is null then ends_last end as gone_on,
           ${stayed('day')} as first, ${stayed('last_day')} as latest
      from placed where from_place is distinct from to_place or place_before is null
    window later as (partition by resident_id, is_disputed order by day, ends, place_code)
  ), counted as (
    select ${when.bucket} as month, e.place, e.direction,
           case when not e.is_known or not coalesce(${when.isSure}, false) then 4
                when left(from_place, 2) <> left(to_place, 2) then 1
                when substr(from_place, 3, 4) = '0000' or substr(to_place, 3, 4) = '0000' then 4
                when left(from_place, 6) <> left(to_place, 6) then 2
                when substr(from_place, 7, 3) = '000' or substr(to_place, 7, 3) = '000' then 4
                else 3 end as distance,
           case r.sex when 1 then 1 when 2 then 2 else 3 end as sex,
           case when r.born is null then ${ageFrom.length + 1}
                else width_bucket(greatest(extract(year from age(e.day, r.born))::int, 0), '{${ageFrom.join(',')}}'::int[]) end as age_group
      from moved m join resident r on r.id = m.resident_id
     cross join lateral (values
       (case when is_within then 'within' else 'in' end, case when has_moved then to_place end, day, m.first, m.latest,
        not is_disputed and from_place is not null, stays_until, false),
       ('out', case when has_moved and not is_within then from_place end, day, m.first, m.latest, not is_disputed, stays_until, false),
       ('out', case when gone_on is not null then left(${then('place_last', 'gone_on')}, 9) end, gone_on, case when gone_on is not null then ${stayed('gone_on')} end, null, false, null, true)
     ) e (direction, place, day, first, latest, is_known, stays_until, is_gone)
     where e.place is not null and ${when.where} and (e.stays_until is null or e.stays_until >= e.first)
       and (not e.is_gone or not exists (
         select from residence_notice n where n.resident_id = m.resident_id and n.kind = 'death' and n.withdrawn_at is null))
    offset 0 -- Otherwise age and distance are worked out anew for each of the counts.
  )
  select month, place || '000', direction, ${countsOf(ageFrom.length + 1)}
    from counted group by month, place, direction`;
}
