/** A message cut into its parts as they were sent: what is signed is these very texts. */
export interface CutEnvelope {
  readonly signature: string;
  readonly header: string;
  readonly message: string;
}

const BLANK = /[ \t\r\n]*/y;
const NAME = /"(signature|header|message)"[ \t\r\n]*:[ \t\r\n]*/y;
const SIGNATURE_CHARACTERS_MAX = 2_000;

/**
 * Finds signature, header and message without parsing header or message, so that nothing unsigned is ever parsed.
 * Undefined when the text is not exactly one object of these three; a signature that is missing is an empty one.
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
    const end = name === 'signature' ? endOfText(text, after) : endOfObject(text, after);
    if (end === after || name in parts) return undefined;
    parts[name] = text.slice(after, end);
    at = take(BLANK, text, end);
  } while (text[at] === ',');
  if (text[at] !== '}' || take(BLANK, text, at + 1) !== text.length) return undefined;
  const { header, message } = parts;
  const signature = plainText(parts.signature ?? '""');
  if (signature === undefined || header === undefined || message === undefined) return undefined;
  return { signature, header, message };
}

function plainText(text: string): string | undefined {
  if (text.length > SIGNATURE_CHARACTERS_MAX) return undefined;
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** Where a pattern that holds here ends; here when it does not. */
function take(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/** Where the text in quotes that begins here ends; here when none does. No pattern: one of megabytes is too deep for it. */
function endOfText(text: string, from: number): number {
  if (text.charCodeAt(from) !== QUOTE) return from;
  for (let at = from + 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === BACKSLASH) at++;
    else if (c === QUOTE) return at + 1;
  }
  return from;
}

/** Where the object that begins here ends; here when none does. What stands in it is for the parser to judge. */
function endOfObject(text: string, from: number): number {
  if (text[from] !== '{') return from;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) {
      const end = endOfText(text, at);
      if (end === at) return from;
      at = end - 1;
    } else if (OPENING.has(c)) depth++;
    else if (CLOSING.has(c) && --depth === 0) return at + 1;
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
