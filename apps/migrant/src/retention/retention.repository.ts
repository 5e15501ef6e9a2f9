import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Hold, HoldReason, Kept, RetentionCertificate, RetentionClass } from './retention.types';

/** The register of classes, what holds it back, and the narrow way by which the database lets rows be deleted. */
@Injectable()
export class RetentionRepository {
  /** Every time that is set for keeping something in a division, those outside this app's tables among them. */
  classes(read: Read, division: string, day: Day): Promise<RetentionClass[]> {
    return read.query<RetentionClass>(
      `with held as (
         select distinct on (name) substr(name, 6) as name, value, unit, source, status from parameter
          where name ^@ 'keep.' and $1 ^@ region and valid @> $2::date order by name, length(region) desc)
       select coalesce(c.name, h.name) as name, coalesce(c.said_zh, h.name) as "saidZh", coalesce(c.said_en, replace(h.name, '-', ' ')) as "saidEn",
              h.value as keep, h.unit, h.source, h.status, c.name is not null or h.name = 'messages' as "isOurs"
         from retention_class c full join held h using (name) order by c.position nulls last, 1`,
      [division, day],
    );
  }

  /** What is kept about somebody, alike rows together; as far as the reader sees the rows. */
  kept(read: Read, resident: string, day: Day): Promise<Kept[]> {
    return read.query<Kept>(
      `select s.class, c.said_zh as "saidZh", c.said_en as "saidEn", count(*)::int as count, s.starts, s.due_on as "dueOn",
              (select v.source from parameter v join resident r on r.id = $1
                where v.name = 'keep.' || s.class and coalesce(r.divisions[1], '') ^@ v.region and v.valid @> $2::date
                order by length(v.region) desc limit 1) as source,
              coalesce((select jsonb_agg(jsonb_build_object('zh', h.said_zh, 'en', h.said_en) order by h.name)
                          from retention_holder h where h.name = any (s.held_by)), '[]') as held
         from retention_standing($1, $2::date) s join retention_class c on c.name = s.class
        group by s.class, c.said_zh, c.said_en, c.position, s.starts, s.due_on, s.held_by order by c.position, s.due_on`,
      [resident, day],
    );
  }

  async isSeen(read: Read, resident: string): Promise<boolean> {
    return (await read.query('select from resident where id = $1', [resident])).length > 0;
  }

  /** The hold's id, or nothing where it stands already. */
  async hold(tx: Tx, resident: string, reason: HoldReason, reference: string, at: Date): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `insert into retention_hold (resident_id, reason, reference, set_at) values ($1, $2, $3, $4)
       on conflict (resident_id, reason, reference) where lifted_at is null do nothing returning id`,
      [resident, reason, reference, at],
    );
    return row?.id;
  }

  async lift(tx: Tx, id: string, at: Date): Promise<Hold | undefined> {
    const [row] = await tx.query<Hold>(
      `update retention_hold set lifted_by = guard_text('actor'), lifted_at = greatest($2, set_at) where id = $1 and lifted_at is null returning ${HOLD}`,
      [id, at],
    );
    return row;
  }

  async isHold(read: Read, id: string): Promise<boolean> {
    return (await read.query('select from retention_hold where id = $1', [id])).length > 0;
  }

  holds(read: Read, residents: readonly string[]): Promise<Hold[]> {
    return read.query<Hold>(
      `select ${HOLD} from retention_hold where resident_id = any($1::uuid[]) order by set_at, id`,
      [residents],
    );
  }

  certificates(read: Read, after: Day | null, limit: number): Promise<RetentionCertificate[]> {
    return read.query<RetentionCertificate>(
      `select r.id, r.on_day as "onDay", r.started_at as "startedAt", r.finished_at as "finishedAt",
              coalesce((select jsonb_agg(jsonb_build_object('class', c.class, 'division', c.division, 'deleted', c.deleted,
                          'digest', encode(c.digest, 'hex')) order by c.class, c.division) from retention_count c where c.run_id = r.id), '[]') as counts
         from retention_run r where ($1::date is null or r.on_day < $1) order by r.on_day desc limit $2`,
      [after, limit],
    );
  }

  async isFinished(read: Read, day: Day): Promise<boolean> {
    return (
      (await read.query('select from retention_run where on_day = $1 and finished_at is not null', [day])).length > 0
    );
  }

  /** The run of a day, begun or gone on with; nothing when it is finished. */
  async begin(tx: Tx, day: Day, at: Date): Promise<string | null> {
    const [row] = await tx.query<{ run: string | null }>('select retention_begin($1, $2) as run', [day, at]);
    return row!.run;
  }

  async names(read: Read): Promise<string[]> {
    const rows = await read.query<{ name: string }>('select name from retention_class order by position, name');
    return rows.map(({ name }) => name);
  }

  /** Some blocks of a class's table; `next` is null behind the last. */
  async delete(tx: Tx, run: string, name: string, from: number, blocks: number) {
    const [row] = await tx.query<{ deleted: number; next: number | null }>(
      'select deleted, next_block::int as next from retention_delete($1, $2, $3, $4)',
      [run, name, from, blocks],
    );
    return row!;
  }

  async deleteAgain(tx: Tx, run: string): Promise<number> {
    const [row] = await tx.query<{ n: number }>('select retention_delete_again($1) as n', [run]);
    return row!.n;
  }

  async deleteMessages(tx: Tx, run: string, most: number): Promise<number> {
    const [row] = await tx.query<{ n: number }>('select retention_delete_messages($1, $2) as n', [run, most]);
    return row!.n;
  }

  async finish(tx: Tx, run: string, at: Date): Promise<void> {
    await tx.query('select retention_finish($1, $2)', [run, at]);
  }
}

const HOLD = `id, resident_id as "residentId", reason, reference, set_at as "setAt", lifted_at as "liftedAt"`;
