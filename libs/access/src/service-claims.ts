import { z } from 'zod';
import { ROLES } from './caller';
import { person, word } from './token-claims';

const seconds = z.number().int().positive();

const caller = z.strictObject({
  id: person,
  name: word,
  roles: z.array(z.enum(ROLES)).min(1),
  /** A citizen's is empty. */
  division: z.string().regex(/^(\d{12})?$/),
  family: z.strictObject({ key: z.string().regex(/^[0-9a-f]*$/), persons: z.array(z.uuid()) }).optional(),
  signIn: z
    .strictObject({
      at: z.number().int(),
      factors: z.union([z.literal(1), z.literal(2)]),
      client: word,
      tokenId: word,
      session: word.optional(),
    })
    .optional(),
});

const request = z.strictObject({
  id: z.uuid(),
  now: z.number().int().optional(),
  purpose: word.optional(),
  caseRef: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
});

const assertion = z.strictObject({
  iss: word,
  aud: word,
  iat: seconds,
  exp: seconds,
  jti: z.uuid(),
  path: z.string().max(200),
  /** SHA-256 of the body, base64url. */
  bh: z.string().length(43),
  caller: caller.optional(),
  request: request.optional(),
});

/** What one process of the house says when it calls another. */
export type AssertionClaims = z.infer<typeof assertion>;

/** Throws when they say less than that, or anything else. */
export const readAssertion = (claims: unknown): AssertionClaims => assertion.parse(claims);
