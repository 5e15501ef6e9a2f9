import { z } from 'zod';

const text = z.string().min(1);

/** Who answers for what nobody asks by hand: the change feed, and fetching results. */
const nominated = z.strictObject({
  clerk: z.strictObject({ idNumber: text, name: text }),
  unit: z.strictObject({ code: text, name: text }),
  purpose: text,
  legalBasis: text,
});

const settings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('ministry'),
    baseUrl: z.url(),
    requesterId: text,
    appKey: text,
    ministry: z.strictObject({ code: text, name: text }),
    system: z.strictObject({ code: text, name: text }),
    bodyDigest: z.enum(['sm3', 'sha256']).optional(),
    encoding: z.enum(['UTF-8', 'GB18030']).optional(),
    householdService: text.optional(),
    nominated,
  }),
  z.strictObject({
    kind: z.literal('spdci'),
    baseUrl: z.url(),
    senderId: text,
    registryId: text,
    /** Our private key as a JWK: Ed25519 or P-256. */
    key: z.looseObject({ kty: text, crv: text, d: text }),
    callbackUrl: z.url(),
    authorization: text.optional(),
    nominated,
  }),
]);

/** How the household registry is spoken to. */
export type RegistrySettings = z.infer<typeof settings>;

/** From a text of JSON. */
export const registrySettings = z.string().transform((value, context): RegistrySettings => {
  try {
    return settings.parse(JSON.parse(value));
  } catch (error) {
    // Paths only: the values are keys.
    const where = error instanceof z.ZodError ? error.issues.map(({ path }) => path.join('.')).join(', ') : 'no JSON';
    context.addIssue(`the registry's settings cannot be used: ${where}`);
    return z.NEVER;
  }
});
