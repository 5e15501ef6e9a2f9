import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';

/** Dated values by region. */
@Injectable()
export class ParameterRepository {
  /** The values that hold on a day, those of the smallest region that the division lies in. */
  async valuesOn(read: Read, prefix: string, division: string, day: Day): Promise<ReadonlyMap<string, string>> {
    const rows = await read.query<{ name: string; value: string }>(
      `select distinct on (name) name, value from parameter
        where name ^@ $1 and $2 ^@ region and valid @> $3::date order by name, length(region) desc`,
      [prefix, division, day],
    );
    return new Map(rows.map(({ name, value }) => [name, value]));
  }
}
