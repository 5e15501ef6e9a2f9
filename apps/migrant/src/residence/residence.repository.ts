import type { Tx } from '@app/database';
import type { Day, DaySpan, UncertainPeriod } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { HeldPeriod, NewNotice, NoticeRow, PeriodRow, Succession } from './residence.types';

const NOTICE = `n.id, n.resident_id as "residentId", n.source, n.reference, n.kind, n.place_code as "placeCode",
  n.came_from as "cameFrom", n.starts, n.ends, n.basis, n.source_ref as "sourceRef", n.is_upheld as "isUpheld",
  n.recorded_by as "recordedBy", n.recorded_at as "recordedAt", n.withdrawn_at as "withdrawnAt",
  n.withdrawn_why as "withdrawnWhy"`;

const PERIOD = `p.id, p.resident_id as "residentId", p.notice_id as "noticeId", p.place_code as "placeCode",
  p.came_from as "cameFrom", lower(p.valid) as "validFrom", upper(p.valid) as "validUntil", isempty(p.certain) as "isUncertain",
  lower(p.certain) as "certainFrom", upper(p.certain) as "certainUntil", p.basis, p.is_disputed as "isDisputed",
  p.is_followed as "isFollowed", p.source_ref as "sourceRef", p.recorded_at as "recordedAt", p.ended_at as "endedAt"`;

type RawPeriod = Omit<PeriodRow, 'period'> & {
  readonly validFrom: Day | null;
  readonly validUntil: Day | null;
  readonly isUncertain: boolean;
  readonly certainFrom: Day | null;
  readonly certainUntil: Day | null;
};

