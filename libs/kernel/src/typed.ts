/** Stands for what somebody typed and an error does not repeat. */
export const TYPED = '…';

/** Identity numbers (15 or 18 characters), account numbers (16 to 19 digits) and birth certificates, standing alone. */
const NUMBERS = /(?<![\w-])(?:\d{15,19}|\d{17}[Xx]|[A-Z]\d{9})(?![\w-])/g;
/** To the next closing mark or, where a text was cut short, to its end; each mark is looked at once, however many there are. */
const QUOTED = /(["'“])([^"'”]*)(["'”]|$)/g;
/** A word that long may have a number in it. */
const WORD_LENGTH = 13;
const isOfAWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);

/** The text with every number that may be somebody's cut down to its first four characters. */
export const withoutNumbers = (text: string): string => text.replace(NUMBERS, (number) => `${number.slice(0, 4)}****`);

/** Whether a text is made of letters, digits and signs that no Chinese name has. */
export const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** For messages of others that repeat what was typed in quotation marks: without numbers, and without what may be a name. */
export const withoutTyped = (message: string): string =>
  withoutNumbers(
    withoutLongWords(
      message.replace(QUOTED, (all, open: string, inside: string, close: string) =>
        isPlain(inside) ? all : `${open}${TYPED}${close}`,
      ),
    ),
  );

/** Letter by letter: a pattern keeps a place to come back to for each of them, and millions were once too many. */
function withoutLongWords(text: string): string {
  const told: string[] = [];
  let begun = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && isOfAWord(text.charCodeAt(at))) continue;
    const word = text.slice(begun, at);
    told.push(word.length >= WORD_LENGTH && /\d{9}/.test(word) ? TYPED : word, text.slice(at, at + 1));
    begun = at + 1;
  }
  return told.join('');
}
