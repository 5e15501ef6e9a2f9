import { createHash } from 'node:crypto';
import { day } from '@app/kernel';
import type { Value } from './expression';
import { Parameters } from './parameters';
import type { Programme } from './programme';

/**
 * The same programme with some parameters set to another value everywhere and always: for "what if", and for cases
 * that pin down both readings of an open question. It has a version of its own. Throws RangeError for a code it lacks.
 */
export function withParameters(
  programme: Programme,
  values: Readonly<Record<string, Exclude<Value, null>>>,
): Programme {
  const codes = Object.keys(values);
  if (codes.length === 0) return programme;
  const rows = programme.parameters.rows.filter(({ code }) => !codes.includes(code));
  const replaced = codes.map((code) => {
    const original = programme.parameters.rows.find((row) => row.code === code);
    if (!original || typeof original.value !== typeof values[code]) {
      throw new RangeError(`${programme.code} has no parameter ${code} of type ${typeof values[code]}`);
    }
    const validFrom = day('0001-01-01');
    return {
      ...original,
      region: '',
      validFrom,
      validTo: null,
      value: values[code]!,
      source: 'what if',
      status: 'assumed' as const,
    };
  });
  const hash = createHash('sha256').update(programme.version);
  for (const code of codes.sort()) hash.update(JSON.stringify([code, String(values[code])]));
  return Object.freeze({
    ...programme,
    parameters: new Parameters([...rows, ...replaced]),
    version: hash.digest('hex'),
  });
}
