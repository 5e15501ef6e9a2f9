import type { DivisionSuccession } from '@app/contracts';
import type { Tx } from '@app/database';
import { type DivisionCode, divisionLevel, divisionPrefix } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { DivisionRow, DivisionView, Refiled, SuccessionRow, SuccessionView } from './division.types';

const COLUMNS = `code, name, level, parent_code as "parentCode", status, lower(valid) as "validFrom", upper(valid) as "validTo"`;
const SUCCESSION = `old_code as "oldCode", new_code as "newCode", kind, on_day as "onDay", source`;

/** The tree of divisions, which followed which, and whose filing follows from it. */
@Injectable()
export class DivisionRepository {
  /** Codes on record, of any status. */
  async listCodes(read: Tx): Promise<string[]> {
    return (await read.query<{ code: string }>('select code from division')).map(({ code }) => code);
  }

  find(read: Tx, codes: readonly string[]): Promise<DivisionView[]> {
    return read.query(`select ${COLUMNS} from division where code = any($1)`, [codes]);
  }

  /** Children of a division in code order; of null, the provinces. On a day, only those that there were. */
  listChildren(read: Tx, parentCode: string | null, on: string | null): Promise<DivisionView[]> {
    return read.query(
      `select ${COLUMNS} from division
        where parent_code is not distinct from $1 and ($2::date is null or valid @> $2::date) order by code limit 2000`,
      [parentCode, on],
    );
  }

  /** A division and everything below it that there was on a day, in code order. */
  subtree(read: Tx, code: string, on: string, most: number): Promise<DivisionView[]> {
    return read.query(
      `with recursive below as (
         select code from division where code = $1 and valid @> $2::date
         union all select d.code from division d join below b on d.parent_code = b.code where d.valid @> $2::date)
       select ${COLUMNS} from division where code in (select code from below) order by code limit $3`,
      [code, on, most],
    );
  }

  /** Adds divisions nobody has named yet, their parents before them. Returns the codes that were new. */
  async addUnconfirmed(tx: Tx, codes: readonly string[], at: Date): Promise<string[]> {
    const rows = withParents(codes);
    const added = await tx.query<{ code: string }>(
      `insert into division (code, level, parent_code, status, recorded_at)
       select code, level, parent, 'unconfirmed', $4 from unnest($1::text[], $2::text[], $3::text[]) as d (code, level, parent)
        order by code
       on conflict (code) do nothing returning code`,
      [rows.map((row) => row.code), rows.map((row) => row.level), rows.map((row) => row.parent), at],
    );
    return added.map(({ code }) => code);
  }

  /** Names divisions, adding those that are new. */
  async confirm(tx: Tx, divisions: readonly DivisionRow[], at: Date): Promise<number> {
    await this.addUnconfirmed(
      tx,
      divisions.map(({ code }) => code),
      at,
    );
    const changed = await tx.query(
      `update division d set name = n.name, status = 'confirmed', recorded_at = $3
         from unnest($1::text[], $2::text[]) as n (code, name)
        where d.code = n.code and (d.name is distinct from n.name or d.status <> 'confirmed') returning 1`,
      [divisions.map(({ code }) => code), divisions.map(({ name }) => name), at],
    );
    return changed.length;
  }

  /** Puts one succession on record; false when it stood there already. */
  async addSuccession(tx: Tx, row: SuccessionRow, at: Date): Promise<boolean> {
    const added = await tx.query(
      `insert into division_succession (old_code, new_code, kind, on_day, source, is_old_kept, recorded_at)
       select $1, $2, $3, $4::date, $5, $6, $7
        where not exists (select from division_succession
                           where old_code = $1 and new_code = $2 and kind = $3 and on_day = $4::date and is_old_kept = $6)
       returning 1`,
      [row.oldCode, row.newCode, row.kind, row.onDay, row.source, row.isOldKept, at],
    );
    if (added.length === 0) return false;
    if (!row.isOldKept) {
      await tx.query(
        `update division set valid = daterange(lower(valid), $2::date)
          where code = $1 and (upper(valid) is null or upper(valid) > $2::date) and (lower(valid) is null or lower(valid) < $2::date)`,
        [row.oldCode, row.onDay],
      );
    }
    // What others were merged into may have been there before; whoever is new under a name or code was not.
    if (row.kind !== 'merged') {
      await tx.query(
        `update division set valid = daterange($2::date, upper(valid))
          where code = $1 and lower(valid) is null and (upper(valid) is null or upper(valid) > $2::date)`,
        [row.newCode, row.onDay],
      );
    }
    return true;
  }

