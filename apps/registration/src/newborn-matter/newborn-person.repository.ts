import { randomUUID } from 'node:crypto';
import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import { nameForMatching } from '../person/name.rules';
import type { Newborn } from './newborn-matter.types';

/** What stands for a name until the parents have given one. */
const UNNAMED = '新生儿';

@Injectable()
export class NewbornPersonRepository {
  /** A person of our own, whom a later row of the household registry is to take over. */
  async insert(
    tx: Tx,
    newborn: Newborn & { id: string; certificateSealed: Buffer | null; certificateKey: Buffer | null; hash: Buffer },
    at: Date,
  ): Promise<void> {
    const name = newborn.name ?? UNNAMED;
    await tx.query(
      `insert into person (id, registry_person_id, name, name_match, sex, birth_certificate_sealed, birth_certificate_key, born, status,
         division_code, father_id, father_key, mother_id, mother_key, source_updated_at, row_hash, batch_id, batch_line, recorded_at)
       select $1, $2, $3, $4, $5, $6, $7, $8, 0, $9, f.id, f.id_number_key, m.id, m.id_number_key, $12, $13, $14, 0, $12
         from (select) one left join person f on f.id = $10 and f.id_number_key is not null
         left join person m on m.id = $11 and m.id_number_key is not null`,
      [
        newborn.id,
        `own:${newborn.id}`,
        name,
        nameForMatching(name),
        newborn.sex,
        newborn.certificateSealed,
        newborn.certificateKey,
        newborn.born,
        newborn.divisionCode,
        newborn.fatherId,
        newborn.motherId,
        at,
        newborn.hash,
        randomUUID(),
      ],
    );
  }
}
