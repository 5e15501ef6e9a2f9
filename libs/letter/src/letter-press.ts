import * as fs from 'node:fs';
import * as path from 'node:path';
import PDFDocument from 'pdfkit';
import { encode } from 'uqr';

/** What a letter says; its looks are the same for every letter of the house. */
export interface Letter {
  readonly title: string;
  /** The same in English, small. */
  readonly titleEn: string;
  /** What the file is called in its own properties. */
  readonly name: string;
  readonly author: string;
  /** The moment that the file names as its own: the same letter gives the same bytes. */
  readonly at: Date;
  readonly lines: readonly (readonly [label: string, value: string])[];
  readonly paragraphs: readonly string[];
  /** Beneath the paragraphs, small. */
  readonly small: string | null;
  /** Who signs and when, to the right. */
  readonly signature: readonly string[];
  /** The code by which it is verified, and the address that is put before it where there is one. */
  readonly code: string;
  readonly address: string | null;
}

/** Noto Sans Hans: every character of GB18030-2005's mandatory part and of the 8,105 standard ones. */
const BASE = path.join(path.dirname(require.resolve('@embedpdf/fonts-sc')), '..', 'fonts', 'NotoSansHans-Regular.otf');
/** Where Debian keeps a font of all of CJK extensions B to F, for rarer names. */
const RARE = '/usr/share/fonts/truetype/hanazono/HanaMinB.ttf';
const GREY = '#555';
const MARGIN = 64;

interface Font {
  readonly name: string;
  readonly data: Buffer;
}

/** What pdfkit keeps to itself of a font it opened, and nobody else can tell: whether it has a character. */
interface OpenFont {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

/** Draws letters as PDF: fonts embedded, names with the characters they are written with, a QR code to verify them by. */
export class LetterPress {
  private loaded: readonly Font[] | undefined;

  /** @param rare Font files for characters that the built-in font lacks, in this order. */
  constructor(private readonly rare: readonly string[] = [RARE]) {}

  async draw(letter: Letter): Promise<Buffer> {
    const { title, titleEn, name, author, at } = letter;
    const info = { Title: name, Author: author, CreationDate: at, ModDate: at };
    const doc = new PDFDocument({ size: 'A4', margin: MARGIN, info, lang: 'zh-CN', displayTitle: true });
    const whole = gather(doc);
    for (const font of this.fonts) doc.registerFont(font.name, font.data);
    const width = doc.page.width - 2 * MARGIN;

    doc.font(this.base).fontSize(24).text(title, MARGIN, 84, { width, align: 'center' });
    doc.fontSize(10).fillColor(GREY).text(titleEn, { width, align: 'center' }).fillColor('black');
    let y = 156;
    for (const [label, value] of letter.lines) {
      y = roomFor(doc, y, 26);
      doc.font(this.base).fontSize(12).fillColor(GREY).text(label, MARGIN, y, { lineBreak: false });
      doc.fillColor('black');
      y = this.write(doc, value, { x: MARGIN + 110, y, width: width - 110, size: 12 }) + 26;
    }
    y = roomFor(doc, y, 24) + 4;
    doc
      .moveTo(MARGIN, y)
      .lineTo(MARGIN + width, y)
      .lineWidth(0.5)
      .stroke('#999');
    doc.fillColor('black');
    y += 14;
    for (const paragraph of letter.paragraphs)
      y = this.write(doc, paragraph, { x: MARGIN, y: roomFor(doc, y, 20), width, size: 11 }) + 24;
    if (letter.small !== null) {
      y = roomFor(doc, y, 40);
      doc.font(this.base).fontSize(8).fillColor(GREY).text(letter.small, MARGIN, y, { width, lineGap: 2 });
      doc.fillColor('black');
      y = doc.y + 12;
    }
    for (const line of letter.signature) {
      y = roomFor(doc, y, 18);
      doc.font(this.base).fontSize(11).text(line, MARGIN, y, { width, align: 'right' });
      y = doc.y + 4;
    }
    this.verification(doc, letter, roomFor(doc, y, 118) + 8, width);
    doc.end();
    return whole;
  }

  private get base(): string {
    return this.fonts[0]!.name;
  }

  /** Read with the first letter: most processes draw none. */
  private get fonts(): readonly Font[] {
    this.loaded ??= [BASE, ...this.rare.filter((file) => fs.existsSync(file))].map((file) => ({
      name: path.basename(file),
      data: fs.readFileSync(file),
    }));
    return this.loaded;
  }

  private verification(doc: PDFKit.PDFDocument, { code, address }: Letter, y: number, width: number): void {
    qr(doc, address ? `${address}${code.replaceAll('-', '')}` : code, MARGIN, y, 104);
    const beside = { width: width - 128, lineGap: 3 };
    doc
      .font(this.base)
      .fontSize(10)
      .fillColor('black')
      .text('核验码 Verification code', MARGIN + 128, y + 10, beside);
    doc.fontSize(12).text(code, MARGIN + 128, doc.y + 2, beside);
    if (address) doc.fontSize(9).text(address, MARGIN + 128, doc.y + 6, beside);
  }

  /** Each run in the first font that has its characters; one that none has is written as its code point. Returns the last y. */
  private write(
    doc: PDFKit.PDFDocument,
    text: string,
    { x, y, width, size }: { x: number; y: number; width: number; size: number },
  ): number {
    const fontFor = (letter: string): string | undefined =>
      this.fonts.find(({ name }) => {
        const { font } = (doc.font(name) as unknown as OpenFont)._font;
        return font.hasGlyphForCodePoint(letter.codePointAt(0)!);
      })?.name;
    let [at, line] = [x, y];
    let run = { name: this.base, text: '', width: 0 };
    const flush = (name: string): void => {
      if (run.text !== '') doc.font(run.name).fontSize(size).text(run.text, at, line, { lineBreak: false });
      at += run.width;
      run = { name, text: '', width: 0 };
    };
    for (const letter of text) {
      const found = fontFor(letter);
      const name = found ?? this.base;
      const shown = found ? letter : `〔U+${letter.codePointAt(0)!.toString(16).toUpperCase()}〕`;
      if (name !== run.name) flush(name);
      const advance = doc.font(name).fontSize(size).widthOfString(shown);
      if (at + run.width + advance > x + width) {
        flush(name);
        [at, line] = [x, roomFor(doc, line + size * 1.5, size * 1.5)];
      }
      run = { ...run, text: run.text + shown, width: run.width + advance };
    }
    flush(run.name);
    return line;
  }
}

/** The same y while there is room for so much beneath it, else the top of a new page. */
function roomFor(doc: PDFKit.PDFDocument, y: number, height: number): number {
  if (y + height <= doc.page.height - MARGIN) return y;
  doc.addPage();
  return MARGIN;
}

function qr(doc: PDFKit.PDFDocument, text: string, x: number, y: number, size: number): void {
  const { data, size: modules } = encode(text, { ecc: 'M', border: 0 });
  const side = size / modules;
  for (const [row, cells] of data.entries()) {
    for (const [column, isDark] of cells.entries()) {
      if (isDark) doc.rect(x + column * side, y + row * side, side, side);
    }
  }
  doc.fill('black');
}

function gather(doc: PDFKit.PDFDocument): Promise<Buffer> {
  const parts: Buffer[] = [];
  return new Promise((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
}
