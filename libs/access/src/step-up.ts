import { refuse } from './access.errors';
import type { Caller } from './caller';

/** What a client asks the issuer for, and a token says, when a second factor was shown. */
export const ACR_TWO_FACTORS = 'urn:yangyu:acr:two-factors';
export const ACR_ONE_FACTOR = 'urn:yangyu:acr:one-factor';

export const STEP_UP_MAX_AGE_SECONDS = 300;

/** Means that are a second factor beside another one (RFC 8176): a one-time code, a key that is held. */
const SECOND_MEANS = new Set(['otp', 'hwk', 'swk', 'sc']);

/**
 * How many factors a token vouches for. One means alone is one factor, whatever it is:
 * a code sent by e-mail is `otp` too.
 */
export function factorsOf(acr: string | undefined, amr: readonly string[] = []): 1 | 2 {
  const means = new Set(amr);
  const isTwo =
    acr === ACR_TWO_FACTORS || means.has('mfa') || (means.size > 1 && [...means].some((one) => SECOND_MEANS.has(one)));
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
