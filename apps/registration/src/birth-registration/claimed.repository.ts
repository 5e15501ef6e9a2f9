import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { Claimed } from './birth-statement.types';

/** The SQL about which birth a registration is of, so that a birth is registered once. */
@Injectable()
export class ClaimedRepository {
  /** Says which birth this registration is about; the database lets no second live one say the same. */
  async claim(tx: Tx, id: string, claimed: readonly Claimed[]): Promise<void> {
    await tx.query(
      `insert into birth_registration_claimed (registration_id, kind, key, span)
       select $1, c.kind, c.key, case when c.lower is null then null else daterange(c.lower, c.upper) end
         from unnest($2::text[], $3::bytea[], $4::date[], $5::date[]) c (kind, key, lower, upper)`,
      [
        id,
        claimed.map(({ kind }) => kind),
        claimed.map(({ key }) => key),
        claimed.map(({ span }) => span?.[0] ?? null),
        claimed.map(({ span }) => span?.[1] ?? null),
      ],
    );
  }

  async release(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query(
      'update birth_registration_claimed set released_at = $2 where registration_id = $1 and released_at is null',
      [id, at],
    );
  }

  /** A live registration of one of these births, wherever it is; asked across divisions. */
  async findClaimed(
    tx: Tx,
    claimed: readonly Claimed[],
    except: string | null,
  ): Promise<{ divisionCode: string; name: string | null; isBeforeBirth: boolean } | undefined> {
    const [row] = await tx.query<{ divisionCode: string; name: string | null; isBeforeBirth: boolean }>(
      `select r.division_code as "divisionCode", d.name, c.kind = 'expected' as "isBeforeBirth"
         from unnest($1::text[], $2::bytea[], $3::date[], $4::date[]) n (kind, key, lower, upper)
         join birth_registration_claimed c on c.key = n.key and c.kind = n.kind and c.released_at is null
          and (n.lower is null or c.span && daterange(n.lower, n.upper))
         join birth_registration r on r.id = c.registration_id and r.id is distinct from $5
         left join division d on d.code = left(r.division_code, 9) || '000'
        limit 1`,
      [
        claimed.map(({ kind }) => kind),
        claimed.map(({ key }) => key),
        claimed.map(({ span }) => span?.[0] ?? null),
        claimed.map(({ span }) => span?.[1] ?? null),
        except,
      ],
    );
    return row;
  }
}
