import { types } from 'pg';

const DATE = 1082;
const INT8 = 20;

/** Days stay text (a JS Date would be one day off for births in 1986–1991), int8 is a bigint, numeric stays text. */
export const textTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: never) => unknown {
    if (format !== 'binary') {
      if (oid === DATE) return (value: string) => value;
      if (oid === INT8) return (value: string) => BigInt(value);
    }
    return types.getTypeParser(oid, format) as (value: never) => unknown;
  },
};
