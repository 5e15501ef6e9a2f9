import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { PeerSettings } from './peer-settings.types';
import { type OwnPlace, type Peer, PEER_LINE_SETTINGS_DEFAULT, type PeerKey, type Peers } from './peer.types';

type Connected = Extract<PeerSettings, { kind: 'connected' }>;

const SIGNING: Readonly<Record<string, string>> = { Ed25519: 'EdDSA', 'P-256': 'ES256' };
const SEALING = 'ECDH-ES';

export const NO_PEERS: Peers = { own: null, others: new Map(), line: PEER_LINE_SETTINGS_DEFAULT };

/** Whom we speak with, their keys ready for work. Throws where a key is none, or two installations share one. */
export async function openPeers(settings: PeerSettings, line = PEER_LINE_SETTINGS_DEFAULT): Promise<Peers> {
  if (settings.kind === 'none') return NO_PEERS;
  const [own, others] = [await ownOf(settings), await Promise.all(settings.peers.map(peerOf))];
  const signing = [own.signing, ...others.flatMap((peer) => peer.signing)].map(({ kid }) => kid);
  // By its key a message is known to be somebody's.
  if (new Set(signing).size !== signing.length) throw new RangeError('two installations sign with the same key');
  return { own, others: new Map(others.map((peer) => [peer.code, peer])), line };
}

async function ownOf({ code, name, prefixes, key, sealingKeys }: Connected): Promise<OwnPlace> {
  const signing = await keyOf(key, SIGNING[key.crv]!, createPrivateKey(jwk(key)));
  const sealing = await Promise.all(sealingKeys.map((one) => keyOf(one, SEALING, createPrivateKey(jwk(one)))));
  const publicKeys = [signing, sealing[0]!].map((one, n) => ({
    ...(createPublicKey(one.key).export({ format: 'jwk' }) as JWK),
    kid: one.kid,
    alg: one.alg,
    use: n === 0 ? 'sig' : 'enc',
  }));
  return { code, name, prefixes, signing, sealing, publicKeys };
}

async function peerOf({ signingKeys, sealingKeys, ...peer }: Connected['peers'][number]): Promise<Peer> {
  const open = (key: JWK, alg: string) => keyOf(key, alg, createPublicKey(jwk(key)));
  const signing = await Promise.all(signingKeys.map((key) => open(key, SIGNING[key.crv]!)));
  return { ...peer, signing, sealing: await open(sealingKeys[0]!, SEALING) };
}

const keyOf = async (key: JWK, alg: string, ready: KeyObject): Promise<PeerKey> => ({
  kid: await calculateJwkThumbprint(key),
  alg,
  key: ready,
});

const jwk = (key: JWK) => ({ key: key as JsonWebKey, format: 'jwk' }) as const;
