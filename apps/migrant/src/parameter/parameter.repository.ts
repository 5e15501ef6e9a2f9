import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Parameter } from './parameter.types';

/** Dated values by region. */
@Injectable()
export class ParameterRepository {
  /** The values that hold on a day, those of the smallest region that the division lies in. */
  on(read: Read, prefix: string, division: string, day: Day): Promise<Parameter[]> {
    return read.query<Parameter>(
      `select distinct on (name) name, region, value, unit, lower(valid) as "validFrom", upper(valid) as "validUntil", source, status
         from parameter where name ^@ $1 and $2 ^@ region and valid @> $3::date order by name, length(region) desc`,
      [prefix, division, day],
    );
  }
}
