import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { HouseholdFilter, HouseholdView } from './household.types';

const COLUMNS = `id, household_no as "householdNo", division_code as "divisionCode", household_type as "householdType", address`;
const MATCHES = `division_code ^@ $1 and ($2::text is null or household_no = $2)`;

@Injectable()
export class HouseholdRepository {
  async find(read: Tx, ids: readonly string[]): Promise<HouseholdView[]> {
    return read.disclose(
      'household',
      await read.query<HouseholdView>(`select ${COLUMNS} from household where id = any($1::uuid[])`, [ids]),
    );
  }

  /** By division and id; `after` is the last row of the page before. The last of `limit` rows is for looking ahead only. */
  async list(
    read: Tx,
    { prefix, householdNo }: HouseholdFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<HouseholdView[]> {
    const rows = await read.query<HouseholdView>(
      `select ${COLUMNS} from household
        where ${MATCHES} and ($3::text is null or (division_code, id) > ($3::text, $4::uuid))
        order by division_code, id limit $5`,
      [prefix, householdNo ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    read.disclose('household', rows.slice(0, limit - 1));
    return rows;
  }

  async count(read: Tx, { prefix, householdNo }: HouseholdFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(`select count(*)::int as n from household where ${MATCHES}`, [
      prefix,
      householdNo ?? null,
    ]);
    return row!.n;
  }
}
