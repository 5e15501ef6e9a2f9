import { inflateSync } from 'node:zlib';
import { day } from '@app/kernel';
import { VoucherPdfService } from './voucher-pdf.service';

const FACE = {
  no: '340202-2026-000001',
  code: 'ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789',
  issuedOn: '2026-04-01',
  at: new Date('2026-04-01T04:00:00Z'),
  content: {
    registrationId: '00000000-0000-4000-8000-000000000000',
    version: 1,
    divisionCode: '340202100000',
    officeName: '示例县示例镇',
    parties: [
      { role: 'mother' as const, name: '古丽·𬱖㛃', idMask: '3402**************' },
      { role: 'father' as const, name: '张𠮷三', idMask: null },
    ],
    expectedMonth: null,
    bornOn: [day('2026-03-20'), day('2026-03-21')],
    verificationAddress: 'https://example.invalid/v/',
  },
};

/** The text of a page as its fonts' own tables give it back: what a reader can search and copy. */
function textOf(pdf: Buffer): string {
  const streams = [...pdf.toString('latin1').matchAll(/stream\r?\n([^]*?)\r?\nendstream/g)].flatMap(([, body]) => {
    try {
      return inflateSync(Buffer.from(body!, 'latin1')).toString('latin1');
    } catch {
      return [];
    }
  });
  const maps = streams.filter((text) => text.includes('beginbfrange'));
  return maps
    .flatMap((text) => [...text.matchAll(/<([0-9a-f ]+)>/gi)].map(([, hex]) => hex!.replaceAll(' ', '')))
    .map((hex) => (hex.length % 4 === 0 ? Buffer.from(hex, 'hex').swap16().toString('utf16le') : ''))
    .join('');
}

describe('the page of a voucher', () => {
  it('is one page of a hundred kilobytes at most, with its font inside and every character of the names to be found', async () => {
    const pdf = await new VoucherPdfService({ fonts: [] }).draw(FACE);
    const raw = pdf.toString('latin1');
    expect(raw.startsWith('%PDF-1.')).toBe(true);
    expect(raw.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(raw).toMatch(/\/FontFile3/);
    expect(pdf.length).toBeLessThan(100_000);
    const text = textOf(pdf);
    for (const letter of '古丽·𬱖㛃张生育登记凭证不作为合法性的证明') expect(text).toContain(letter);
    expect(raw).not.toContain('/Encrypt');
  });

  it('writes the code point of a character that no font has, rather than an empty box', async () => {
    const text = textOf(await new VoucherPdfService({ fonts: [] }).draw(FACE));
    expect(text).not.toContain('𠮷');
    for (const letter of '〔〕U+20BB7') expect(text).toContain(letter);
  });

  it('is the same to the byte for the same content, so that what was delivered can be told', async () => {
    const service = new VoucherPdfService({ fonts: [] });
    expect((await service.draw(FACE)).equals(await service.draw(FACE))).toBe(true);
  });
});
