import type { Peer, Peers } from './peer.types';

/** Who serves a division: the one of all installations that names the smallest region it lies in. */
export function servedBy({ own, others }: Peers, division: string): Peer | 'own' | null {
  let best: { readonly by: Peer | 'own'; readonly digits: number } | null = null;
  const offer = (by: Peer | 'own', prefixes: readonly string[]): void => {
    for (const prefix of prefixes)
      if (division.startsWith(prefix) && prefix.length > (best?.digits ?? 0)) best = { by, digits: prefix.length };
  };
  if (own) offer('own', own.prefixes);
  for (const peer of others.values()) offer(peer, peer.prefixes);
  return (best as { readonly by: Peer | 'own' } | null)?.by ?? null;
}

/** How long a message rests after so many tries that failed. */
export function pauseAfter(tries: number, first: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(Math.max(tries - 1, 0), 30));
}

/** Why a message is refused, in words that both sides know; what is not in here is not told on. */
export const REFUSAL_REASONS = [
  'not-accepted',
  'clock',
  'wrong-audience',
  'unreadable',
  'too-large',
  'not-your-division',
  'not-our-division',
  'other-content',
  'not-connected',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export const isRefusalReason = (text: unknown): text is RefusalReason =>
  (REFUSAL_REASONS as readonly unknown[]).includes(text);
