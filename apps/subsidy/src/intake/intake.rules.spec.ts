import { day } from '@app/kernel';
import { parseAccount, parseClaim, parseFinding } from './intake.rules';

const TODAY = day('2026-04-01');
const CLAIM = {
  claim_no: 'C1',
  child_id_number: '340202202501010213',
  child_birth_certificate_no: '',
  applicant_id_number: '34020219600101018X',
  relation: '52',
  claim_year: '2025',
  submitted_on: '2025-09-01',
  channel: 'online',
  account_no: '6228480012345678903',
};
const ACCOUNT = {
  holder_id_number: '34020219600101018X',
  holder_name: '买买提·𠮷',
  bank_code: '102',
  account_no: '6228480012345678903',
  kind: 'debit',
};
const APPLICANT = '34020219600101018X';

describe('a row of a claims file', () => {
  const good = { ...CLAIM, applicant_id_number: APPLICANT };

  it('is read with its numbers put right', () => {
    const parsed = parseClaim(
      { ...good, applicant_id_number: APPLICANT.toLowerCase(), account_no: '6228 4800-1234 5678 903' },
      TODAY,
    );
    expect(parsed).toMatchObject({
      ok: true,
      row: { applicantIdNumber: APPLICANT, relation: 'mother', claimYear: 2025, accountNo: '6228480012345678903' },
      warnings: [{ code: 'ID_NORMALISED' }],
    });
  });

  it.each([
    ['claim_no', '', 'MISSING'],
    ['child_id_number', '340202202501010214', 'ID_CHECK_DIGIT'],
    ['child_id_number', '34020219650229001X', 'ID_BIRTH_DATE'],
    ['child_id_number', '12345', 'ID_SHAPE'],
    ['child_id_number', '', 'CHILD_NOT_NAMED'],
    ['child_birth_certificate_no', '123', 'CERTIFICATE_SHAPE'],
    ['applicant_id_number', '', 'MISSING'],
    ['applicant_id_number', '340202202501010213', 'APPLICANT_IS_CHILD'],
    ['relation', '邻居', 'RELATION_UNKNOWN'],
    ['claim_year', '25', 'YEAR_OUT_OF_RANGE'],
    ['claim_year', '2029', 'YEAR_OUT_OF_RANGE'],
    ['submitted_on', '2025-02-30', 'NOT_A_DAY'],
    ['submitted_on', '2026-04-02', 'IN_THE_FUTURE'],
    ['account_no', 'AB12', 'ACCOUNT_SHAPE'],
    ['claim_no', 'C\u00001', 'UNPRINTABLE'],
    ['claim_no', 'C\ud800', 'UNPRINTABLE'],
  ])('is refused when %s is %j: %s', (column, value, code) => {
    const parsed = parseClaim({ ...good, [column]: value }, TODAY);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.errors).toContainEqual(expect.objectContaining({ column, code }));
  });

  it.each([
    ['51', 'father'],
    ['52', 'mother'],
    ['父亲', 'father'],
    ['Mother', 'mother'],
    ['20', 'parent'],
    ['32', 'parent'],
    ['99', 'guardian'],
    ['监护人', 'guardian'],
    ['62', 'other'],
    ['38', 'other'],
  ])('reads the relation %s as %s', (relation, expected) => {
    expect(parseClaim({ ...good, relation }, TODAY)).toMatchObject({ ok: true, row: { relation: expected } });
  });

  it.each(['20250901', '2025/9/1', '2025-09-01', '2025年9月1日'])('reads the day %s', (submitted_on) => {
    expect(parseClaim({ ...good, submitted_on }, TODAY)).toMatchObject({
      ok: true,
      row: { submittedOn: '2025-09-01' },
    });
  });

  it('may name the child by its birth certificate alone', () => {
    const parsed = parseClaim({ ...good, child_id_number: '', child_birth_certificate_no: 'w340000017' }, TODAY);
    expect(parsed).toMatchObject({ ok: true, row: { childIdNumber: null, childBirthCertificateNo: 'W340000017' } });
  });

  it.each(['E12345678', 'H12345678', 'ABC123456789012'])('takes an applicant with the paper %s', (number) => {
    expect(parseClaim({ ...good, applicant_id_number: number }, TODAY)).toMatchObject({ ok: true });
  });
});

describe('a row of an accounts file', () => {
  it('keeps leading zeros and rare characters, and only warns of a check digit', () => {
    expect(parseAccount({ ...ACCOUNT, account_no: '0012345678901234' })).toMatchObject({
      ok: true,
      row: { holderName: '买买提·𠮷', accountNo: '0012345678901234' },
      warnings: [{ code: 'ACCOUNT_CHECK_DIGIT' }],
    });
  });

  it.each([
    ['holder_name', '', 'MISSING'],
    ['holder_name', '长'.repeat(51), 'TOO_LONG'],
    ['bank_code', '', 'MISSING'],
    ['account_no', '', 'MISSING'],
    ['account_no', '1e10', 'ACCOUNT_SHAPE'],
  ])('is refused when %s is %j: %s', (column, value, code) => {
    const parsed = parseAccount({ ...ACCOUNT, [column]: value });
    expect(!parsed.ok && parsed.errors).toContainEqual(expect.objectContaining({ column, code }));
  });
});

describe('a row of a findings file', () => {
  const finding = {
    person_id_number: APPLICANT,
    finding: 'child_disability_grade',
    value: '3',
    valid_from: '2020-01-01',
    document_no: 'D1',
    issued_by: '残联',
  };

  it.each([
    ['finding', 'operation_record', 'FINDING_UNKNOWN'],
    ['value', '5', 'FINDING_VALUE'],
    ['valid_from', '', 'MISSING'],
    ['document_no', '', 'MISSING'],
  ])('is refused when %s is %j: %s', (column, value, code) => {
    expect(parseFinding(finding)).toMatchObject({ ok: true });
    const parsed = parseFinding({ ...finding, [column]: value });
    expect(!parsed.ok && parsed.errors).toContainEqual(expect.objectContaining({ column, code }));
  });
});
