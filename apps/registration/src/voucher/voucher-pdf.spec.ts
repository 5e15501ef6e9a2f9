import { day } from '@app/kernel';
import { pdfText } from '../../../../test/support/pdf-text';
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

describe('the page of a voucher', () => {
  it('is one page of a hundred kilobytes at most, with its font inside and every character of the names to be found', async () => {
    const pdf = await new VoucherPdfService({ fonts: [] }).draw(FACE);
    const raw = pdf.toString('latin1');
    expect(raw.startsWith('%PDF-1.')).toBe(true);
    expect(raw.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(raw).toMatch(/\/FontFile3/);
    expect(pdf.length).toBeLessThan(100_000);
    const text = pdfText(pdf);
    for (const line of [
      '生育登记凭证',
      FACE.no,
      FACE.code,
      '示例县示例镇',
      '不作为生育合法性的证明',
      '不得以出示本凭证',
    ]) {
      expect(text).toContain(line);
    }
    expect(text.replaceAll('\n', '')).toContain('古丽·𬱖㛃  3402**************');
    expect(raw).not.toContain('/Encrypt');
  });

  it('writes the code point of a character that no font has, rather than an empty box', async () => {
    const text = pdfText(await new VoucherPdfService({ fonts: [] }).draw(FACE));
    expect(text.replaceAll('\n', '')).toContain('张〔U+20BB7〕三');
  });

  it('is the same to the byte for the same content, so that what was delivered can be told', async () => {
    const service = new VoucherPdfService({ fonts: [] });
    expect((await service.draw(FACE)).equals(await service.draw(FACE))).toBe(true);
  });
});
