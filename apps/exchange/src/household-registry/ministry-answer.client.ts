import { SaxesParser } from 'saxes';
import { RegistryFailure } from './household-registry.types';
import { fail } from './registry-failure.rules';
import { charsetOf, decodeText, type RegistryAnswer } from './registry-http.client';

/** An answer of the ministry's platform as it came: texts by element name. */
export interface MinistryAnswer {
  readonly head: Readonly<Record<string, string>>;
  readonly records: readonly Readonly<Record<string, string>>[];
}

/** Where an element may stand: anything else is no answer. */
const PLACES = new Set(['PACKAGE', 'PACKAGE/PACKAGEHEAD', 'PACKAGE/DATA', 'PACKAGE/DATA/RECORD']);
const FIELDS_MAX = 200_000;

/** Reads a PACKAGE: no DTD and so no entities of its own, no element twice, no text outside a field, nothing coerced. */
export function readPackage(answer: RegistryAnswer): MinistryAnswer {
  const { text, charset } = decodeText(answer);
  try {
    return parse(text, charset);
  } catch (error) {
    throw error instanceof RegistryFailure ? error : fail.unreadable('it is no XML');
  }
}

function parse(text: string, charset: string): MinistryAnswer {
  const parser = new SaxesParser();
  const path: string[] = [];
  const seen = new Set<string>();
  const head: Record<string, string> = Object.create(null) as Record<string, string>;
  const records: Record<string, string>[] = [];
  let field: string | undefined;
  let value = '';
  let count = 0;

  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw fail.unreadable('it has a DTD');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding && charsetOf(encoding) !== charset) throw fail.unreadable('it names two character sets');
  });
  parser.on('opentag', ({ name }) => {
    if (field !== undefined) throw fail.unreadable('a field holds elements');
    const place = [...path, name].join('/');
    if (PLACES.has(place)) {
      if (place !== 'PACKAGE/DATA/RECORD' && seen.has(place)) throw fail.unreadable('a part of it comes twice');
      seen.add(place);
      path.push(name);
      if (name === 'RECORD') records.push(Object.create(null) as Record<string, string>);
      return;
    }
    const target = targetOf(path);
    if (!target || name in target || ++count > FIELDS_MAX) throw fail.unreadable('an element is out of place');
    field = name;
    value = '';
  });
  const onText = (part: string): void => {
    if (field !== undefined) value += part;
    else if (part.trim()) throw fail.unreadable('it holds text outside its fields');
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    if (field === undefined) return void path.pop();
    targetOf(path)![field] = value.trim();
    field = undefined;
  });
  parser.write(text).close();
  if (!seen.has('PACKAGE/PACKAGEHEAD')) throw fail.unreadable('it has no head');
  return { head, records };

  function targetOf(place: readonly string[]): Record<string, string> | undefined {
    if (place.length === 2 && place[1] === 'PACKAGEHEAD') return head;
    return place.length === 3 ? records.at(-1) : undefined;
  }
}