  listSuccessions(read: Tx, side: 'old' | 'new', codes: readonly string[]): Promise<SuccessionView[]> {
    return read.query(
      `select ${SUCCESSION} from division_succession where ${side}_code = any($1) order by on_day, old_code, new_code`,
      [codes],
    );
  }

  /** The whole list: hundreds of lines at most, and without names of people. */
  allSuccessions(read: Tx): Promise<DivisionSuccession[]> {
    return read.query(
      `select ${SUCCESSION.replace(', source', '')}, is_old_kept as "isOldKept"
         from division_succession order by on_day, old_code, new_code`,
    );
  }

  /** Counties in which anybody is registered, found county by county through the index of places. */
  async peopledCounties(read: Tx): Promise<string[]> {
    const rows = await read.query<{ code: string }>(
      `with recursive county as (
         (select left(division_code, 6) as digits from person order by division_code limit 1)
         union all
         select (select left(p.division_code, 6) from person p
                  where p.division_code >= c.digits || 'a' order by p.division_code limit 1)
           from county c where c.digits is not null)
       select digits || '000000' as code from county where digits is not null order by 1`,
    );
    return rows.map(({ code }) => code);
  }

  /** What these codes have become by a day, those that are still what they were left out. */
  async heirs(read: Tx, codes: readonly string[], on: string): Promise<Map<string, string>> {
    const rows = await read.query<{ code: string; heir: string }>(
      `select code, heir from (select code, division_heir(code, $2::date) as heir from unnest($1::text[]) as c (code)) h
        where heir <> code and exists (select from division_succession)`,
      [codes, on],
    );
    return new Map(rows.map(({ code, heir }) => [code, heir]));
  }

  /**
   * Counties whose household numbers go on in another county's name: one became one. Where several were merged, two
   * households may have one number, so each keeps the county that numbered it.
   */
  async countyHeirs(read: Tx, on: string): Promise<Map<string, string>> {
    const rows = await read.query<{ code: string; heir: string }>(
      `select min(code) as code, heir
         from (select d.code, division_heir(d.code, $1::date) as heir from division d
                where d.level = 'county' and exists (select from division_succession s where s.old_code = d.code)) h
        where heir <> code
        group by heir
       having count(*) = 1 and bool_and(exists (select from division_succession s
              where s.old_code = code and s.kind in ('renamed', 'recoded')))`,
      [on],
    );
    return new Map(rows.map(({ code, heir }) => [code, heir]));
  }

  /** Codes that somebody is filed under and that have become another by a day. */
  async filedUnderOld(read: Tx, on: string): Promise<{ code: string; heir: string }[]> {
    return read.query(
      `select code, heir
         from (select d.code, division_heir(d.code, $1::date) as heir from division d
                where exists (select from person p where p.division_code = d.code)
                   or exists (select from household h where h.division_code = d.code)) f
        where heir <> code and exists (select from division_succession)`,
      [on],
    );
  }

