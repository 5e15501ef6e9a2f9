import { refuse } from './access.errors';
import type { Caller } from './caller';

/** What a client asks the issuer for, and a token says, when a second factor was shown. */
export const ACR_TWO_FACTORS = 'urn:yangyu:acr:two-factors';
export const ACR_ONE_FACTOR = 'urn:yangyu:acr:one-factor';

export const STEP_UP_MAX_AGE_SECONDS = 300;

/** What somebody has (RFC 8176). Two of them may be one telephone: a code and the message that brought it. */
const POSSESSION = ['otp', 'hwk', 'swk', 'sc', 'sms', 'tel', 'pop'];
/** What somebody knows or is. Others, such as `user` (was there) or `rba` (looked likely), are no factor. */
const KNOWLEDGE_OR_BODY = ['pwd', 'pin', 'kba', 'face', 'fpt', 'iris', 'retina', 'vbm'];

/**
 * How many factors a token vouches for: two when the issuer says so, or names one thing that is had beside one of
 * another kind. One means alone is one factor, whatever it is: a code sent by e-mail is `otp` too.
 */
export function factorsOf(acr: string | undefined, amr: readonly string[] = []): 1 | 2 {
  const shows = (kind: readonly string[]) => kind.some((one) => amr.includes(one));
  const isTwo = acr === ACR_TWO_FACTORS || amr.includes('mfa') || (shows(POSSESSION) && shows(KNOWLEDGE_OR_BODY));
  return isTwo ? 2 : 1;
}

/** Refuses with STEP_UP_REQUIRED unless two factors were shown within the five minutes before `now`, which must be known. */
export function assertStepUp(caller: Caller, now: Date | undefined): void {
  const { signIn } = caller;
  const age = signIn && now ? now.getTime() - signIn.at.getTime() : Infinity;
  if (signIn?.factors === 2 && age <= STEP_UP_MAX_AGE_SECONDS * 1000) return;
  throw refuse.stepUpRequired(STEP_UP_MAX_AGE_SECONDS, ACR_TWO_FACTORS);
}

/** What an HTTP answer says beside STEP_UP_REQUIRED, so that a client knows what to ask the issuer for (RFC 9470). */
export const STEP_UP_CHALLENGE = `Bearer error="insufficient_user_authentication", acr_values="${ACR_TWO_FACTORS}", max_age=${STEP_UP_MAX_AGE_SECONDS}`;
