import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { StatedTable, StatedTableView } from './stated-table.types';

/** Figures that others stated. */
@Injectable()
export class StatedTableRepository {
  /** Keeps a table; false when the same file brought it before. */
  async add(tx: Tx, table: StatedTable, at: Date): Promise<boolean> {
    const [added] = await tx.query<{ id: string }>(
      `insert into flow_stated (division_code, direction, valid, source, file_sha256, warnings, recorded_at)
       values ($1, $2, daterange($3::date, $4::date), $5, $6, $7, $8) on conflict do nothing returning id`,
      [
        table.divisionCode,
        table.direction,
        table.from,
        table.until,
        table.source,
        table.fileSha256,
        table.warnings,
        at,
      ],
    );
    if (!added) return false;
    await tx.query(
      `insert into flow_stated_figure (stated_id, part, item, count, mask)
       select $1, part, item, count, mask from unnest($2::text[], $3::text[], $4::int[], $5::text[]) as f (part, item, count, mask)`,
      [
        added.id,
        table.figures.map(({ group }) => group),
        table.figures.map(({ item }) => item),
        table.figures.map(({ count }) => count),
        table.figures.map(({ mask }) => mask),
      ],
    );
    tx.concern('flow_stated', [added.id]);
    return true;
  }

  list(read: Tx, prefix: string, after: string | undefined, limit: number): Promise<StatedTableView[]> {
    return read.query(
      `select id, division_code as "divisionCode", direction, lower(valid) as "from", upper(valid) as "until", source, warnings,
              recorded_at as "recordedAt",
              (select coalesce(json_agg(json_build_object('part', f.part, 'item', f.item, 'count', f.count, 'mask', f.mask)
                        order by f.part, f.item), '[]') from flow_stated_figure f where f.stated_id = s.id) as figures
         from flow_stated s where division_code ^@ $1 and ($2::uuid is null or id > $2::uuid) order by id limit $3`,
      [prefix, after ?? null, limit],
    );
  }

  async count(read: Tx, prefix: string): Promise<number> {
    const [row] = await read.query<{ n: bigint }>('select count(*) as n from flow_stated where division_code ^@ $1', [
      prefix,
    ]);
    return Number(row!.n);
  }
}
