import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';

export interface SealedIdentity {
  readonly id: string;
  readonly name: string;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day | null;
  readonly divisionCode: string;
  readonly idType: string | null;
  readonly idNumberSealed: Buffer | null;
  readonly birthCertificateSealed: Buffer | null;
}

const COLUMNS = `id, name, sex, born, division_code as "divisionCode", id_type as "idType",
  id_number_sealed as "idNumberSealed", birth_certificate_sealed as "birthCertificateSealed"`;

/** Persons with their sealed numbers. */
@Injectable()
export class PersonIdentityRepository {
  byIds(read: Read, ids: readonly string[]): Promise<SealedIdentity[]> {
    return read.query<SealedIdentity>(`select ${COLUMNS} from person where id = any ($1)`, [ids]);
  }

  /** Whoever stands for themselves under one of the numbers. */
  byKeys(read: Read, keys: { number: Buffer | null; certificate: Buffer | null }): Promise<SealedIdentity[]> {
    return read.query<SealedIdentity>(
      `select ${COLUMNS} from person
        where merged_into is null and (id_number_key = $1 or ($1::bytea is null and birth_certificate_key = $2)) limit 2`,
      [keys.number, keys.certificate],
    );
  }
}
