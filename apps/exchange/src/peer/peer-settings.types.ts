import { z } from 'zod';

const code = z.string().regex(/^[a-z0-9-]{2,40}$/);
const name = z.string().min(1).max(100);
const prefixes = z
  .array(z.string().regex(/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/))
  .min(1)
  .max(500);
const publicKey = z.looseObject({ kty: z.string(), crv: z.string(), x: z.string() });
const privateKey = publicKey.extend({ d: z.string() });
const signingPublic = z.looseObject({ ...publicKey.shape, crv: z.enum(['Ed25519', 'P-256']) });
const sealingPublic = z.looseObject({ ...publicKey.shape, crv: z.enum(['X25519', 'P-256']) });

const settings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z
    .strictObject({
      kind: z.literal('connected'),
      /** What the others call us, and the divisions that are ours. */
      code,
      name,
      prefixes,
      /** Our private key for signing, as a JWK: Ed25519 or P-256. */
      key: z.looseObject({ ...privateKey.shape, crv: z.enum(['Ed25519', 'P-256']) }),
      /** Our private keys for opening what is written to us, the newest first: X25519 or P-256. */
      sealingKeys: z
        .array(z.looseObject({ ...privateKey.shape, crv: z.enum(['X25519', 'P-256']) }))
        .min(1)
        .max(5),
      peers: z
        .array(
          z.strictObject({
            code,
            name,
            url: z.url({ protocol: /^https?$/ }),
            prefixes,
            /** Their public keys: those they sign with, and those they are written to with, the newest first. */
            signingKeys: z.array(signingPublic).min(1).max(5),
            sealingKeys: z.array(sealingPublic).min(1).max(5),
          }),
        )
        .max(400),
    })
    .superRefine(({ code: own, prefixes: ours, peers }, context) => {
      const codes = [own, ...peers.map((peer) => peer.code)];
      if (new Set(codes).size !== codes.length)
        context.addIssue({ code: 'custom', path: ['peers'], message: 'a code comes twice' });
      if (codes.includes('nobody')) context.addIssue({ code: 'custom', path: ['peers'], message: 'nobody is no code' });
      const all = [...ours, ...peers.flatMap((peer) => peer.prefixes)];
      if (new Set(all).size !== all.length)
        context.addIssue({ code: 'custom', path: ['prefixes'], message: 'a division is served twice' });
    }),
]);

/** Which other installations there are, and what we are to them. */
export type PeerSettings = z.infer<typeof settings>;

/** From a text of JSON. */
export const peerSettings = z.string().transform((value, context): PeerSettings => {
  try {
    return settings.parse(JSON.parse(value));
  } catch (error) {
    // Paths only: the values are keys.
    const where = error instanceof z.ZodError ? error.issues.map(({ path }) => path.join('.')).join(', ') : 'no JSON';
    context.addIssue(`the settings of other installations cannot be used: ${where}`);
    return z.NEVER;
  }
});
