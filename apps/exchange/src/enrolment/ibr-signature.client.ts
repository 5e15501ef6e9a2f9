import { createHash, sign, verify } from 'node:crypto';
import type { Clock } from '@app/kernel';
import {
  type CutEnvelope,
  cutEnvelope,
  readTerms,
  type SignatureTerms,
  signingText,
  termsText,
} from '../household-registry/spdci-envelope.rules';
import type { OwnPlace, Peer, PeerKey, Peers } from '../peer/peer.types';

const LIFETIME_SECONDS = 300;

/** The names in SPDCI of the two algorithms that are spoken, by those in a JWT. */
const ALGORITHMS: Readonly<Record<string, string>> = { EdDSA: 'ed25519', ES256: 'es256' };

/** Why a message is not believed. */
export class NotSigned extends Error {
  constructor(
    readonly why: 'signature' | 'clock' | 'unreadable',
    /** Whose signature held, where one did. */
    readonly peer: string | null = null,
  ) {
    super(`a message about enrolments is not believed: ${why}`);
  }
}

/** Signs and verifies as SPDCI has it, by the keys that the settings name; nothing unsigned is parsed. */
export class IbrSignatures {
  constructor(
    private readonly peers: Peers,
    private readonly clock: Clock,
  ) {}

  /** A question as it goes out. */
  sealed(own: OwnPlace, header: object, message: object): Buffer {
    const [head, body] = [JSON.stringify(header), JSON.stringify(message)];
    const signature = JSON.stringify(termsText(this.terms(own, digestOf(head, body))));
    return Buffer.from(`{"signature":${signature},"header":${head},"message":${body}}`);
  }

  /** What an answer bears in a header of its own: the specification's answer has no place for it. */
  signatureOf(own: OwnPlace, body: string): string {
    return termsText(this.terms(own, digestOf(body))).replace(/^Signature: /, '');
  }

  /** Header and message, and whose they are. Throws NotSigned. */
  opened(body: Buffer, skewMilliseconds: number): { peer: Peer; header: unknown; message: unknown } {
    const cut = cutEnvelope(textOf(body));
    if (!cut) throw new NotSigned('unreadable');
    const terms = termsOf(cut);
    const peer = this.peers.others.get(terms.senderId);
    if (!peer) throw new NotSigned('signature');
    this.assertGood(peer, terms, digestOf(cut.header, cut.message), skewMilliseconds);
    return { peer, header: parsed(cut.header, peer.code), message: parsed(cut.message, peer.code) };
  }

  /** An answer of this peer. Throws NotSigned. */
  openedAnswer(peer: Peer, signature: string, body: Buffer, skewMilliseconds: number): unknown {
    const text = textOf(body);
    const terms = readTerms(signature);
    if (!terms || terms.senderId !== peer.code) throw new NotSigned('signature');
    this.assertGood(peer, terms, digestOf(text), skewMilliseconds);
    return parsed(text, peer.code);
  }

  /** A time that the other side stated is near ours. */
  isNear(instant: string, skewMilliseconds: number): boolean {
    return Math.abs(Date.parse(instant) - this.clock.now().getTime()) <= skewMilliseconds;
  }

  private terms(own: OwnPlace, digest: string): SignatureTerms {
    const created = Math.floor(this.clock.now().getTime() / 1000);
    const times = { created, expires: created + LIFETIME_SECONDS };
    const { alg, key, kid } = own.signing;
    const text = Buffer.from(signingText(times, digest));
    const signature = sign(hashFor(alg), text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
    return { senderId: own.code, keyId: kid, algorithm: ALGORITHMS[alg]!, ...times, signature };
  }

  private assertGood(peer: Peer, terms: SignatureTerms, digest: string, skewMilliseconds: number): void {
    const key = peer.signing.find(({ kid }) => kid === terms.keyId);
    if (!key || ALGORITHMS[key.alg] !== terms.algorithm || !isGood(key, terms, digest))
      throw new NotSigned('signature');
    const now = this.clock.now().getTime();
    const { created, expires } = terms;
    const isInTime =
      expires > created &&
      expires - created <= LIFETIME_SECONDS &&
      expires * 1000 > now - skewMilliseconds &&
      created * 1000 < now + skewMilliseconds;
    if (!isInTime) throw new NotSigned('clock', peer.code);
  }
}

const hashFor = (alg: string): 'sha256' | null => (alg === 'EdDSA' ? null : 'sha256');

const digestOf = (...texts: string[]): string =>
  texts.reduce((hash, text) => hash.update(text), createHash('sha256')).digest('base64');

function isGood({ alg, key }: PeerKey, terms: SignatureTerms, digest: string): boolean {
  try {
    const text = Buffer.from(signingText(terms, digest));
    return verify(hashFor(alg), text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(terms.signature, 'base64'));
  } catch {
    return false;
  }
}

function termsOf({ signature }: CutEnvelope): SignatureTerms {
  const terms = readTerms(signature);
  if (!terms) throw new NotSigned('signature');
  return terms;
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new NotSigned('unreadable');
  }
}

function parsed(text: string, peer: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotSigned('unreadable', peer);
  }
}
