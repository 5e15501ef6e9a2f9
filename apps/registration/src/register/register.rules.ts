import { normaliseIdNumber } from '@app/kernel';
import { parseIdNumber } from '../registry-import/registry-code.rules';
import type { PaperKind } from './register.types';

/** A letter and nine digits (出生医学证明); the first two digits name the province. */
const CERTIFICATE = /^[A-Z]\d{9}$/;

/** The number of a paper as it is stored and compared; undefined where it cannot be one of that kind. */
export function paperNumber(kind: PaperKind, text: string): string | undefined {
  const normal = normaliseIdNumber(text);
  if (kind === 'BIRTH_CERTIFICATE') return CERTIFICATE.test(normal) ? normal : undefined;
  if (kind === '111_15') {
    const parsed = /^\d{15}$/.test(normal) ? parseIdNumber('111', normal) : 'ID_NUMBER_SHAPE';
    return typeof parsed === 'string' ? undefined : normal;
  }
  const parsed = parseIdNumber(kind, normal);
  return typeof parsed === 'string' ? undefined : parsed.number;
}
