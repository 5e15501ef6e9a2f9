import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { openPeers } from '../../apps/exchange/src/peer/peer-directory.client';
import type { PeerSettings } from '../../apps/exchange/src/peer/peer-settings.types';
import { PEER_LINE_SETTINGS_DEFAULT, type PeerLineSettings, type Peers } from '../../apps/exchange/src/peer/peer.types';

type Connected = Extract<PeerSettings, { kind: 'connected' }>;
type Jwk = { kty: string; crv: string; x: string; d: string };

const privateJwk = (key: { export(options: { format: 'jwk' }): JsonWebKey }): Jwk =>
  key.export({ format: 'jwk' }) as Jwk;
const publicJwk = (key: Jwk) =>
  createPublicKey({ key, format: 'jwk' } as never).export({ format: 'jwk' }) as { kty: string; crv: string; x: string };

/** One installation with keys of its own, made anew. */
export interface Place {
  readonly code: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly key: Jwk;
  readonly sealingKey: Jwk;
}

export const makePlace = (code: string, prefixes: readonly string[], name = code): Place => ({
  code,
  name,
  prefixes,
  key: privateJwk(generateKeyPairSync('ed25519').privateKey),
  sealingKey: privateJwk(generateKeyPairSync('x25519').privateKey),
});

/** What a place's settings say where the others stand at these addresses. */
export const settingsOf = (own: Place, others: readonly (readonly [place: Place, url: string])[]): Connected =>
  ({
    kind: 'connected',
    code: own.code,
    name: own.name,
    prefixes: own.prefixes,
    key: own.key,
    sealingKeys: [own.sealingKey],
    peers: others.map(([{ code, name, prefixes, key, sealingKey }, url]) => ({
      code,
      name,
      url,
      prefixes,
      signingKeys: [publicJwk(key)],
      sealingKeys: [publicJwk(sealingKey)],
    })),
  }) as Connected;

/** Small enough that what takes minutes between offices is done here at once. */
export const QUICK_LINE: PeerLineSettings = {
  ...PEER_LINE_SETTINGS_DEFAULT,
  attemptMilliseconds: 3_000,
  failuresToOpen: 12,
  halfOpenMilliseconds: 100,
  pauseMilliseconds: 20,
  pauseMillisecondsMax: 500,
};

export const peersOf = (
  own: Place,
  others: readonly (readonly [place: Place, url: string])[],
  line: Partial<PeerLineSettings> = {},
): Promise<Peers> => openPeers(settingsOf(own, others), { ...QUICK_LINE, ...line });
