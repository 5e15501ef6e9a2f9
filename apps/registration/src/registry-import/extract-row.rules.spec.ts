import { checkCharacter, day } from '@app/kernel';
import { nameForMatching } from '../person/name.rules';
import { checkRow, EXTRACT_COLUMNS, type ExtractCells, type ExtractRow } from './extract-row.rules';
import { isKnownRemark, remarkSentence } from './registry-import.errors';

const TODAY = day('2026-04-01');

/** A row with nothing to remark. */
const CLEAN: ExtractCells = {
  registry_person_id: 'P1',
  name: '王小明',
  sex: '1',
  ethnicity: '01',
  id_type: '111',
  id_number: '340202193301010014',
  birth_date: '1933-01-01',
  birth_certificate_no: '',
  death_date: '',
  status: '0',
  household_no: '340000001',
  relation_to_head: '02',
  household_type: 'rural',
  division_code: '340202100201',
  address: '某村 1 号',
  father_id_number: '',
  mother_id_number: '',
  marital_status: '20',
  moved_in_on: '',
  moved_out_on: '',
  updated_at: '2026-01-05 10:00:00',
};

type Change = Partial<Record<(typeof EXTRACT_COLUMNS)[number], string>>;
const check = (change: Change) => checkRow({ ...CLEAN, ...change }, TODAY);
const kept = (change: Change): ExtractRow => {
  const { row, errors } = check(change);
  if (!row) throw new Error(`rejected: ${JSON.stringify(errors)}`);
  return row;
};
const withCheck = (digits: string): string => digits + checkCharacter(digits);

