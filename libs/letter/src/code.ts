/** Crockford's base 32: no I, L, O, U, so that a code can be read from paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 32 characters of five bits: 160 bits, which nobody tries out. */
const CODE_LENGTH = 32;

/** The verification code of twenty random bytes, in groups of four. */
export function codeOf(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.match(/.{5}/g)!.map((five) => ALPHABET[Number.parseInt(five, 2)]!);
  return letters.join('').match(/.{4}/g)!.join('-');
}

/** A code as somebody typed it, in the form that is hashed; undefined for what cannot be one. */
export function normalCode(text: string): string | undefined {
  const normal = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  const isCode = normal.length === CODE_LENGTH && [...normal].every((letter) => ALPHABET.includes(letter));
  return isCode ? normal : undefined;
}

/** 张*三, 李*: enough for whoever knows the person, too little for whoever does not. */
export function maskName(name: string): string {
  const letters = [...name];
  if (letters.length <= 2) return letters.length === 1 ? '*' : `${letters[0]}*`;
  return `${letters[0]}${'*'.repeat(letters.length - 2)}${letters.at(-1)}`;
}