/** The only SQL about notices and residence periods. */
@Injectable()
export class ResidenceRepository {
  /** The same notice sent twice at once is taken once after the other. */
  async lockReference(tx: Tx, source: string, reference: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`notice:${source}:${reference}`]);
  }

  async byReference(tx: Tx, source: string, reference: string): Promise<NoticeRow | undefined> {
    const rows = await tx.query<NoticeRow>(
      `select ${NOTICE} from residence_notice n where n.source = $1 and n.reference = $2`,
      [source, reference],
    );
    return rows[0];
  }

  async byId(tx: Tx, id: string): Promise<NoticeRow | undefined> {
    const rows = await tx.query<NoticeRow>(`select ${NOTICE} from residence_notice n where n.id = $1`, [id]);
    return rows[0];
  }

  /** Everything that was said of a resident, in the order in which it came. */
  async notices(tx: Tx, residentId: string): Promise<NoticeRow[]> {
    return tx.query<NoticeRow>(
      `select ${NOTICE} from residence_notice n where n.resident_id = $1 order by n.recorded_at, n.id`,
      [residentId],
    );
  }

  async insertNotice(tx: Tx, id: string, residentId: string, notice: NewNotice, at: Date): Promise<void> {
    await tx.query(
      `insert into residence_notice (id, resident_id, source, reference, kind, place_code, came_from, starts, ends, basis,
                                     source_ref, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        id,
        residentId,
        notice.source,
        notice.reference,
        notice.kind,
        notice.placeCode,
        notice.cameFrom,
        notice.starts,
        notice.ends,
        notice.basis,
        notice.sourceRef,
        at,
      ],
    );
  }

  async withdraw(
    tx: Tx,
    ids: readonly string[],
    { why, words, at }: { why: 'corrected' | 'refuted'; words: string | null; at: Date },
  ): Promise<void> {
    await tx.query(
      `update residence_notice set withdrawn_by = guard_text('actor'), withdrawn_at = $4, withdrawn_why = $2, settled_why = $3
        where id = any($1::uuid[]) and withdrawn_at is null`,
      [ids, why, words, at],
    );
  }

  async uphold(tx: Tx, id: string, words: string): Promise<void> {
    await tx.query('update residence_notice set is_upheld = true, settled_why = $2 where id = $1', [id, words]);
  }

  /** The last moment at which anything was recorded or ended of a resident: two hosts' clocks may differ. */
  async lastRecorded(tx: Tx, residentId: string): Promise<Date | null> {
    const [row] = await tx.query<{ last: Date | null }>(
      'select greatest(max(recorded_at), max(ended_at)) as last from residence_period where resident_id = $1',
      [residentId],
    );
    return row!.last;
  }

  /** Periods that stand, or with those that no longer do. */
  async periods(read: Tx, residentIds: readonly string[], { withEnded = false } = {}): Promise<PeriodRow[]> {
    const rows = await read.query<RawPeriod>(
      `select ${PERIOD} from residence_period p
        where p.resident_id = any($1::uuid[]) and ($2 or p.ended_at is null)
        order by p.resident_id, lower(p.valid) nulls first, p.recorded_at, p.id`,
      [residentIds, withEnded],
    );
    return rows.map(periodOf);
  }

  async period(tx: Tx, id: string): Promise<PeriodRow | undefined> {
    const rows = await tx.query<RawPeriod>(
      `select ${PERIOD} from residence_period p where p.id = $1 and p.ended_at is null`,
      [id],
    );
    return rows.map(periodOf)[0];
  }

  async endPeriods(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
    await tx.query(
      `update residence_period set ended_by = guard_text('actor'), ended_at = $2 where id = any($1::uuid[]) and ended_at is null`,
      [ids, at],
    );
  }

  async insertPeriod(tx: Tx, residentId: string, held: HeldPeriod<NoticeRow>, at: Date): Promise<void> {
    const { notice, placeCode, cameFrom, period, basis, isDisputed, isFollowed } = held;
    await tx.query(
      `insert into residence_period (resident_id, notice_id, place_code, came_from, valid, certain, basis, is_disputed,
                                     is_followed, source_ref, recorded_at)
       values ($1, $2, $3, $4, $5::daterange, $6::daterange, $7, $8, $9, $10, $11)`,
      [
        residentId,
        notice.id,
        placeCode,
        cameFrom,
        rangeText(period.valid),
        period.certain === null ? 'empty' : rangeText(period.certain),
        basis,
        isDisputed,
        isFollowed,
        notice.sourceRef,
        at,
      ],
    );
  }

  /** What is on record of one resident goes over to another. */
  async move(tx: Tx, from: string, to: string): Promise<void> {
    await tx.query('update residence_notice set resident_id = $2 where resident_id = $1', [from, to]);
    await tx.query('update residence_period set resident_id = $2 where resident_id = $1', [from, to]);
  }

  /**
   * Residents with a standing period on any day of these, at a place under one of the prefixes, by id. Wider than the
   * answer: the rules say which of them did live there.
   */
  async candidates(
    read: Tx,
    prefixes: readonly string[],
    { from, until }: { readonly from: Day; readonly until: Day },
    after: string | null,
    limit: number,
  ): Promise<string[]> {
    const rows = await read.query<{ id: string }>(
      `select r.id from resident r
        where ($4::uuid is null or r.id > $4)
          and exists (select from unnest($1::text[]) x (prefix) join residence_period p
                        on p.place_code >= x.prefix and p.place_code < x.prefix || ':'
                       where p.resident_id = r.id and p.ended_at is null and p.valid && daterange($2, $3))
        order by r.id limit $5`,
      [prefixes, from, until, after, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Of these persons, those who on a day surely live in a county in which their registration is not. */
  async newcomers(read: Tx, personIds: readonly string[], on: Day): Promise<string[]> {
    const rows = await read.query<{ personId: string }>(
      `select distinct r.person_id as "personId"
         from resident r
         join residence_period p on p.resident_id = r.id and p.ended_at is null and not p.is_disputed and p.certain @> $2::date
         join resident_origin o on o.resident_id = r.id and o.ended_at is null and o.valid @> $2::date
        where r.person_id = any($1::uuid[]) and left(p.place_code, 6) <> left(o.division_code, 6)
        order by 1`,
      [personIds, on],
    );
    return rows.map(({ personId }) => personId);
  }

  async successions(read: Tx): Promise<Succession[]> {
    return read.query<Succession>(
      `select old_code as "oldCode", new_code as "newCode", kind, on_day as "onDay", is_old_kept as "isOldKept"
         from division_succession order by on_day, old_code, new_code`,
    );
  }

  /** The list as registration has it now; what it no longer has goes. */
  async copySuccessions(tx: Tx, list: readonly Succession[]): Promise<void> {
    const columns = [
      list.map(({ oldCode }) => oldCode),
      list.map(({ newCode }) => newCode),
      list.map(({ kind }) => kind),
      list.map(({ onDay }) => onDay),
      list.map(({ isOldKept }) => isOldKept),
    ];
    const gone = await tx.query(
      `delete from division_succession where (old_code, new_code) not in (select * from unnest($1::text[], $2::text[]))
       returning old_code`,
      columns.slice(0, 2),
    );
    const come = await tx.query(
      `insert into division_succession (old_code, new_code, kind, on_day, is_old_kept)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::boolean[])
       on conflict (old_code, new_code) do update
         set kind = excluded.kind, on_day = excluded.on_day, is_old_kept = excluded.is_old_kept
       where (division_succession.kind, division_succession.on_day, division_succession.is_old_kept)
         is distinct from (excluded.kind, excluded.on_day, excluded.is_old_kept)
       returning old_code`,
      columns,
    );
    if (gone.length + come.length === 0) return;
    // The officers of what a division became see who lived in it.
    await tx.query(
      `update resident r set divisions = resident_divisions(r.id)
        where exists (select from unnest(r.divisions) d join division_succession s on d ^@ division_digits(s.old_code))
          and r.divisions is distinct from resident_divisions(r.id) and resident_divisions(r.id) <> '{}'`,
    );
  }

  async position(read: Tx, feed: string): Promise<string> {
    const [row] = await read.query<{ position: string }>('select position from feed_position where feed = $1', [feed]);
    return row?.position ?? '';
  }

  async lockFeed(tx: Tx, feed: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`feed:${feed}`]);
  }

  async savePosition(tx: Tx, feed: string, position: string): Promise<void> {
    await tx.query(
      `insert into feed_position (feed, position) values ($1, $2) on conflict (feed) do update set position = excluded.position`,
      [feed, position],
    );
  }
}

const rangeText = ({ from, until }: DaySpan): string => `[${from ?? ''},${until ?? ''})`;

function periodOf({ validFrom, validUntil, isUncertain, certainFrom, certainUntil, ...rest }: RawPeriod): PeriodRow {
  const period: UncertainPeriod = {
    valid: { from: validFrom, until: validUntil },
    certain: isUncertain ? null : { from: certainFrom, until: certainUntil },
  };
  return { ...rest, period };
}
