import { inflateSync } from 'node:zlib';

/** What a reader of a PDF of ours can search and copy: the text of its pages by its font's own table, in drawing order. */
export function pdfText(pdf: Buffer): string {
  const streams = [...pdf.toString('latin1').matchAll(/stream\r?\n([^]*?)\r?\nendstream/g)].flatMap(([, body]) => {
    try {
      return [inflateSync(Buffer.from(body!, 'latin1')).toString('latin1')];
    } catch {
      return []; // The font itself.
    }
  });
  const letters = streams.filter((text) => text.includes('beginbfrange')).flatMap(lettersOf);
  const pages = streams.filter((text) => text.includes('BT') && text.includes('TJ'));
  return pages
    .flatMap((page) => [...page.matchAll(/\[([^\]]*)\] TJ/g)])
    .map(([, run]) => [...run!.matchAll(/<([0-9a-f]+)>/g)].map(([, hex]) => decode(hex!, letters)).join(''))
    .join('\n');
}

/** The letter of each glyph, from `<0000> <00ff> [<4e00> …]`. */
function lettersOf(map: string): string[] {
  const lists = [...map.matchAll(/<[0-9a-f]+> <[0-9a-f]+> \[([^\]]*)\]/g)];
  return lists.flatMap(([, list]) => [...list!.matchAll(/<([0-9a-f ]*)>/g)].map(([, hex]) => utf16(hex!)));
}

const utf16 = (hex: string): string => Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le');

const decode = (hex: string, letters: readonly string[]): string =>
  (hex.match(/.{4}/g) ?? []).map((glyph) => letters[Number.parseInt(glyph, 16)] ?? '').join('');
