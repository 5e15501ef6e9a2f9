import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, type DivisionCode, Refusal } from '@app/kernel';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import { refuse } from './access.errors';
import { type Caller, ROLES } from './caller';

export const TOKEN_ISSUER = 'urn:yangyu:demo-issuer';
export const TOKEN_AUDIENCE = 'urn:yangyu:gateway';
/** RFC 9068: an access token, so that an ID token of the same issuer is not taken for one. */
export const TOKEN_TYPE = 'at+jwt';

const LIFETIME_SECONDS = 8 * 3600; // One working day.
const SKEW_SECONDS = 5;
const TOKEN_LENGTH_MAX = 4096;
const KEY_FILE = 'demo-token-key.json';

const claims = z.object({
  sub: z.string().min(1).max(200),
  jti: z.string().min(1),
  name: z.string().min(1).max(200),
  roles: z.array(z.enum(ROLES)).min(1),
  division: z.string().regex(/^\d{12}$/),
});

/** How the gateway learns who is calling; refuses with TOKEN_NOT_ACCEPTED. */
export type VerifyToken = (token: string) => Promise<Caller>;

/**
 * Issues and verifies the demo's sign-ins: short-lived access tokens signed with an Ed25519 key
 * that is made once in the data folder. A production installation names its own OpenID Connect issuer instead.
 */
export class DemoTokens {
  private constructor(
    private readonly clock: Clock,
    private readonly keyId: string,
    private readonly privateKey: CryptoKey,
    private readonly publicKey: CryptoKey,
  ) {}

  /** Opens the key in `folder`, or makes one there (readable by this user only). */
  static async open(folder: string, clock: Clock): Promise<DemoTokens> {
    const jwk = await openKey(folder);
    const { d: _secret, ...publicJwk } = jwk;
    return new DemoTokens(
      clock,
      await calculateJwkThumbprint(publicJwk),
      (await importJWK(jwk, 'EdDSA')) as CryptoKey,
      (await importJWK(publicJwk, 'EdDSA')) as CryptoKey,
    );
  }

  /** A token good for eight hours. */
  issueDemoToken(user: Caller): Promise<string> {
    const issuedAt = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT({ name: user.name, roles: [...user.roles], division: user.division })
      .setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, kid: this.keyId })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setSubject(user.id)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(this.privateKey);
  }

  verifyToken: VerifyToken = async (token) => {
    if (token.length > TOKEN_LENGTH_MAX) throw refuse.tokenNotAccepted();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.publicKey, {
        algorithms: ['EdDSA'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        typ: TOKEN_TYPE,
        requiredClaims: ['exp', 'iat', 'sub', 'jti'],
        maxTokenAge: LIFETIME_SECONDS,
        clockTolerance: SKEW_SECONDS,
        currentDate: this.clock.now(),
      });
      if (protectedHeader.kid !== this.keyId) throw refuse.tokenNotAccepted();
      const { sub, name, roles, division } = claims.parse(payload);
      return { id: sub, name, roles, division: division as DivisionCode };
    } catch (error) {
      // Whatever is wrong with a token, it is the token that is wrong: jose and zod throw, nothing else is called here.
      throw error instanceof Refusal ? error : refuse.tokenNotAccepted();
    }
  };
}

async function openKey(folder: string): Promise<JWK> {
  const file = path.join(folder, KEY_FILE);
  const found = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined) return JSON.parse(found) as JWK;
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(file, JSON.stringify(jwk), { mode: 0o600, flag: 'wx' });
    return jwk;
  } catch (error) {
    // Two processes started together: the first one's key is the key.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return JSON.parse(await readFile(file, 'utf8')) as JWK;
    throw error;
  }
}
