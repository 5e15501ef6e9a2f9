import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { CalendarRow } from './calendar.types';

const ROW = `id, programme, division_code as "divisionCode", period, due_on as "dueOn", state, held_by as "heldBy",
  held_reason as "heldReason", batch_id as "batchId"`;

@Injectable()
export class CalendarRepository {
  /** Adds quarters that are not there; one that is planned moves to its new day, the others stay. */
  async plan(
    tx: Tx,
    programme: string,
    county: string,
    quarters: readonly { period: string; dueOn: Day }[],
  ): Promise<void> {
    await tx.query(
      `insert into payment_calendar (id, programme, division_code, period, due_on)
       select uuidv7(), $1, $2, q.period, q.due_on from unnest($3::text[], $4::date[]) q (period, due_on)
       on conflict (programme, division_code, period) do update set due_on = excluded.due_on
         where payment_calendar.state = 'planned'`,
      [programme, county, quarters.map((quarter) => quarter.period), quarters.map((quarter) => quarter.dueOn)],
    );
  }

  /** In order of their day: what runs next comes first among what has not run. */
  list(read: Read, filter: { programme?: string; divisionPrefix?: string; from?: Day }): Promise<CalendarRow[]> {
    return read.query<CalendarRow>(
      `select ${ROW} from payment_calendar
        where ($1::text is null or programme = $1) and starts_with(division_code, $2) and ($3::date is null or due_on >= $3)
        order by due_on, programme, division_code`,
      [filter.programme ?? null, filter.divisionPrefix ?? '', filter.from ?? null],
    );
  }

  due(read: Read, today: Day): Promise<CalendarRow[]> {
    return read.query<CalendarRow>(
      `select ${ROW} from payment_calendar where state = 'planned' and due_on <= $1 order by due_on, programme, division_code`,
      [today],
    );
  }

  async find(read: Read, id: string): Promise<CalendarRow | undefined> {
    return (await read.query<CalendarRow>(`select ${ROW} from payment_calendar where id = $1`, [id]))[0];
  }

  async findForUpdate(tx: Tx, id: string): Promise<CalendarRow | undefined> {
    return (await tx.query<CalendarRow>(`select ${ROW} from payment_calendar where id = $1 for update`, [id]))[0];
  }

  /** Takes a due row for this transaction alone; undefined when somebody else has it or it has started. */
  async take(tx: Tx, id: string, today: Day): Promise<CalendarRow | undefined> {
    const rows = await tx.query<CalendarRow>(
      `select ${ROW} from payment_calendar where id = $1 and state = 'planned' and due_on <= $2 for update skip locked`,
      [id, today],
    );
    return rows[0];
  }

  async start(tx: Tx, id: string, batchId: string | null, at: Date): Promise<void> {
    await tx.query('update payment_calendar set state = $2, batch_id = $3, started_at = $4 where id = $1', [
      id,
      batchId ? 'started' : 'done',
      batchId,
      at,
    ]);
  }

  /** Returns whether the row was still planned. */
  async hold(tx: Tx, id: string, actor: string, reason: string): Promise<boolean> {
    const rows = await tx.query(
      `update payment_calendar set state = 'held', held_by = $2, held_reason = $3 where id = $1 and state = 'planned' returning id`,
      [id, actor, reason],
    );
    return rows.length > 0;
  }

  async release(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `update payment_calendar set state = 'planned', held_by = null, held_reason = null where id = $1 and state = 'held'`,
      [id],
    );
  }
}
