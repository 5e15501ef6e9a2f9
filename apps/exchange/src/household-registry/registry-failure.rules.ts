import { type FailureKind, RegistryFailure } from './household-registry.types';

/** Every way in which no answer came that may be used. The sentences are ours: none repeats what came. */
export const fail = {
  unreachable: () => new RegistryFailure('unreachable', 'The household registry cannot be reached.', true),
  timeout: () => new RegistryFailure('timeout', 'The household registry did not answer in time.', true),
  overloaded: (retryAfter?: number) =>
    new RegistryFailure('overloaded', 'The household registry asks to be left alone for a while.', true, retryAfter),
  quota: (retryAfter?: number) =>
    new RegistryFailure('quota', 'The questions that the household registry allows us are used up.', false, retryAfter),
  outOfHours: (retryAfter?: number) =>
    new RegistryFailure('out-of-hours', 'The household registry answers in its working hours only.', false, retryAfter),
  unauthorised: () => new RegistryFailure('unauthorised', 'The household registry does not know us or our key.', false),
  clockSkew: () =>
    new RegistryFailure('clock-skew', 'Our clock and that of the household registry are too far apart.', false),
  keyExpired: () =>
    new RegistryFailure('key-expired', 'The time of a key between us and the household registry is over.', true),
  badSignature: (why: string) =>
    new RegistryFailure('bad-signature', `The answer is not signed by the household registry: ${why}.`, false),
  unreadable: (what: string) =>
    new RegistryFailure('unreadable', `The answer of the household registry cannot be read: ${what}.`, true),
  tooLarge: () =>
    new RegistryFailure('too-large', 'The answer of the household registry is too large to be one.', false),
  wrongPerson: () =>
    new RegistryFailure('wrong-person', 'The household registry answered about another person or question.', false),
  refused: (why: string) =>
    new RegistryFailure('refused', `The household registry takes no such question: ${why}.`, false),
};

/** The failure of a kind that a registry names by a code of its own. */
export function failureOfKind(kind: FailureKind, retryAfter?: number): RegistryFailure {
  switch (kind) {
    case 'unreachable':
      return fail.unreachable();
    case 'timeout':
      return fail.timeout();
    case 'overloaded':
      return fail.overloaded(retryAfter);
    case 'quota':
      return fail.quota(retryAfter);
    case 'out-of-hours':
      return fail.outOfHours(retryAfter);
    case 'unauthorised':
      return fail.unauthorised();
    case 'clock-skew':
      return fail.clockSkew();
    case 'key-expired':
      return fail.keyExpired();
    case 'bad-signature':
      return fail.badSignature('it says so itself');
    case 'unreadable':
      return fail.unreadable('it says so itself');
    case 'too-large':
      return fail.tooLarge();
    case 'wrong-person':
      return fail.wrongPerson();
    case 'refused':
      return fail.refused('by a code of its own');
  }
}
