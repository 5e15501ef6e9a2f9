/** Stands for what somebody typed and an error does not repeat. */
export const TYPED = '…';

/** Identity numbers (15 or 18 characters), account numbers (16 to 19 digits) and birth certificates, standing alone. */
const NUMBERS = /(?<![\w-])(?:\d{15,19}|\d{17}[Xx]|[A-Z]\d{9})(?![\w-])/g;
const QUOTED = /(["'“])([^"'”]*)(["'”])/g;

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
      .replace(/[A-Za-z_]*\d{9,}[A-Za-z_\d]*/g, (word) => (word.length >= 13 ? TYPED : word)),
  );
