import { isReference } from '../payment-request/payment-request.rules';

/** Digits of a reference. */
const LENGTH = 17;

/** Longer texts are cut: a notice has at most a few lines of 140 characters. */
const TEXT_MAX = 1_000;
/** What people and banks put between the groups of a number. */
const SEPARATOR = /[\s\p{Pd}_./·•]/u;
const WORD = /[0-9A-Z]/;
/** Letters that are written, or read by a machine, for digits. */
const LOOKS_LIKE: Readonly<Record<string, string>> = { O: '0', Q: '0', I: '1', L: '1' };

/**
 * The references that a text holds, each once, in their order. Full-width characters, separators and look-alike letters are
 * read as what they stand for; a reference is never found in the middle of a longer number, nor with a wrong check digit.
 */
export function quotedReferences(text: string): string[] {
  const found = new Set<string>();
  for (const segment of segmentsOf(text)) {
    for (let at = 0; at + LENGTH <= segment.word.length; at++) {
      if (!segment.edges.has(at) || !segment.edges.has(at + LENGTH)) continue;
      const candidate = segment.word.slice(at, at + LENGTH);
      const read = [candidate, candidate.replace(/[OQIL]/g, (letter) => LOOKS_LIKE[letter]!)];
      const reference = read.find((one) => isReference(one));
      if (reference === undefined) continue;
      found.add(reference);
      at += LENGTH - 1;
    }
  }
  return [...found];
}

interface Segment {
  readonly word: string;
  /** Places where a number may begin or end: at separators, and between letters and digits. */
  readonly edges: ReadonlySet<number>;
}

function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let word = '';
  let edges = new Set([0]);
  const end = (): void => {
    if (word !== '') segments.push({ word, edges: edges.add(word.length) });
    [word, edges] = ['', new Set([0])];
  };
  for (const character of text.slice(0, TEXT_MAX).normalize('NFKC').toUpperCase()) {
    if (WORD.test(character)) {
      if (word !== '' && /[A-Z]/.test(word.at(-1)!) !== /[A-Z]/.test(character)) edges.add(word.length);
      word += character;
    } else if (SEPARATOR.test(character)) edges.add(word.length);
    else if (!/\p{Cf}/u.test(character)) end();
  }
  end();
  return segments;
}
