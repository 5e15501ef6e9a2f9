import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** What a log says of itself: so many leaves, this root. */
export interface Checkpoint {
  /** Which log: `yangyu/<schema>`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** When it was signed, by the clock of who signed; undefined in notes from before there was a time in them. */
  readonly time?: Date;
}

const ED25519 = 1;
const KEY_ID_BYTES = 4;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The name of a key, its id (first bytes of a hash of both) and the key: C2SP signed-note, Ed25519. */
export class NoteVerifier {
  protected constructor(
    readonly name: string,
    protected readonly raw: Buffer,
  ) {}

  /** From `<name>+<id>+<base64>`; undefined when it is no such text. */
  static find(text: string): NoteVerifier | undefined {
    const [, name, id, key] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
    const bytes = Buffer.from(key ?? '', 'base64');
    if (!name || bytes.length !== 33 || bytes[0] !== ED25519) return undefined;
    const verifier = new NoteVerifier(name, bytes.subarray(1));
    return verifier.id.toString('hex') === id ? verifier : undefined;
  }

  get id(): Buffer {
    const hash = createHash('sha256').update(`${this.name}\n`).update(Buffer.of(ED25519)).update(this.raw);
    return hash.digest().subarray(0, KEY_ID_BYTES);
  }

  /** `<name>+<id>+<base64>`: what others need to check the notes. */
  toString(): string {
    const key = Buffer.concat([Buffer.of(ED25519), this.raw]).toString('base64');
    return `${this.name}+${this.id.toString('hex')}+${key}`;
  }

  /** The checkpoint in a note, if this key signed it. */
  open(note: string): Checkpoint | undefined {
    const checkpoint = parseCheckpoint(note);
    const end = note.indexOf('\n\n') + 1;
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, this.raw]), format: 'der', type: 'spki' });
    const isSigned = signaturesOf(note.slice(end + 1)).some(
      ({ name, id, signature }) =>
        name === this.name && id.equals(this.id) && verify(null, Buffer.from(note.slice(0, end)), key, signature),
    );
    return isSigned ? checkpoint : undefined;
  }
}

/** Signs checkpoints; the name of the key is the origin of the log. */
export class NoteSigner extends NoteVerifier {
  private constructor(
    name: string,
    raw: Buffer,
    private readonly key: KeyObject,
  ) {
    super(name, raw);
  }

  /** @param pem An Ed25519 private key, PKCS #8. */
  static of(name: string, pem: string): NoteSigner {
    const key = createPrivateKey(pem);
    const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
    return new NoteSigner(name, raw, key);
  }

  /** The time is an extension line, which readers of checkpoints pass over. */
  sign(size: number, root: Buffer, time: Date): string {
    const text = `${this.name}\n${size}\n${root.toString('base64')}\ntime ${time.toISOString()}\n`;
    const signature = Buffer.concat([this.id, sign(null, Buffer.from(text), this.key)]);
    return `${text}\n— ${this.name} ${signature.toString('base64')}\n`;
  }
}

/** What a note says, whoever signed it; undefined when it is no checkpoint. */
export function parseCheckpoint(note: string): Checkpoint | undefined {
  const [, origin, size, root, more] = /^([^\n]+)\n(0|[1-9]\d{0,14})\n([^\n]{44})\n((?:[^\n]+\n)*)\n/.exec(note) ?? [];
  if (!origin || !root || !BASE64.test(root)) return undefined;
  const [, time] = /^time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/m.exec(more!) ?? [];
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), ...(time && { time: new Date(time) }) };
}

function signaturesOf(lines: string): { name: string; id: Buffer; signature: Buffer }[] {
  return [...lines.matchAll(/^— (\S+) (\S+)$/gm)].flatMap(([, name, encoded]) => {
    const bytes = Buffer.from(encoded!, 'base64');
    if (!BASE64.test(encoded!) || bytes.length !== KEY_ID_BYTES + 64) return [];
    return [{ name: name!, id: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) }];
  });
}
