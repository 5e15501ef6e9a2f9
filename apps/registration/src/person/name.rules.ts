/** Separators that are typed for the · of many names; alike when comparing, kept as given. */
export const SEPARATOR_LOOK_ALIKES = /[•・‧．.]/gu;

/** The form in which names are compared: NFC, one separator, no blanks. */
export function nameForMatching(name: string): string {
  return name.normalize('NFC').replace(SEPARATOR_LOOK_ALIKES, '·').replace(/\s/gu, '');
}
