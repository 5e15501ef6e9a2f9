import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Level, Release } from './funding.types';

@Injectable()
export class FundingRepository {
  /** Records a release; undefined when its document is recorded already. */
  async insert(tx: Tx, release: Release, at: Date): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `insert into indicator (id, programme, division_code, year, level, amount_fen, document_no, released_on,
                              recorded_by, recorded_at)
       values (uuidv7(), $1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (programme, division_code, year, level, document_no) do nothing returning id`,
      [
        release.programme,
        release.county,
        release.year,
        release.level,
        release.amountFen,
        release.documentNo,
        release.releasedOn,
        release.actor,
        at,
      ],
    );
    return row?.id;
  }

  async find(read: Read, release: Release): Promise<{ id: string; amountFen: Fen; releasedOn: Day }> {
    const [row] = await read.query<{ id: string; amountFen: Fen; releasedOn: Day }>(
      `select id, amount_fen as "amountFen", released_on as "releasedOn" from indicator
        where programme = $1 and division_code = $2 and year = $3 and level = $4 and document_no = $5`,
      [release.programme, release.county, release.year, release.level, release.documentNo],
    );
    return row!;
  }

  async totals(read: Read, programme: string, county: string, year: number): Promise<{ level: Level; fen: Fen }[]> {
    return read.query(
      `select level, sum(amount_fen)::bigint as fen from indicator
        where programme = $1 and division_code = $2 and year = $3 group by level`,
      [programme, county, year],
    );
  }
}
