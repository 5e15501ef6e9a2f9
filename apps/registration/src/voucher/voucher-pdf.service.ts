import { LetterPress } from '@app/letter';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { partyWord, VOUCHER_STATEMENT } from './voucher.rules';
import { VOUCHER_SETTINGS, type VoucherContent, type VoucherSettings } from './voucher.types';

export interface Face {
  readonly no: string;
  readonly code: string;
  readonly content: VoucherContent;
  readonly issuedOn: string;
  readonly at: Date;
}

/** What stands on a voucher: one page. */
@Injectable()
export class VoucherPdfService {
  private readonly press: LetterPress;

  constructor(@Optional() @Inject(VOUCHER_SETTINGS) settings: VoucherSettings = {}) {
    this.press = new LetterPress(settings.fonts);
  }

  draw({ no, code, content, issuedOn, at }: Face): Promise<Buffer> {
    return this.press.draw({
      title: '生育登记凭证',
      titleEn: 'Birth registration voucher',
      name: `生育登记凭证 ${no}`,
      author: content.officeName,
      at,
      lines: linesOf(no, content, issuedOn),
      paragraphs: VOUCHER_STATEMENT.zh,
      small: VOUCHER_STATEMENT.en,
      signature: [],
      code,
      address: content.verificationAddress,
    });
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
