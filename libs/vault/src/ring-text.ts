import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { KeyRing, type RingContent } from './key-ring';
import { PROFILE_NAMES } from './profiles';
import { refuse } from './vault.errors';

const key = z.strictObject({
  version: z.int().min(1).max(255),
  profile: z.enum(PROFILE_NAMES),
  /** The key, or what a KEK made of it. */
  key: z.base64(),
  /** Says of a key that it is the right one, and nothing else about it. */
  check: z.string().regex(/^[0-9a-f]{16}$/),
});
const ring = z.strictObject({
  format: z.literal(1),
  wrappedBy: z.string().min(1).optional(),
  sealsWith: z.int(),
  indexesWith: z.int(),
  isRotating: z.boolean(),
  retired: z.array(z.int()),
  seal: z.array(key).min(1),
  index: z.array(key).min(1),
});

/** A key as it stands in the text of a ring, wrapped or not. */
export interface RawKey {
  readonly version: number;
  readonly profile: (typeof PROFILE_NAMES)[number];
  readonly bytes: Buffer;
  readonly check: string;
}

export interface RawRing extends Omit<RingContent, 'seal' | 'index'> {
  readonly wrappedBy?: string;
  readonly seal: readonly RawKey[];
  readonly index: readonly RawKey[];
}

/** The first eight bytes of an HMAC by the key. */
export const keyCheck = (bytes: Buffer): string =>
  createHmac('sha256', bytes).update('yangyu key check v1').digest('hex').slice(0, 16);

/** @param where What a refusal calls the place; the text itself is never repeated. */
export function readRing(text: string, where: string): RawRing {
  const raw = text.trim().startsWith('{') ? parse(text, where) : ofMaster(text.trim(), where);
  if (raw.wrappedBy !== undefined) return raw;
  const isRight = ({ bytes, check }: RawKey) => keyCheck(bytes) === check;
  if (![...raw.seal, ...raw.index].every(isRight)) throw refuse.ringBroken(where);
  return raw;
}

function parse(text: string, where: string): RawRing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse.ringBroken(where);
  }
  const parsed = ring.safeParse(json);
  if (!parsed.success) throw refuse.ringBroken(where);
  const keys = (kept: z.infer<typeof key>[]): RawKey[] =>
    kept.map(({ key: base64, ...more }) => ({ ...more, bytes: Buffer.from(base64, 'base64') }));
  const { format: _format, seal, index, ...more } = parsed.data;
  return { ...more, seal: keys(seal), index: keys(index) };
}

function ofMaster(base64: string, where: string): RawRing {
  const master = Buffer.from(base64, 'base64');
  if (master.length !== 32) throw refuse.ringBroken(where);
  return rawOf(KeyRing.ofMaster(master).content);
}

export const rawOf = (content: RingContent): RawRing => {
  const keys = (kept: RingContent['seal']): RawKey[] =>
    kept.map(({ version, profile, key: bytes }) => ({ version, profile, bytes, check: keyCheck(bytes) }));
  return { ...content, seal: keys(content.seal), index: keys(content.index) };
};

export const writeRing = (content: RingContent): string => writeRaw(rawOf(content));

export function writeRaw({ seal, index, ...more }: RawRing): string {
  const keys = (kept: readonly RawKey[]) =>
    kept.map(({ bytes, ...told }) => ({ ...told, key: bytes.toString('base64') }));
  return `${JSON.stringify({ format: 1, ...more, seal: keys(seal), index: keys(index) }, null, 2)}\n`;
}

/** Every key of a ring replaced by what `change` makes of it, one after the other. */
export async function mapKeys<R extends Pick<RawRing, 'seal' | 'index'>>(
  raw: R,
  change: (key: RawKey) => Promise<Buffer>,
): Promise<R> {
  const changed = async (keys: readonly RawKey[]) => {
    const done: RawKey[] = [];
    for (const one of keys) done.push({ ...one, bytes: await change(one) });
    return done;
  };
  return { ...raw, seal: await changed(raw.seal), index: await changed(raw.index) };
}
