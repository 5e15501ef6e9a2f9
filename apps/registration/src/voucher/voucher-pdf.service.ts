import * as fs from 'node:fs';
import * as path from 'node:path';
import { Inject, Injectable, Optional } from '@nestjs/common';
import PDFDocument from 'pdfkit';
import { encode } from 'uqr';
import { partyWord, VOUCHER_STATEMENT } from './voucher.rules';
import { VOUCHER_SETTINGS, type VoucherContent, type VoucherSettings } from './voucher.types';

export interface Face {
  readonly no: string;
  readonly code: string;
  readonly content: VoucherContent;
  readonly issuedOn: string;
  readonly at: Date;
}

/** Noto Sans Hans: every character of GB18030-2005's mandatory part and of the 8,105 standard ones. */
const BASE = path.join(path.dirname(require.resolve('@embedpdf/fonts-sc')), '..', 'fonts', 'NotoSansHans-Regular.otf');
/** Where Debian keeps a font of all of CJK extensions B to F, for rarer names. */
const RARE = '/usr/share/fonts/truetype/hanazono/HanaMinB.ttf';

interface Font {
  readonly name: string;
  readonly data: Buffer;
}

/** What pdfkit keeps to itself of a font it opened, and nobody else can tell: whether it has a character. */
interface OpenFont {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

/** Draws a voucher: one page, its font embedded, characters as they are written in the name. */
@Injectable()
export class VoucherPdfService {
  private loaded: readonly Font[] | undefined;

  constructor(@Optional() @Inject(VOUCHER_SETTINGS) private readonly settings: VoucherSettings = {}) {}

  async draw({ no, code, content, issuedOn, at }: Face): Promise<Buffer> {
    const info = { Title: `生育登记凭证 ${no}`, Author: content.officeName, CreationDate: at, ModDate: at };
    const doc = new PDFDocument({ size: 'A4', margin: 64, info, lang: 'zh-CN', displayTitle: true });
    const whole = gather(doc);
    for (const { name, data } of this.fonts) doc.registerFont(name, data);
    const left = doc.page.margins.left;
    const width = doc.page.width - 2 * left;

    doc.font(this.fonts[0]!.name).fontSize(24).text('生育登记凭证', left, 84, { width, align: 'center' });
    doc
      .fontSize(10)
      .fillColor('#555')
      .text('Birth registration voucher', { width, align: 'center' })
      .fillColor('black');
    let y = 156;
    for (const [label, value] of linesOf(no, content, issuedOn)) {
      doc.font(this.fonts[0]!.name).fontSize(12).fillColor('#555').text(label, left, y, { lineBreak: false });
      doc.fillColor('black');
      y = this.write(doc, value, left + 110, y, width - 110) + 26;
    }
    doc
      .moveTo(left, y + 4)
      .lineTo(left + width, y + 4)
      .lineWidth(0.5)
      .stroke('#999');
    doc
      .font(this.fonts[0]!.name)
      .fontSize(11)
      .fillColor('black')
      .text('', left, y + 18);
    for (const sentence of VOUCHER_STATEMENT.zh) doc.text(sentence, { width, lineGap: 4 }).moveDown(0.4);
    doc.fontSize(8).fillColor('#555').text(VOUCHER_STATEMENT.en, { width, lineGap: 2 }).moveDown(1.2);
    const address = content.verificationAddress;
    this.qr(doc, address ? `${address}${code.replaceAll('-', '')}` : code, left, doc.y, 104);
    const beside = { width: width - 128, lineGap: 3 };
    doc
      .fontSize(10)
      .fillColor('black')
      .text('核验码 Verification code', left + 128, doc.y + 10, beside);
    doc.fontSize(12).text(code, left + 128, doc.y + 2, beside);
    if (address) doc.fontSize(9).text(address, left + 128, doc.y + 6, beside);
    doc.end();
    return whole;
  }

  /** Read with the first voucher: most processes draw none. */
  private get fonts(): readonly Font[] {
    const rare = (this.settings.fonts ?? [RARE]).filter((file) => fs.existsSync(file));
    this.loaded ??= [BASE, ...rare].map((file) => ({ name: path.basename(file), data: fs.readFileSync(file) }));
    return this.loaded;
  }

  /** Each run in the first font that has its characters; one that none has is written as its code point. Returns y. */
  private write(doc: PDFKit.PDFDocument, text: string, x: number, y: number, width: number): number {
    const fontFor = (letter: string): string | undefined =>
      this.fonts.find(({ name }) => {
        const { font } = (doc.font(name) as unknown as OpenFont)._font;
        return font.hasGlyphForCodePoint(letter.codePointAt(0)!);
      })?.name;
    let [at, line] = [x, y];
    let run = { name: this.fonts[0]!.name, text: '', width: 0 };
    const flush = (name: string): void => {
      if (run.text !== '') doc.font(run.name).fontSize(12).text(run.text, at, line, { lineBreak: false });
      at += run.width;
      run = { name, text: '', width: 0 };
    };
    for (const letter of text) {
      const found = fontFor(letter);
      const name = found ?? this.fonts[0]!.name;
      const shown = found ? letter : `〔U+${letter.codePointAt(0)!.toString(16).toUpperCase()}〕`;
      if (name !== run.name) flush(name);
      const advance = doc.font(name).fontSize(12).widthOfString(shown);
      if (at + run.width + advance > x + width) {
        flush(name);
        [at, line] = [x, line + 18];
      }
      run = { ...run, text: run.text + shown, width: run.width + advance };
    }
    flush(run.name);
    return line;
  }

  private qr(doc: PDFKit.PDFDocument, text: string, x: number, y: number, size: number): void {
    const { data, size: modules } = encode(text, { ecc: 'M', border: 0 });
    const side = size / modules;
    for (const [row, cells] of data.entries()) {
      for (const [column, isDark] of cells.entries()) {
        if (isDark) doc.rect(x + column * side, y + row * side, side, side);
      }
    }
    doc.fill('black');
    doc.x = x;
    doc.y = y;
  }
}

function linesOf(no: string, content: VoucherContent, issuedOn: string): [label: string, value: string][] {
  const { parties, expectedMonth, bornOn, officeName } = content;
  const born = bornOn.length === 1 ? bornOn[0]! : bornOn.map((day, i) => `${day}（同胎第 ${i + 1}）`).join('、');
  return [
    ['凭证编号', no],
    ...parties.map(({ role, name, idMask }): [string, string] => [
      partyWord(role),
      idMask ? `${name}  ${idMask}` : name,
    ]),
    expectedMonth ? ['预产月份', expectedMonth] : ['出生日期', born],
    ['登记机关', officeName],
    ['出具日期', issuedOn],
  ];
}

function gather(doc: PDFKit.PDFDocument): Promise<Buffer> {
  const parts: Buffer[] = [];
  return new Promise((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
}
