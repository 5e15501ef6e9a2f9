import type { Tx } from '@app/database';
import { type DivisionCode, divisionLevel, divisionPrefix } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { DivisionRow, DivisionView } from './division.types';

const COLUMNS = `code, name, level, parent_code as "parentCode", status`;

@Injectable()
export class DivisionRepository {
  /** Codes on record, of any status. */
  async listCodes(read: Tx): Promise<string[]> {
    return (await read.query<{ code: string }>('select code from division')).map(({ code }) => code);
  }

  find(read: Tx, codes: readonly string[]): Promise<DivisionView[]> {
    return read.query(`select ${COLUMNS} from division where code = any($1)`, [codes]);
  }

  /** Children of a division in code order; of null, the provinces. */
  listChildren(read: Tx, parentCode: string | null): Promise<DivisionView[]> {
    return read.query(
      `select ${COLUMNS} from division where parent_code is not distinct from $1 order by code limit 2000`,
      [parentCode],
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