  /** Files everybody under one code under another; what was is kept. */
  async refile(
    tx: Tx,
    moves: readonly { code: string; heir: string }[],
    counties: ReadonlyMap<string, string>,
    at: Date,
  ): Promise<Refiled> {
    const lists = [moves.map(({ code }) => code), moves.map(({ heir }) => heir), at];
    const moved = `unnest($1::text[], $2::text[]) as m (code, heir)`;
    await tx.query(
      `insert into refiling (person_id, old_code, new_code, done_at)
       select p.id, m.code, m.heir, $3 from ${moved} join person p on p.division_code = m.code`,
      lists,
    );
    await tx.query(
      `insert into refiling (household_id, old_code, new_code, done_at)
       select h.id, m.code, m.heir, $3 from ${moved} join household h on h.division_code = m.code`,
      lists,
    );
    const persons = await tx.query(
      `update person p set division_code = m.heir, recorded_at = $3, changed_xid = pg_current_xact_id()
         from ${moved} where p.division_code = m.code returning 1`,
      lists,
    );
    const households = await tx.query(
      `update household h set division_code = m.heir, recorded_at = $3 from ${moved} where h.division_code = m.code returning 1`,
      lists,
    );
    await tx.query(
      `update household h set county_code = c.heir from unnest($1::text[], $2::text[]) as c (code, heir)
        where h.county_code = c.code
          and not exists (select from household o where o.county_code = c.heir and o.household_no = h.household_no)`,
      [[...counties.keys()], [...counties.values()]],
    );
    return { persons: persons.length, households: households.length };
  }

  /** These households, with whether they stand under a code that was split and the target is a part of it. */
  listFiled(
    read: Tx,
    householdIds: readonly string[],
    newCode: string,
  ): Promise<{ id: string; code: string; isSplit: boolean; isPart: boolean }[]> {
    return read.query(
      `select h.id, h.division_code as code, count(s.id) > 0 as "isSplit",
              coalesce(bool_or($2 ^@ division_digits(s.new_code)), false) as "isPart"
         from household h left join division_succession s
           on s.kind = 'split' and h.division_code ^@ division_digits(s.old_code)
        where h.id = any($1::uuid[]) group by h.id, h.division_code`,
      [householdIds, newCode],
    );
  }

  /** Files households and who is registered in them under a part of what their division was. */
  async fileUnder(
    tx: Tx,
    householdIds: readonly string[],
    newCode: string,
    reason: string,
    at: Date,
  ): Promise<string[]> {
    const parameters = [householdIds, newCode, reason, at];
    await tx.query(
      `insert into refiling (household_id, old_code, new_code, reason, done_at)
       select id, division_code, $2, $3, $4 from household where id = any($1::uuid[]) and division_code <> $2`,
      parameters,
    );
    await tx.query(
      `insert into refiling (person_id, old_code, new_code, reason, done_at)
       select id, division_code, $2, $3, $4 from person where household_id = any($1::uuid[]) and division_code <> $2`,
      parameters,
    );
    const moved = [householdIds, newCode, at];
    await tx.query(`update household set division_code = $2, recorded_at = $3 where id = any($1::uuid[])`, moved);
    const persons = await tx.query<{ id: string }>(
      `update person set division_code = $2, recorded_at = $3, changed_xid = pg_current_xact_id()
        where household_id = any($1::uuid[]) and division_code <> $2 returning id`,
      moved,
    );
    return persons.map(({ id }) => id);
  }
}

/** Every code and the codes above it, those above first when sorted by code. */
function withParents(codes: readonly string[]): { code: string; level: string; parent: string | null }[] {
  const rows = new Map<string, { code: string; level: string; parent: string | null }>();
  for (const start of codes) {
    let code: string | null = start;
    while (code !== null && !rows.has(code)) {
      const parent = parentOf(code as DivisionCode);
      rows.set(code, { code, level: divisionLevel(code as DivisionCode), parent });
      code = parent;
    }
  }
  return [...rows.values()];
}

function parentOf(code: DivisionCode): string | null {
  const digits = divisionPrefix(code).length;
  const above = { 12: 9, 9: 6, 6: 4, 4: 2, 2: 0 }[digits]!;
  return above === 0 ? null : code.slice(0, above).padEnd(12, '0');
}