describe('a row of an extract', () => {
  it('without anything odd goes in without remark', () => {
    expect(check({})).toMatchObject({
      errors: [],
      warnings: [],
      row: { idNumber: '340202193301010014', born: '1933-01-01' },
    });
  });

  it.each<[string, string, Change]>([
    ['REGISTRY_PERSON_ID_MISSING', 'registry_person_id', { registry_person_id: '' }],
    ['REGISTRY_PERSON_ID_NOT_OPAQUE', 'registry_person_id', { registry_person_id: '王小明' }],
    ['REGISTRY_PERSON_ID_NOT_OPAQUE', 'registry_person_id', { registry_person_id: '11010519491231002x' }],
    ['TEXT_TOO_LONG', 'registry_person_id', { registry_person_id: 'x'.repeat(65) }],
    ['NAME_MISSING', 'name', { name: '' }],
    ['NAME_TOO_LONG', 'name', { name: '𠮷'.repeat(51) }],
    ['TEXT_CONTROL_CHARACTER', 'name', { name: '王\u0000明' }],
    ['TEXT_CONTROL_CHARACTER', 'address', { address: '一\n二' }],
    ['TEXT_CONTROL_CHARACTER', 'name', { name: '王\u202E明' }],
    ['TEXT_LOST_CHARACTER', 'name', { name: '王\uFFFD' }],
    ['TEXT_LOST_CHARACTER', 'name', { name: '王\uD842' }],
    ['SEX_UNKNOWN', 'sex', { sex: '3' }],
    ['ID_TYPE_UNKNOWN', 'id_type', { id_type: '驾驶证', id_number: 'E12345678' }],
    ['ID_NUMBER_SHAPE', 'id_number', { id_number: '34020219330101001' }],
    ['ID_NUMBER_SHAPE', 'id_number', { id_number: '3.40202E+17' }],
    ['ID_NUMBER_SHAPE', 'id_number', { id_type: '', id_number: 'E12345678' }],
    ['ID_NUMBER_CHECK_DIGIT', 'id_number', { id_number: '340202193301010015' }],
    ['ID_NUMBER_CHECK_DIGIT', 'id_number', { id_type: '553', id_number: '911124198108030028' }],
    ['ID_NUMBER_BIRTH_DATE', 'id_number', { id_number: '34020219650229001X' }],
    ['DATE_IMPOSSIBLE', 'birth_date', { birth_date: '2023-02-29' }],
    ['DATE_IMPOSSIBLE', 'death_date', { death_date: '2023-13-01', status: '9' }],
    ['DATE_IMPOSSIBLE', 'moved_in_on', { moved_in_on: '1/5/2020' }],
    ['BIRTH_IN_FUTURE', 'birth_date', { birth_date: '2026-04-02', id_number: '' }],
    ['DEATH_IN_FUTURE', 'death_date', { death_date: '2026-04-02', status: '9' }],
    ['BIRTH_AFTER_DEATH', 'death_date', { death_date: '1932-12-31', status: '9' }],
    ['STATUS_UNKNOWN', 'status', { status: '2' }],
    ['STATUS_UNKNOWN', 'status', { status: '' }],
    ['RELATION_UNKNOWN', 'relation_to_head', { relation_to_head: '13' }],
    ['HOUSEHOLD_TYPE_UNKNOWN', 'household_type', { household_type: '农业' }],
    ['DIVISION_MISSING', 'division_code', { division_code: '' }],
    ['DIVISION_SHAPE', 'division_code', { division_code: '3402021' }],
    ['DIVISION_SHAPE', 'division_code', { division_code: '940202100201' }],
    ['MARITAL_STATUS_UNKNOWN', 'marital_status', { marital_status: '50' }],
    ['MOVED_OUT_BEFORE_IN', 'moved_out_on', { moved_in_on: '2020-01-02', moved_out_on: '2020-01-01', status: '8' }],
    ['UPDATED_AT_UNREADABLE', 'updated_at', { updated_at: '' }],
    ['UPDATED_AT_UNREADABLE', 'updated_at', { updated_at: '2026-02-30 10:00:00' }],
    ['UPDATED_AT_UNREADABLE', 'updated_at', { updated_at: '2026-01-05 24:00:00' }],
  ])('is rejected with %s in %s', (code, column, change) => {
    const { row, errors } = check(change);
    expect(row).toBeUndefined();
    expect(errors.map((e) => [e.code, e.column])).toEqual([[code, column]]);
  });

  it.each<[string, string, Change]>([
    ['ID_TYPE_ASSUMED', 'id_type', { id_type: '驾驶证' }],
    ['ID_NUMBER_NORMALISED', 'id_number', { id_number: '３40202193301010014 ' }],
    ['ID_NUMBER_NORMALISED', 'id_number', { id_number: '11010519491231002x', birth_date: '1949-12-31', sex: '2' }],
    ['ID_NUMBER_CONVERTED', 'id_number', { id_number: '110105491231002', birth_date: '1949-12-31', sex: '2' }],
    ['ID_REGION_UNKNOWN', 'id_number', { id_number: '340290197506120030', birth_date: '1975-06-12' }],
    ['SEX_DIFFERS_FROM_NUMBER', 'sex', { sex: '2' }],
    ['SEX_MISSING', 'sex', { sex: '' }],
    ['BIRTH_DIFFERS_FROM_NUMBER', 'birth_date', { birth_date: '1933-01-02' }],
    ['BIRTH_DATE_MISSING', 'birth_date', { birth_date: '' }],
    ['NUMBER_AND_CERTIFICATE_MISSING', 'id_number', { id_number: '' }],
    ['BIRTH_CERTIFICATE_SHAPE', 'birth_certificate_no', { birth_certificate_no: '12345' }],
    ['PARENT_NUMBER_INVALID', 'father_id_number', { father_id_number: '340202193301010015' }],
    ['PARENT_NUMBER_INVALID', 'mother_id_number', { mother_id_number: '不详' }],
    ['PARENT_IS_SELF', 'father_id_number', { father_id_number: '340202193301010014' }],
    ['ETHNICITY_UNKNOWN', 'ethnicity', { ethnicity: '汉' }],
    ['HOUSEHOLD_TYPE_MISSING', 'household_type', { household_type: '' }],
    ['DECEASED_WITHOUT_DATE', 'death_date', { status: '9' }],
    ['DEATH_DATE_WITHOUT_STATUS', 'status', { death_date: '2020-01-01' }],
    ['NAME_SEPARATOR', 'name', { name: '古丽•艾买提' }],
    ['PRIVATE_USE_CHARACTER', 'name', { name: '王\uE815' }],
    ['UPDATED_AT_IN_FUTURE', 'updated_at', { updated_at: '2026-04-04' }],
  ])('goes in with the remark %s on %s', (code, column, change) => {
    const { row, warnings } = check(change);
    expect(row).toBeDefined();
    expect(warnings.map((w) => [w.code, w.column])).toEqual([[code, column]]);
  });

  it('with several errors names them all', () => {
    expect(check({ sex: '3', status: '', updated_at: 'x' }).errors.map((e) => e.code)).toEqual([
      'SEX_UNKNOWN',
      'STATUS_UNKNOWN',
      'UPDATED_AT_UNREADABLE',
    ]);
  });

  it('lets the registry win over the number, and the number speak where the registry is silent', () => {
    expect(kept({ sex: '2', birth_date: '1933-02-02' })).toMatchObject({ sex: 2, born: '1933-02-02' });
    expect(kept({ sex: '', birth_date: '' })).toMatchObject({ sex: 1, born: '1933-01-01' });
    expect(kept({ sex: '9' })).toMatchObject({ sex: 9 });
  });

  it('keeps a child that has a birth certificate and no number yet', () => {
    const child = { id_type: '', id_number: '', birth_certificate_no: 'x320101001', birth_date: '2025-12-31' };
    expect(check(child)).toMatchObject({
      errors: [],
      warnings: [],
      row: { idNumber: null, idType: null, birthCertificateNo: 'X320101001' },
    });
  });

  it('keeps both numbers of a person whose number has 15 digits', () => {
    const old = { id_number: '150102880730303', birth_date: '1988-07-30' };
    expect(kept(old)).toMatchObject({ idNumber: '150102198807303035', idNumberLegacy: '150102880730303' });
  });

  it.each([
    ['', '340202193301010014', '111'],
    ['身份证', '340202193301010014', '111'],
    ['citizen_id', '340202193301010014', '111'],
    ['', '810000199001010019', 'HMT_RESIDENCE'],
    ['港澳台居民居住证', '830000199001010039', 'HMT_RESIDENCE'],
    ['', '932682198501010017', 'PERMANENT_RESIDENT'],
    ['PERMANENT_RESIDENT', 'ABC110000000001', 'PERMANENT_RESIDENT'],
    ['516', 'H12345678', 'HM_PASS'],
    ['TW_PASS', '12345678', 'TW_PASS'],
    ['护照', 'E12345678', 'PASSPORT'],
  ])('takes the paper "%s" %s for %s', (id_type, id_number, idType) => {
    expect(kept({ id_type, id_number, birth_date: '', sex: '' })).toMatchObject({ idType, idNumber: id_number });
  });

  it.each([
    '11010519491231002X',
    '440308199901101512',
    '340202193212310015',
    '340202200002290020',
    '340202202201010115',
    '340202202212310121',
    '340202202501010213',
    '65313119800101101X',
    ...'340202196001010040 340202196001010091 340202196001010032 340202196001010083 340202196001010024'.split(' '),
    ...'340202196001010075 340202196001010016 340202196001010067 340202196001010198 340202196001010059'.split(' '),
    '34020219600101018X',
  ])('accepts the valid number %s without remark on its check digit or region', (id_number) => {
    const birth_date = id_number.slice(6, 14);
    const sex = Number(id_number[16]) % 2 ? '1' : '2';
    expect(check({ id_number, birth_date, sex })).toMatchObject({ errors: [], warnings: [] });
  });

  it.each([
    ['2024-02-29', '2024-02-29'],
    ['20240229', '2024-02-29'],
    ['2024/02/29', '2024-02-29'],
    ['2024/2/29', '2024-02-29'],
  ])('reads the day %s', (text, expected) => {
    expect(kept({ moved_in_on: text }).movedInOn).toBe(expected);
  });

  it.each([
    ['2026-01-05', '2026-01-04T16:00:00Z'],
    ['20260105', '2026-01-04T16:00:00Z'],
    ['2026-01-05 10:00:00', '2026-01-05T02:00:00Z'],
    ['2026/1/5 10:00', '2026-01-05T02:00:00Z'],
    ['20260105100000', '2026-01-05T02:00:00Z'],
    ['2026-01-05T10:00:00', '2026-01-05T02:00:00Z'],
    ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'],
    ['2026-01-05T10:00:00.25+08:00', '2026-01-05T02:00:00.25Z'],
    ['2026-01-05 10:00:00+0530', '2026-01-05T04:30:00Z'],
  ])('reads the time %s as China time unless it names its zone', (text, expected) => {
    expect(kept({ updated_at: text }).updatedAt).toBe(Date.parse(expected) * 1000);
  });

  it('pads a division code to twelve digits and counts names in characters, not in UTF-16 units', () => {
    expect(kept({ division_code: '340202' }).divisionCode).toBe('340202000000');
    expect(kept({ name: '𠮷'.repeat(50) }).name).toHaveLength(100);
  });

  it('compares names alike whichever separator was typed, and stores what was given', () => {
    const given = [
      '古丽·艾买提',
      '古丽•艾买提',
      '古丽・艾买提',
      '古丽‧艾买提',
      '古丽．艾买提',
      '古丽.艾买提',
      '古丽 · 艾买提',
    ];
    expect(new Set(given.map(nameForMatching))).toEqual(new Set(['古丽·艾买提']));
    expect(kept({ name: '古丽•艾买提' })).toMatchObject({ name: '古丽•艾买提', nameMatch: '古丽·艾买提' });
  });

  it('never repeats an identity number in a remark', () => {
    const number = withCheck('34020219330101003');
    for (const column of EXTRACT_COLUMNS) {
      const { errors, warnings } = check({ [column]: `${number}9` });
      expect(JSON.stringify([errors, warnings])).not.toContain('340202193301010');
    }
  });

  it('has a Chinese and an English sentence with its place for every remark', () => {
    for (const change of [{ sex: '3' }, { status: '' }, { name: '' }, { sex: '2' }] as Change[]) {
      const { errors, warnings } = check(change);
      for (const { code, column, detail } of [...errors, ...warnings]) {
        if (!isKnownRemark(code)) throw new Error(code);
        const sentence = remarkSentence(code, 7, column, detail ?? null);
        expect(sentence.zh).toContain(`第 7 行 ${column} 列`);
        expect(sentence.en).toContain(`Line 7, column ${column}`);
        expect(sentence.en).not.toContain('{detail}');
      }
    }
  });
});
