import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Nomination, NominationInput } from './nomination.types';

const COLUMNS = `id, officer, name, unit_code as "unitCode", unit_name as "unitName", division_code as "divisionCode",
  is_responsible as "isResponsible", lower(valid) as "from", upper(valid) - 1 as "until", nominated_by as "nominatedBy"`;

export interface SealedNomination extends Nomination {
  readonly sealed: Buffer;
}

/** Officers that are named to the registry. */
@Injectable()
export class NominationRepository {
  async insert(
    tx: Tx,
    id: string,
    input: NominationInput,
    number: { sealed: Buffer; key: Buffer },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into nomination (id, officer, name, number_sealed, number_key, unit_code, unit_name, division_code,
                               is_responsible, valid, nominated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, daterange($10::date, null), $11)`,
      [
        id,
        input.officer,
        input.name,
        number.sealed,
        number.key,
        input.unitCode,
        input.unitName,
        input.division,
        input.isResponsible,
        input.from,
        at,
      ],
    );
  }

  /** @returns Whether one that still ran was ended. */
  async end(tx: Tx, id: string, lastDay: Day): Promise<boolean> {
    const rows = await tx.query(
      `update nomination set valid = daterange(lower(valid), $2::date + 1)
        where id = $1 and lower(valid) <= $2::date and (upper(valid) is null or upper(valid) > $2::date + 1) returning id`,
      [id, lastDay],
    );
    return rows.length === 1;
  }

  async list(read: Read, prefix: string): Promise<Nomination[]> {
    const rows = await read.query<Nomination>(
      `select ${COLUMNS} from nomination where division_code ^@ $1 order by division_code, lower(valid) desc, id limit 500`,
      [prefix],
    );
    return read.disclose('nomination', rows);
  }

  async get(read: Read, id: string): Promise<Nomination | undefined> {
    const rows = await read.query<Nomination>(`select ${COLUMNS} from nomination where id = $1`, [id]);
    return read.disclose('nomination', rows)[0];
  }

  async sealed(read: Read, id: string): Promise<SealedNomination | undefined> {
    const [row] = await read.query<SealedNomination>(
      `select ${COLUMNS}, number_sealed as sealed from nomination where id = $1`,
      [id],
    );
    return row;
  }

  /** The officer's own nomination on a day. */
  async ofOfficer(read: Read, officer: string, day: Day): Promise<SealedNomination | undefined> {
    const [row] = await read.query<SealedNomination>(
      `select ${COLUMNS}, number_sealed as sealed from nomination where officer = $1 and valid @> $2::date`,
      [officer, day],
    );
    return row;
  }

  /** @param divisions The division and those above it, the smallest first. */
  async responsible(read: Read, divisions: readonly string[], day: Day): Promise<SealedNomination | undefined> {
    const [row] = await read.query<SealedNomination>(
      `select ${COLUMNS}, number_sealed as sealed from nomination
        where is_responsible and division_code = any($1::text[]) and valid @> $2::date
        order by array_position($1::text[], division_code) limit 1`,
      [divisions, day],
    );
    return row;
  }
}
