import { type DivisionCode, parseCitizenId } from '@app/kernel';
import { z } from 'zod';
import { type Caller, ROLES } from './caller';
import { factorsOf } from './step-up';

/**
 * Key types are bound to algorithms, and no secret is among them, so that a public key cannot stand in for one.
 * RS256 because most issuers that authorities run sign with nothing else unless told to; jose wants 2,048 bits.
 */
export const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'] as const;

/** RFC 9068: an access token, so that an ID token of the same issuer is not taken for one. */
export const TOKEN_TYPE = 'at+jwt';
export const LOGOUT_TYPE = 'logout+jwt';

const TOKEN_LENGTH_MAX = 4096;
export const LIFETIME_MAX_SECONDS = 3600;
export const SKEW_SECONDS = 5;

export const word = z
  .string()
  .max(200)
  .regex(/^\P{Cc}+$/u);
const seconds = z.number().int().positive();

/** Nothing that could bring a key along or change how the rest is read. A thumbprint says nothing that `kid` does not. */
const header = z.strictObject({
  alg: z.enum(ALGORITHMS),
  typ: z.string(),
  kid: word,
  x5t: z.string().optional(),
  'x5t#S256': z.string().optional(),
});

/** Throws when the token is no JWS of three parts with a header that we know all of. */
export function assertHeader(token: string): void {
  if (token.length > TOKEN_LENGTH_MAX || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new Error('no compact JWS');
  const [head, body] = token.split('.', 2).map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  header.parse(JSON.parse(head!));
  for (const text of [head!, body!]) if (repeatsKey(text)) throw new Error('a name stands twice');
}

/** Of two members of one name, readers differ in which they believe. */
function repeatsKey(json: string): boolean {
  const seen = new Set<string>();
  let depth = 0;
  for (const [mark, name] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (name !== undefined && depth === 1) {
      const key = JSON.parse(name) as string;
      if (seen.has(key)) return true;
      seen.add(key);
    } else if (mark === '{' || mark === '[') depth += 1;
    else if (mark === '}' || mark === ']') depth -= 1;
  }
  return false;
}

/** Nobody signs in under the name of a part of the system, which the separation of powers passes over. */
export const person = word.regex(/^(?!(system|intake|determination|bank|calendar|test)(:|$))/);

const access = z
  .object({
    sub: person,
    jti: word,
    client_id: word,
    iat: seconds,
    exp: seconds,
    auth_time: seconds.optional(),
    acr: z.string().optional(),
    amr: z.array(z.string()).optional(),
    sid: word.optional(),
    name: word,
    roles: z.array(z.enum(ROLES)).min(1),
    division: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    id_number: z.string().optional(),
    /** Bound to a key that we do not ask for: whoever has it as a bearer token has stolen it. */
    cnf: z.undefined().optional(),
    /** Somebody acting for somebody: no word of ours says what that one may. */
    act: z.undefined().optional(),
  })
  .refine(({ iat, exp }) => exp > iat && exp - iat <= LIFETIME_MAX_SECONDS)
  .refine(({ iat, auth_time }) => auth_time === undefined || auth_time <= iat + SKEW_SECONDS)
  .refine(({ roles }) => new Set(roles).size === roles.length)
  .refine(isOneKind);

type AccessClaims = z.infer<typeof access>;

/**
 * A token is an officer's, a citizen's or an agency's. An officer is also a citizen, but signs in as one or the other:
 * joined, their own family's matters would be within reach of their office. An agency is a program and no person is.
 */
function isOneKind({
  roles,
  sub,
  client_id,
  auth_time,
  division,
  id_number,
}: {
  roles: readonly string[];
  sub: string;
  client_id: string;
  auth_time?: number | undefined;
  division?: string | undefined;
  id_number?: string | undefined;
}): boolean {
  if (roles.includes('citizen')) {
    const isNumber = typeof id_number === 'string' && typeof parseCitizenId(id_number) !== 'string';
    return roles.length === 1 && isNumber && division === undefined && auth_time !== undefined && sub !== client_id;
  }
  if (division === undefined || id_number !== undefined) return false;
  if (roles.includes('agency')) return roles.length === 1 && sub === client_id;
  return auth_time !== undefined && sub !== client_id;
}

/** Who verified claims speak of; throws when they do not say it. */
export function callerOf(payload: unknown): Caller {
  const claims: AccessClaims = access.parse(payload);
  const citizen = claims.id_number === undefined ? undefined : parseCitizenId(claims.id_number);
  return {
    id: claims.sub,
    name: claims.name,
    roles: claims.roles,
    division: (claims.division ?? '') as DivisionCode,
    signIn: {
      at: new Date((claims.auth_time ?? claims.iat) * 1000),
      factors: factorsOf(claims.acr, claims.amr),
      client: claims.client_id,
      tokenId: claims.jti,
      ...(claims.sid !== undefined && { session: claims.sid }),
    },
    ...(typeof citizen === 'object' && { idNumber: citizen.number }),
  };
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** OpenID Connect Back-Channel Logout 1.0, §2.4: a session or a person, and never a nonce. */
const logout = z
  .object({
    iat: seconds,
    exp: seconds,
    jti: word,
    sub: word.optional(),
    sid: word.optional(),
    events: z.object({ [LOGOUT_EVENT]: z.strictObject({}) }),
    nonce: z.undefined().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

/** What the issuer says is over. */
export interface SignOut {
  readonly session?: string;
  readonly subject?: string;
  readonly at: Date;
}

/** Throws when verified claims are not those of a logout token. */
export function signOutOf(payload: unknown): SignOut {
  const { sub, sid, iat } = logout.parse(payload);
  return { session: sid, subject: sub, at: new Date(iat * 1000) };
}
