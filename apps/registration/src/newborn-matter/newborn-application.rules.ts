import { type Day, normaliseIdNumber, parseCitizenId } from '@app/kernel';
import type { NamedParent, Opening } from './newborn-matter.types';

/** What keeps an application or a notice out, and in which of its parts. */
export type OpeningProblem =
  | { readonly code: 'BORN_IN_FUTURE' }
  | { readonly code: 'NAME'; readonly column: 'childName' | 'mother' | 'father' }
  | { readonly code: 'NUMBER'; readonly role: 'mother' | 'father' }
  | { readonly code: 'CERTIFICATE' }
  | { readonly code: 'DIVISION' };

/** Passport, permit of Hong Kong and Macao residents, permanent-resident card before 2023. */
const OTHER_PAPERS = /^([A-Z]{1,2}\d{7,8}|[HM]\d{8,10}|[A-Z]{3}\d{12})$/;
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

const isName = (text: string): boolean => {
  const length = [...text].length;
  return length >= 1 && length <= 50 && !UNPRINTABLE.test(text) && text.isWellFormed();
};

/** The opening with its numbers as they are compared and stored, or the first thing that is wrong with it. */
export function readOpening(opening: Opening, today: Day): Opening | OpeningProblem {
  const childName = opening.childName?.trim() || null;
  if (opening.born > today) return { code: 'BORN_IN_FUTURE' };
  if (childName !== null && !isName(childName)) return { code: 'NAME', column: 'childName' };
  const certificateNo = opening.certificateNo === null ? null : normaliseIdNumber(opening.certificateNo) || null;
  if (certificateNo !== null && !/^[A-Z]\d{9}$/.test(certificateNo)) return { code: 'CERTIFICATE' };
  const division = opening.division?.trim() || null;
  if (division !== null && !/^(\d{6}|\d{9}|\d{12})$/.test(division)) return { code: 'DIVISION' };
  const read: Record<'mother' | 'father', NamedParent | null> = { mother: null, father: null };
  for (const role of ['mother', 'father'] as const) {
    const parent = opening[role];
    if (!parent) continue;
    const name = parent.name.trim();
    if (!isName(name)) return { code: 'NAME', column: role };
    const normal = normaliseIdNumber(parent.number);
    const parsed = parseCitizenId(normal);
    if (typeof parsed === 'string' && !OTHER_PAPERS.test(normal)) return { code: 'NUMBER', role };
    read[role] = { name, number: typeof parsed === 'string' ? normal : parsed.number };
  }
  return { ...opening, ...read, childName, certificateNo, division };
}
