/** A message cut into its parts as they were sent: what is signed is these very texts. */
export interface CutEnvelope {
  readonly signature: string;
  readonly header: string;
  readonly message: string;
}

const BLANK = /[ \t\r\n]*/y;
const NAME = /"(signature|header|message)"[ \t\r\n]*:[ \t\r\n]*/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;

/**
 * Finds signature, header and message without parsing header or message, so that nothing unsigned is ever parsed.
 * Undefined when the text is not exactly one object of these three.
 */
export function cutEnvelope(text: string): CutEnvelope | undefined {
  const parts: Partial<Record<keyof CutEnvelope, string>> = {};
  let at = take(BLANK, text, 0);
  if (text[at] !== '{') return undefined;
  do {
    at = take(BLANK, text, at + 1);
    const after = take(NAME, text, at);
    if (after === at) return undefined;
    const name = /\w+/.exec(text.slice(at, after))![0] as keyof CutEnvelope;
    const end = name === 'signature' ? take(TEXT, text, after) : endOfObject(text, after);
    if (end === after || name in parts) return undefined;
    parts[name] = text.slice(after, end);
    at = take(BLANK, text, end);
  } while (text[at] === ',');
  if (text[at] !== '}' || take(BLANK, text, at + 1) !== text.length) return undefined;
  const { signature, header, message } = parts;
  if (signature === undefined || header === undefined || message === undefined) return undefined;
  return { signature: JSON.parse(signature) as string, header, message };
}

/** Where a pattern that holds here ends; here when it does not. */
function take(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Where the object that begins here ends; here when none does. */
function endOfObject(text: string, from: number): number {
  if (text[from] !== '{') return from;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (c === '"') {
      const end = take(TEXT, text, at);
      if (end === at) return from;
      at = end - 1;
    } else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return at + 1;
  }
  return from;
}

/** What a signature says about itself (MsgSignature). */
export interface SignatureTerms {
  readonly senderId: string;
  readonly keyId: string;
  readonly algorithm: string;
  readonly created: number;
  readonly expires: number;
  readonly signature: string;
}

const TERM = /^\s*(\w+)="([^"]*)"\s*$/;

/** The terms of a signature; undefined when one is missing, comes twice or covers something else than all there is. */
export function readTerms(text: string): SignatureTerms | undefined {
  const terms = new Map<string, string>();
  for (const part of text.replace(/^Signature:\s*/, '').split(',')) {
    const [, name, value] = TERM.exec(part) ?? [];
    if (name === undefined || value === undefined || terms.has(name)) return undefined;
    terms.set(name, value);
  }
  const [senderId, keyId, algorithm, ...more] = (terms.get('kidId') ?? '').split('|');
  const [created, expires] = [terms.get('created') ?? '', terms.get('expires') ?? ''];
  const isWhole =
    terms.size === 7 &&
    terms.get('namespace') === 'spdci' &&
    terms.get('headers') === COVERED &&
    terms.get('algorithm') === algorithm &&
    more.length === 0;
  if (!isWhole || !senderId || !keyId || !algorithm || !/^\d{1,12}$/.test(created) || !/^\d{1,12}$/.test(expires))
    return undefined;
  const signature = terms.get('signature') ?? '';
  return { senderId, keyId, algorithm, created: Number(created), expires: Number(expires), signature };
}

export const termsText = ({ senderId, keyId, algorithm, created, expires, signature }: SignatureTerms): string =>
  `Signature: namespace="spdci", kidId="${senderId}|${keyId}|${algorithm}", algorithm="${algorithm}", ` +
  `created="${created}", expires="${expires}", headers="${COVERED}", signature="${signature}"`;

const COVERED = '(created) (expires) digest';

/** What is signed; the digest is of the header's text followed by the message's. */
export const signingText = ({ created, expires }: { created: number; expires: number }, digest: string): string =>
  `(created): ${created}\n(expires): ${expires}\ndigest: SHA-256=${digest}`;
