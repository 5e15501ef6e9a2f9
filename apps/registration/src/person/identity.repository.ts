import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { Identity } from './identity.types';

const COLUMNS = `id, name, id_type as "idType", id_number_key as "idNumberKey", id_number_mask as "idNumberMask",
  division_code as "divisionCode"`;

@Injectable()
export class IdentityRepository {
  async byIds(tx: Tx, ids: readonly string[]): Promise<Identity[]> {
    const rows = await tx.query<Identity>(`select ${COLUMNS} from person where id = any ($1::uuid[]) and status <> 1`, [
      ids,
    ]);
    return tx.disclose('person', rows);
  }

  async byKey(tx: Tx, key: Buffer): Promise<Identity | undefined> {
    const rows = await tx.query<Identity>(
      `select ${COLUMNS} from person where id_number_key = $1 and not id_number_shared and status <> 1 limit 1`,
      [key],
    );
    return tx.disclose('person', rows)[0];
  }
}
