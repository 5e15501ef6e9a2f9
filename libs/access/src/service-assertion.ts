import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import type { Clock, DivisionCode } from '@app/kernel';
import { refuse } from './access.errors';
import type { Caller } from './caller';
import { type AssertionClaims, readAssertion } from './service-claims';
import { SeenOnce } from './seen-once';

/** What one process of the house proves itself with, and whom it listens to. */
export interface ServiceKeys {
  /** Its own name. */
  readonly name: string;
  /** Its Ed25519 private key, PEM. */
  readonly privateKey: string;
  /** The names of those who may call it, with their public keys, PEM; several in a row while a key is being changed. */
  readonly callers: Readonly<Record<string, string>>;
}

/** What the gateway learned of the request that it calls others for. */
export interface ServiceRequest {
  readonly id: string;
  readonly now: Date | undefined;
  readonly purpose: string | undefined;
  readonly caseRef: string | undefined;
}

/** One call to another process of the house. */
export interface ServiceCall {
  readonly audience: string;
  readonly path: string;
  /** The exact text that is sent. */
  readonly body: string;
  /** On whose behalf; their identity number stays where they signed in. */
  readonly caller?: Caller;
  readonly request?: ServiceRequest;
}

/** Who called, and on whose behalf. */
export interface CalledBy {
  readonly service: string;
  readonly caller?: Caller;
  readonly request?: ServiceRequest;
}

/** A call as it arrived. */
export interface HeardCall {
  readonly path: string;
  readonly body: Buffer;
  /** Who may make it; anybody we know where it is not said. */
  readonly from?: readonly string[];
}

/** The whole header: there is nothing in it to choose, so nothing to be tricked with. */
const HEADER = Buffer.from('{"alg":"EdDSA","typ":"yangyu-service+jwt"}').toString('base64url');

/** Sixty-four bytes; Node reads past what is no base64url. */
const SIGNATURE = /^[\w-]{86}$/;

export const ASSERTION_LENGTH_MAX = 8_192;
const LIFETIME_SECONDS = 15;
const ASSERTION_LIFETIME_MAX_SECONDS = 30;
const SKEW_SECONDS = 5;

/** Puts a process's name to its calls. */
export class ServiceSigner {
  private readonly key: KeyObject;
  readonly name: string;

  constructor(
    keys: Pick<ServiceKeys, 'name' | 'privateKey'>,
    private readonly clock: Clock,
  ) {
    this.name = keys.name;
    this.key = readKey(keys.name, () => createPrivateKey(keys.privateKey));
  }

  /** A compact JWS over the call: whose it is, for whom, for which body at which path, for fifteen seconds. */
  sign({ audience, path, body, caller, request }: ServiceCall): string {
    const iat = Math.floor(this.clock.now().getTime() / 1000);
    const claims: AssertionClaims = {
      iss: this.name,
      aud: audience,
      iat,
      exp: iat + LIFETIME_SECONDS,
      jti: randomUUID(),
      path,
      bh: bodyHash(body),
      caller: caller && claimsOf(caller),
      request: request && askedOf(request),
    };
    const input = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${input}.${sign(null, Buffer.from(input), this.key).toString('base64url')}`;
  }
}

/** Tells who is calling a process. Whatever is wrong with an assertion, the answer is one: SERVICE_NOT_AUTHENTICATED. */
export class ServiceVerifier {
  private readonly keys: ReadonlyMap<string, readonly KeyObject[]>;
  private readonly seen: SeenOnce;
  private readonly name: string;

  constructor(
    { name, callers }: Pick<ServiceKeys, 'name' | 'callers'>,
    private readonly clock: Clock,
  ) {
    this.name = name;
    this.keys = new Map(Object.entries(callers).map(([caller, pem]) => [caller, publicKeys(caller, pem)]));
    this.seen = new SeenOnce(clock, ASSERTION_LIFETIME_MAX_SECONDS + 2 * SKEW_SECONDS);
  }

  /** An assertion is good once in this process; another one of the same name has not seen it. */
  verify(token: string | undefined, call: HeardCall): CalledBy {
    try {
      return this.open(token ?? '', call);
    } catch {
      throw refuse.serviceNotAuthenticated();
    }
  }

  private open(token: string, call: HeardCall): CalledBy {
    if (token.length > ASSERTION_LENGTH_MAX) throw new Error('too long');
    const [header, payload, signature, ...more] = token.split('.');
    if (header !== HEADER || !payload || !SIGNATURE.test(signature ?? '') || more.length > 0)
      throw new Error('not one of ours');
    const unverified: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const input = Buffer.from(`${header}.${payload}`);
    const proof = Buffer.from(signature!, 'base64url');
    const keys = this.keys.get((unverified as { iss: string }).iss) ?? [];
    if (!keys.some((key) => verify(null, input, key, proof))) throw new Error('nobody we know');
    const claims = readAssertion(unverified);
    this.assertMeant(claims, call);
    if (!this.seen.note(`${claims.iss} ${claims.jti}`)) throw new Error('said before');
    const { iss: service, caller, request } = claims;
    return {
      service,
      caller: caller && callerOf(caller),
      request: request && {
        id: request.id,
        now: dateOf(request.now),
        purpose: request.purpose,
        caseRef: request.caseRef,
      },
    };
  }

  /** For us, now, and for this very call. */
  private assertMeant({ iss, aud, iat, exp, path, bh }: AssertionClaims, call: HeardCall): void {
    const now = this.clock.now().getTime() / 1000;
    if (aud !== this.name) throw new Error('for somebody else');
    if (exp <= iat || exp - iat > ASSERTION_LIFETIME_MAX_SECONDS) throw new Error('no life, or too long a one');
    if (iat > now + SKEW_SECONDS || exp <= now - SKEW_SECONDS) throw new Error('not now');
    if (call.from && !call.from.includes(iss)) throw new Error('may not call this');
    if (path !== call.path || bh !== bodyHash(call.body)) throw new Error('for another call');
  }
}

const bodyHash = (body: string | Buffer): string => createHash('sha256').update(body).digest('base64url');

/** Everything that permissions, rows and the audit log go by. */
function claimsOf({ id, name, roles, division, family, signIn }: Caller): NonNullable<AssertionClaims['caller']> {
  return {
    id,
    name,
    roles: [...roles],
    division,
    family: family && { key: family.key, persons: [...family.persons] },
    signIn: signIn && { ...signIn, at: signIn.at.getTime() },
  };
}

const askedOf = ({ id, now, purpose, caseRef }: ServiceRequest): NonNullable<AssertionClaims['request']> => ({
  id,
  now: now?.getTime(),
  purpose,
  caseRef,
});

const callerOf = ({ division, signIn, ...rest }: NonNullable<AssertionClaims['caller']>): Caller => ({
  ...rest,
  division: division as DivisionCode,
  ...(signIn && { signIn: { ...signIn, at: dateOf(signIn.at)! } }),
});

const dateOf = (milliseconds: number | undefined): Date | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds);

const publicKeys = (name: string, pem: string): KeyObject[] =>
  pem
    .split(/(?=-----BEGIN)/)
    .filter((one) => one.trim() !== '')
    .map((one) => {
      // Node would make the public key of a private one, which has no business here.
      if (one.includes('PRIVATE')) throw refuse.serviceKeyUnreadable(name);
      return readKey(name, () => createPublicKey(one));
    });

/** Refuses with SERVICE_KEY_UNREADABLE what is no Ed25519 key. */
function readKey(name: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw refuse.serviceKeyUnreadable(name);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse.serviceKeyUnreadable(name);
  return key;
}
