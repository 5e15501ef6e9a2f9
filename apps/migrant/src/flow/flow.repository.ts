import { copyLine, type Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { PublishedRow } from './flow.rules';
import type { FlowCorrectionRow, FlowMonth, FlowParameters, FlowRow, FlowRunView, FlowStage } from './flow.types';

const MONTH = `month, least_months as "leastMonths", small_below as "smallBelow", age_from as "ageFrom", area, frozen_at as "frozenAt"`;
const ROW = `division_code as "divisionCode", direction, counts`;
const CORRECTION = `id, month, division_code as "divisionCode", direction, before, after, recorded_at as "recordedAt"`;
const RUN = `id, stage, months, figures, corrections, begun_at as "begunAt", ended_at as "endedAt"`;
/** What is known now of a township of a closed month: the newest correction, or what was closed. */
const CURRENT = `select f.month, f.division_code, f.direction, f.counts from flow_figure f
   where not exists (select from flow_correction c where (c.month, c.division_code, c.direction) = (f.month, f.division_code, f.direction))
  union all
  (select distinct on (month, division_code, direction) month, division_code, direction, after
     from flow_correction order by month, division_code, direction, id desc)`;
const LINES = `E'\\n' order by division_code, direction`;

/** Closed months, what was learned of them later, and what of both is published. */
@Injectable()
export class FlowRepository {
  /** One run at a time. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`set local lock_timeout = '15min'`);
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('migrant.flow', 0))`);
  }

  months(read: Tx): Promise<FlowMonth[]> {
    return read.query(`select ${MONTH} from flow_month order by month desc`);
  }

  async month(read: Tx, month: Day): Promise<FlowMonth | undefined> {
    const [found] = await read.query<FlowMonth>(`select ${MONTH} from flow_month where month = $1`, [month]);
    return found;
  }

  /** Whether the figures of a month are still those that its digest was made of. */
  async isIntact(read: Tx, month: Day): Promise<boolean> {
    const [row] = await read.query<{ intact: boolean }>(
      `select m.content = sha256(convert_to(coalesce((select string_agg(division_code || ' ' || direction || ' ' || counts::text, ${LINES})
                from flow_figure f where f.month = m.month), ''), 'UTF8')) as intact
         from flow_month m where m.month = $1`,
      [month],
    );
    return row?.intact ?? false;
  }

  /** Closes months with what was counted of them. Returns how many rows of figures they have. */
  async freeze(
    tx: Tx,
    months: readonly Day[],
    { leastMonths, ageFrom, smallBelow, area }: FlowParameters & { smallBelow: number; area: string },
    at: Date,
  ): Promise<number> {
    await tx.query(
      `insert into flow_month (month, least_months, small_below, age_from, area, content, frozen_at)
       select m, $2, $3, $4, $5, sha256(convert_to(coalesce(c.lines, ''), 'UTF8')), $6
         from unnest($1::date[]) m
         left join (select month, string_agg(division_code || ' ' || direction || ' ' || counts::text, ${LINES}) as lines
                      from flow_counted group by month) c on c.month = m`,
      [months, leastMonths, smallBelow, ageFrom, area, at],
    );
    const rows = await tx.query<{ n: bigint }>(
      `with added as (
         insert into flow_figure (month, division_code, direction, counts)
         select month, division_code, direction, counts from flow_counted where month = any($1::date[]) returning 1)
       select count(*) as n from added`,
      [months],
    );
    return Number(rows[0]!.n);
  }

  /** Writes a correction where a closed month is known otherwise now than it was; returns the months that had any. */
  async correct(
    tx: Tx,
    runId: string,
    months: readonly Day[],
    width: number,
    at: Date,
  ): Promise<{ months: Day[]; lines: number }> {
    const rows = await tx.query<{ month: Day }>(
      `insert into flow_correction (run_id, month, division_code, direction, before, after, recorded_at)
       select $1, month, division_code, direction, coalesce(k.counts, n.noughts), coalesce(c.counts, n.noughts), $4
         from (select * from flow_counted where month = any($2::date[])) c
         full join (select * from (${CURRENT}) k where month = any($2::date[])) k using (month, division_code, direction)
         cross join (select array_fill(0, array[$3::int]) as noughts) n
        where coalesce(k.counts, n.noughts) <> coalesce(c.counts, n.noughts)
       returning month`,
      [runId, months, width, at],
    );
    return { months: [...new Set(rows.map(({ month }) => month))].sort(), lines: rows.length };
  }

  /** Townships that ever had a figure, whether counted now or closed before: those whose noughts are shown too. */
  async townships(tx: Tx, area: string): Promise<string[]> {
    const rows = await tx.query<{ code: string }>(
      `select left(division_code, 9) as code from flow_counted where division_code ^@ $1
       union select left(division_code, 9) from flow_figure where division_code ^@ $1 order by 1`,
      [area],
    );
    return rows.map(({ code }) => code);
  }

  /** Rows of closed months as they were closed, month by month. */
  async closed(read: Tx, months: readonly Day[], prefix: string): Promise<Map<Day, FlowRow[]>> {
    const byMonth = new Map<Day, FlowRow[]>(months.map((month) => [month, []]));
    const rows = await read.query<FlowRow & { month: Day }>(
      `select month, ${ROW} from flow_figure where month = any($1::date[]) and division_code ^@ $2 order by month, division_code`,
      [months, prefix],
    );
    for (const row of rows) byMonth.get(row.month)!.push(row);
    return byMonth;
  }

  /** Rows of one month as they are known now. */
  current(read: Tx, month: Day, prefix: string): Promise<FlowRow[]> {
    return read.query(
      `select ${ROW} from (${CURRENT}) k where month = $1 and division_code ^@ $2 order by division_code, direction`,
      [month, prefix],
    );
  }

  async publish(tx: Tx, months: Iterable<readonly [Day, readonly PublishedRow[]]>): Promise<void> {
    function* lines(): Generator<string> {
      for (const [month, rows] of months) {
        let block = '';
        for (const { divisionCode, direction, counts } of rows) {
          block += copyLine([month, divisionCode, direction, `{${counts.map((count) => count ?? 'NULL').join(',')}}`]);
        }
        yield block;
      }
    }
    await tx.copyInto('flow_published', 'month, division_code, direction, counts', lines());
  }

  published(read: Tx, month: Day, prefix: string): Promise<PublishedRow[]> {
    return read.query(
      `select ${ROW} from flow_published where month = $1 and division_code ^@ $2 order by division_code, direction`,
      [month, prefix],
    );
  }

  publishedCorrections(
    read: Tx,
    month: Day | null,
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<FlowCorrectionRow[]> {
    return read.query(
      `select ${CORRECTION} from flow_published_correction
        where ($1::date is null or month = $1::date) and division_code ^@ $2 and ($3::uuid is null or id > $3::uuid) order by id limit $4`,
      [month, prefix, after ?? null, limit],
    );
  }

  corrections(
    read: Tx,
    month: Day | null,
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<FlowCorrectionRow[]> {
    return read.query(
      `select ${CORRECTION} from flow_correction
        where ($1::date is null or month = $1::date) and division_code ^@ $2 and ($3::uuid is null or id > $3::uuid) order by id limit $4`,
      [month, prefix, after ?? null, limit],
    );
  }

  async publishCorrections(
    tx: Tx,
    runId: string,
    month: Day,
    rows: readonly {
      divisionCode: string;
      direction: string;
      before: readonly (number | null)[];
      after: readonly (number | null)[];
    }[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into flow_published_correction (run_id, month, division_code, direction, before, after, recorded_at)
       select $1, $2, division_code, direction, before::int[], after::int[], $7
         from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as c (division_code, direction, before, after)`,
      [
        runId,
        month,
        rows.map(({ divisionCode }) => divisionCode),
        rows.map(({ direction }) => direction),
        rows.map(({ before }) => arrayText(before)),
        rows.map(({ after }) => arrayText(after)),
        at,
      ],
    );
  }

  async begin(tx: Tx, at: Date): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into flow_run (stage, begun_at) values ('asking', $1) returning id`,
      [at],
    );
    return row!.id;
  }

  async advance(
    tx: Tx,
    id: string,
    stage: FlowStage,
    done: { months?: number; figures?: number; corrections?: number } = {},
    endedAt: Date | null = null,
  ): Promise<void> {
    await tx.query(
      `update flow_run set stage = $2, months = coalesce($3, months), figures = coalesce($4, figures),
              corrections = coalesce($5, corrections), ended_at = $6 where id = $1`,
      [id, stage, done.months ?? null, done.figures ?? null, done.corrections ?? null, endedAt],
    );
  }

  runs(read: Tx, limit: number): Promise<FlowRunView[]> {
    return read.query(`select ${RUN} from flow_run order by id desc limit $1`, [limit]);
  }

  /** The day of the last run that ended well, so that the bell does not count all day. */
  async lastDone(read: Tx): Promise<Date | undefined> {
    const [row] = await read.query<{ at: Date }>(
      `select begun_at as at from flow_run where stage = 'done' order by id desc limit 1`,
    );
    return row?.at;
  }
}

const arrayText = (counts: readonly (number | null)[]): string =>
  `{${counts.map((count) => count ?? 'NULL').join(',')}}`;
