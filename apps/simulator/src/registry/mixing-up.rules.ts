import type { MisbehaviourKind, RegistryPerson } from './registry.types';

/** Who a question finds when the registry mixes things up. */
export function mixedUp(
  kind: MisbehaviourKind | undefined,
  found: readonly RegistryPerson[],
  somebodyElse: RegistryPerson | undefined,
): readonly RegistryPerson[] {
  const [first] = found;
  if (kind === 'other-person') return somebodyElse ? [somebodyElse] : found;
  if (!first) return found;
  if (kind === 'stale')
    return [{ ...first, householdNo: '000000001', address: '旧址', updatedAt: '2001-01-01T00:00:00.000Z' }];
  if (kind === 'two-records')
    return [first, { ...first, registryPersonId: `${first.registryPersonId}-2`, householdNo: '999999999' }];
  return found;
}

export interface Verdict {
  readonly result: 'match' | 'mismatch' | 'not-found';
  readonly isDeceased: boolean;
}

export function verdictOn(found: readonly RegistryPerson[], name: string): Verdict {
  const same = found.find((person) => fold(person.name) === fold(name));
  const result = found.length === 0 ? 'not-found' : same ? 'match' : 'mismatch';
  return { result, isDeceased: (same ?? found[0])?.status === 9 };
}

const fold = (name: string): string => name.replace(/[•・‧．.]/g, '·').replace(/\s/g, '');
