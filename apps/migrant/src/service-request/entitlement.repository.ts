import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Entitlement } from './service-request.types';

const COLUMNS = `id, code, region, lower(valid) as "from", upper(valid) as until, kind, name_zh as "nameZh", name_en as "nameEn",
  served_by as "servedBy", authority_zh as "authorityZh", authority_en as "authorityEn", working_days as "workingDays",
  papers, never_papers as "neverPapers", source, status`;

/** The SQL about what services are owed. */
@Injectable()
export class EntitlementRepository {
  /** What holds in a division on a day, by the smallest region that it lies in. */
  on(read: Read, division: string, day: Day): Promise<Entitlement[]> {
    return read.query(
      `select * from (select distinct on (code) ${COLUMNS} from service_entitlement
         where $1 ^@ region and valid @> $2::date order by code, length(region) desc) e order by kind, code`,
      [division, day],
    );
  }

  byIds(read: Read, ids: readonly string[]): Promise<Entitlement[]> {
    return read.query(`select ${COLUMNS} from service_entitlement where id = any ($1)`, [ids]);
  }
}
