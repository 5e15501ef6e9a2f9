import { createHash } from 'node:crypto';
import type { Clock } from '@app/kernel';
import {
  CompactEncrypt,
  compactDecrypt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { RefusalReason } from './peer.rules';
import type { OwnPlace, Peer, PeerKey, Peers } from './peer.types';

const MESSAGE_TYPE = 'yangyu-peer-message+jwt';
const RECEIPT_TYPE = 'yangyu-peer-receipt+jwt';
const LIFETIME_SECONDS = 300;
const ENCRYPTION = 'A256GCM';
const SEALING = 'ECDH-ES';

/** Why what came is not taken in. `peer` is whose signature held, where one did. */
export class NotOpened extends Error {
  constructor(
    readonly reason: RefusalReason,
    readonly peer: string | null,
    readonly messageId: string | null = null,
  ) {
    super(`a message of another installation was not opened: ${reason}`);
  }
}

export interface Opened {
  readonly peer: Peer;
  /** The text that was signed, not parsed. */
  readonly content: string;
}

/** SHA-256 of a message's text: what a receipt is for. */
export const hashOf = (content: string): Buffer => createHash('sha256').update(content).digest();

/**
 * Signs what goes out and seals it for whom it is meant (a JWT in a JWE); opens what comes in. The keys are those that the
 * settings name: nothing in a message says where to find one.
 */
export class PeerSeal {
  constructor(
    private readonly peers: Peers,
    private readonly clock: Clock,
  ) {}

  /** Ready to be sent now: the same content later is signed anew. */
  async seal(own: OwnPlace, peer: Peer, content: string): Promise<Buffer> {
    const signed = await this.sign(own, peer.code, MESSAGE_TYPE, { content });
    const sealed = await new CompactEncrypt(Buffer.from(signed))
      .setProtectedHeader({ alg: SEALING, enc: ENCRYPTION, kid: peer.sealing.kid, cty: 'JWT' })
      .encrypt(peer.sealing.key);
    return Buffer.from(sealed);
  }

  /** Throws NotOpened unless it is sealed for us, signed by somebody we know, for us, and just now. */
  async open(own: OwnPlace, body: Buffer, skewMilliseconds: number): Promise<Opened> {
    const signed = await this.unseal(own, body.toString('latin1'));
    const { peer, key } = this.signerOf(signed);
    const payload = await this.verified(signed, key, peer, own, MESSAGE_TYPE, skewMilliseconds);
    if (typeof payload.content !== 'string') throw new NotOpened('unreadable', peer.code);
    return { peer, content: payload.content };
  }

  /** What we answer to a message that we have. */
  receipt(own: OwnPlace, peer: Peer, id: string, hash: Buffer): Promise<string> {
    return this.sign(own, peer.code, RECEIPT_TYPE, { jti: id, hash: hash.toString('hex') });
  }

  /** Whether this is the other side's word that it has this very message. */
  async isReceipt(
    own: OwnPlace,
    peer: Peer,
    text: string,
    { id, hash }: { readonly id: string; readonly hash: Buffer },
    skewMilliseconds: number,
  ): Promise<boolean> {
    try {
      const found = this.signerOf(text);
      if (found.peer !== peer) return false;
      const payload = await this.verified(text, found.key, peer, own, RECEIPT_TYPE, skewMilliseconds);
      return payload.jti === id && payload.hash === hash.toString('hex');
    } catch (error) {
      if (error instanceof NotOpened) return false;
      throw error;
    }
  }

  private sign(own: OwnPlace, audience: string, typ: string, claims: JWTPayload): Promise<string> {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: own.signing.alg, kid: own.signing.kid, typ })
      .setIssuer(own.code)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(own.signing.key);
  }

  private async unseal(own: OwnPlace, text: string): Promise<string> {
    const header = headerOf(text);
    const key = own.sealing.find(({ kid }) => kid === header.kid);
    // A packed one may be small here and large when it is opened.
    if (!key || header.zip !== undefined || header.crit !== undefined) throw new NotOpened('not-accepted', null);
    try {
      const { plaintext } = await compactDecrypt(text, key.key, {
        keyManagementAlgorithms: [SEALING],
        contentEncryptionAlgorithms: [ENCRYPTION],
      });
      return Buffer.from(plaintext).toString('latin1');
    } catch {
      throw new NotOpened('not-accepted', null);
    }
  }

  private signerOf(signed: string): { peer: Peer; key: PeerKey } {
    const { kid } = headerOf(signed);
    for (const peer of this.peers.others.values()) {
      const key = peer.signing.find((one) => one.kid === kid);
      if (key) return { peer, key };
    }
    throw new NotOpened('not-accepted', null);
  }

  private async verified(
    signed: string,
    { key, alg }: PeerKey,
    peer: Peer,
    own: OwnPlace,
    typ: string,
    skewMilliseconds: number,
  ): Promise<JWTPayload> {
    const skew = skewMilliseconds / 1000;
    try {
      const { payload } = await jwtVerify(signed, key, {
        algorithms: [alg],
        typ,
        issuer: peer.code,
        audience: own.code,
        currentDate: this.clock.now(),
        clockTolerance: skew,
        requiredClaims: ['iss', 'aud', 'iat', 'exp'],
        maxTokenAge: LIFETIME_SECONDS,
      });
      // Several audiences would let one of them play it to the others; a long life would outlast the time window.
      if (typeof payload.aud !== 'string') throw new NotOpened('wrong-audience', peer.code);
      if (payload.exp! - payload.iat! > LIFETIME_SECONDS) throw new NotOpened('clock', peer.code);
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new NotOpened('clock', peer.code);
      if (error instanceof errors.JWTClaimValidationFailed)
        throw new NotOpened(REASONS[error.claim] ?? 'unreadable', peer.code);
      throw error instanceof NotOpened ? error : new NotOpened('not-accepted', null);
    }
  }
}

/** By the claim that is wrong in what was signed well. */
const REASONS: Readonly<Record<string, RefusalReason>> = {
  aud: 'wrong-audience',
  iss: 'not-accepted',
  iat: 'clock',
  exp: 'clock',
  nbf: 'clock',
};

function headerOf(text: string): { kid?: string; zip?: unknown; crit?: unknown } {
  try {
    return decodeProtectedHeader(text);
  } catch {
    throw new NotOpened('not-accepted', null);
  }
}
