/** Stands for what somebody typed and an error does not repeat. */
export const TYPED = '…';

/** Identity numbers (15 or 18 characters), account numbers (16 to 19 digits) and birth certificates, standing alone. */
const NUMBERS = /(?<![\w-])(?:\d{15,19}|\d{17}[Xx]|[A-Z]\d{9})(?![\w-])/g;
/** To the next closing mark or, where a text was cut short, to its end; each mark is looked at once, however many there are. */
const QUOTED = /(["'“])([^"'”]*)(["'”]|$)/g;
/** Possibly with a number in it. The number is looked for afterwards: as part of one pattern, letters are read again from each letter. */
const WORDS = /[A-Za-z_\d]{13,}/g;

/** The text with every number that may be somebody's cut down to its first four characters. */
export const withoutNumbers = (text: string): string => text.replace(NUMBERS, (number) => `${number.slice(0, 4)}****`);

/** Whether a text is made of letters, digits and signs that no Chinese name has. */
export const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** For messages of others that repeat what was typed in quotation marks: without numbers, and without what may be a name. */
export const withoutTyped = (message: string): string =>
  withoutNumbers(
    message
      .replace(QUOTED, (all, open: string, inside: string, close: string) =>
        isPlain(inside) ? all : `${open}${TYPED}${close}`,
      )
      .replace(WORDS, (word) => (/\d{9}/.test(word) ? TYPED : word)),
  );
