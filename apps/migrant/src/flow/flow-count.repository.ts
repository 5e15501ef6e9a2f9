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
    await tx.query(`set local work_mem = '128MB'`);
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
    await tx.query(
      `create temp table flow_counted (month date, division_code text collate "C", direction text collate "C", counts int[]) on commit drop`,
    );
    const hasChanged = await this.becomes(tx, successions);
    await tx.query(`insert into flow_counted ${statement(parameters, { kind: 'months', until }, hasChanged)}`);
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

/** Nothing here is text of anybody: numbers and days that were checked. */
function statement({ leastMonths, ageFrom }: FlowParameters, span: Span, hasChanged: boolean): string {
  const then = (column: string, on: string) =>
    hasChanged
      ? `coalesce((select b.became from flow_became b where b.code = ${column} and b.valid @> ${on}), ${column})`
      : column;
  const counted = `(day + interval '${Math.trunc(leastMonths)} months')::date`;
  const latest = `(last_day + interval '${Math.trunc(leastMonths)} months')::date`;
  const month = (day: string) => `date_trunc('month', ${day}::timestamp)::date`;
  const when =
    span.kind === 'months'
      ? {
          bucket: month('counted'),
          isSure: `${month('counted')} = ${month('latest')}`,
          where: `counted < '${span.until}'`,
        }
      : {
          bucket: `'${span.from}'::date`,
          isSure: `counted >= '${span.from}' and latest < '${span.until}'`,
          where: `counted < '${span.until}' and coalesce(latest, 'infinity') >= '${span.from}'`,
        };
  return `
  with period as (
    select p.resident_id, p.is_disputed, p.place_code, p.came_from, upper(p.valid) as ends,
           coalesce(lower(p.valid), (p.recorded_at at time zone 'Asia/Shanghai')::date) as day,
           case when lower(p.valid) is not null then lower(p.certain) end as last_day
      from residence_period p where p.ended_at is null
  ), ordered as (
    select *, lag(place_code) over one_by_one as place_before, lag(ends) over one_by_one as ends_before,
           lead(day) over one_by_one is null as is_last,
           last_value(ends) over (partition by resident_id, is_disputed order by day, ends, place_code
             rows between unbounded preceding and unbounded following) as ends_last
      from period window one_by_one as (partition by resident_id, is_disputed order by day, ends, place_code)
  ), placed as (
    select o.*, left(${then('o.place_code', 'o.day')}, 9) as to_place,
           left(coalesce(case when not o.is_disputed then ${then('o.place_before', 'o.day')} end,
                ${then('o.came_from', 'o.day')}, ${then('h.division_code', 'o.day')}), 9) as from_place
      from ordered o left join resident_origin h on h.resident_id = o.resident_id and h.ended_at is null and h.valid @> o.day
       and (o.place_before is null or o.is_disputed)
  ), moved as (
    select *, coalesce(case when is_disputed then ends else least(lead(day) over later, lead(ends_before) over later) end, ends_last) as stays_until
      from placed where from_place is distinct from to_place
    window later as (partition by resident_id, is_disputed order by day, ends, place_code)
  ), event as (
    select resident_id, from_place, to_place, is_disputed, day, ${counted} as counted, ${latest} as latest, stays_until
      from moved
    union all
    select resident_id, left(${then('o.place_code', 'o.ends')}, 9), null, false, ends, ${counted.replace('day', 'ends')}, null, null
      from ordered o
     where o.is_last and not o.is_disputed and o.ends is not null
       and not exists (select from residence_notice n where n.resident_id = o.resident_id and n.kind = 'death' and n.withdrawn_at is null)
  ), measured as (
    select ${when.bucket} as month, from_place, to_place,
           case when is_disputed or from_place is null or to_place is null or not coalesce(${when.isSure}, false) then 4
                when left(from_place, 2) <> left(to_place, 2) then 1
                when substr(from_place, 3, 4) = '0000' or substr(to_place, 3, 4) = '0000' then 4
                when left(from_place, 6) <> left(to_place, 6) then 2
                when substr(from_place, 7, 3) = '000' or substr(to_place, 7, 3) = '000' then 4
                else 3 end as distance,
           case r.sex when 1 then 1 when 2 then 2 else 3 end as sex,
           case when r.born is null then ${ageFrom.length + 1}
                else width_bucket(greatest(extract(year from age(day, r.born))::int, 0), '{${ageFrom.join(',')}}'::int[]) end as age_group
      from event e join resident r on r.id = e.resident_id
     where ${when.where} and (stays_until is null or stays_until >= counted)
  ), ended as (
    select month, to_place as place, case when left(from_place, 6) = left(to_place, 6) then 'within' else 'in' end as direction, distance, sex, age_group
      from measured where to_place is not null
    union all
    select month, from_place, 'out', distance, sex, age_group
      from measured where from_place is not null and left(from_place, 6) is distinct from left(to_place, 6)
  )
  select month, place || '000', direction, ${countsOf(ageFrom.length + 1)}
    from ended group by month, place, direction`;
}
