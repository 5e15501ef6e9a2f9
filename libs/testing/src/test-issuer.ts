import { randomUUID } from 'node:crypto';
import {
  ACR_ONE_FACTOR,
  ACR_TWO_FACTORS,
  type Caller,
  type Revocations,
  TOKEN_AUDIENCE,
  TOKEN_TYPE,
  TokenVerifier,
} from '@app/access';
import type { Clock } from '@app/kernel';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface Minted {
  /** Two by default, shown now. */
  readonly factors?: 1 | 2;
  /** Replaced in the claims, or with undefined left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** An issuer without a server: real signatures, checked by the verifier that checks everybody's. */
export class TestIssuer {
  readonly url = 'https://issuer.test';
  readonly client = 'yangyu-desk';

  private constructor(
    private readonly clock: Clock,
    readonly privateKey: CryptoKey,
    readonly publicJwk: JWK & { kid: string },
  ) {}

  static async open(clock: Clock): Promise<TestIssuer> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA');
    const jwk = await exportJWK(publicKey);
    return new TestIssuer(clock, privateKey, { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA' });
  }

  verifier(revocations?: Revocations): TokenVerifier {
    const { url: issuer, client, clock } = this;
    return new TokenVerifier({ issuer, client, clock, revocations, keys: { keys: [this.publicJwk] } });
  }

  /** An access token that says of somebody what an issuer would. */
  token(caller: Caller, { factors = 2, claims = {}, header = {} }: Minted = {}): Promise<string> {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const isAgency = caller.roles.includes('agency');
    return this.sign(
      {
        iss: this.url,
        aud: TOKEN_AUDIENCE,
        sub: caller.id,
        jti: randomUUID(),
        iat: now,
        exp: now + 3600,
        client_id: isAgency ? caller.id : this.client,
        ...(!isAgency && { auth_time: now, acr: factors === 2 ? ACR_TWO_FACTORS : ACR_ONE_FACTOR }),
        name: caller.name,
        roles: caller.roles,
        ...(caller.idNumber === undefined ? { division: caller.division } : { id_number: caller.idNumber }),
        ...claims,
      },
      { typ: TOKEN_TYPE, ...header },
    );
  }

  /** Signs anything; what is undefined is left out. */
  sign(claims: Readonly<Record<string, unknown>>, header: Readonly<Record<string, unknown>>): Promise<string> {
    const whole = { alg: 'EdDSA', kid: this.publicJwk.kid, ...header };
    return new SignJWT(plain(claims)).setProtectedHeader(plain(whole) as { alg: string }).sign(this.privateKey);
  }
}

const plain = (value: object) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
