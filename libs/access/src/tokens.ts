import { type Clock, Refusal } from '@app/kernel';
import { type JWTPayload, jwtVerify } from 'jose';
import { refuse } from './access.errors';
import type { Caller } from './caller';
import { IssuerKeys, type KeySource } from './issuer-keys';
import type { Revocations } from './revocations';
import {
  ALGORITHMS,
  assertHeader,
  callerOf,
  LIFETIME_MAX_SECONDS,
  LOGOUT_TYPE,
  type SignOut,
  signOutOf,
  SKEW_SECONDS,
  TOKEN_TYPE,
} from './token-claims';

export const TOKEN_AUDIENCE = 'urn:yangyu:gateway';

/** How the gateway learns who is calling; refuses with TOKEN_NOT_ACCEPTED or SIGN_IN_UNAVAILABLE. */
export type VerifyToken = (token: string) => Promise<Caller>;

export interface VerifierOptions {
  /** The issuer's identifier, as its tokens name it. */
  readonly issuer: string;
  readonly keys: KeySource;
  readonly audience?: string;
  /** The client that the issuer addresses its log-outs to. */
  readonly client?: string;
  readonly clock: Clock;
  readonly revocations?: Revocations;
}

/** Verifies the access and logout tokens of one OpenID Connect issuer, whoever runs it. */
export class TokenVerifier {
  private readonly keys: IssuerKeys;
  private readonly audience: string;

  constructor(private readonly options: VerifierOptions) {
    this.keys = new IssuerKeys(options.issuer, options.keys, options.clock);
    this.audience = options.audience ?? TOKEN_AUDIENCE;
  }

  verify: VerifyToken = async (token) => {
    const caller = await accepted(async () => callerOf(await this.open(token, TOKEN_TYPE, this.audience)));
    if (await this.options.revocations?.isRevoked(caller)) throw refuse.tokenNotAccepted();
    return caller;
  };

  /** What a logout token of the issuer ends; refuses like verify. A token sent twice says the same twice. */
  readSignOut(token: string): Promise<SignOut> {
    const { client } = this.options;
    return accepted(async () => {
      if (client === undefined) throw new Error('no client to be signed out of');
      return signOutOf(await this.open(token, LOGOUT_TYPE, client));
    });
  }

  private async open(token: string, typ: string, audience: string): Promise<JWTPayload> {
    assertHeader(token);
    const { payload } = await jwtVerify(token, this.keys.find, {
      algorithms: [...ALGORITHMS],
      issuer: this.options.issuer,
      audience,
      typ,
      requiredClaims: ['exp', 'iat', 'jti'],
      maxTokenAge: LIFETIME_MAX_SECONDS,
      clockTolerance: SKEW_SECONDS,
      currentDate: this.options.clock.now(),
    });
    // A token for several audiences could be played back here by any other of them.
    if (Array.isArray(payload.aud) && payload.aud.length !== 1) throw new Error('not for us alone');
    return payload;
  }
}

/** Whatever is wrong with a token, it is the token that is wrong: jose and zod throw, nothing else is called here. */
async function accepted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refusal ? error : refuse.tokenNotAccepted();
  }
}
