import type { Day } from '@app/kernel';
import type { TestClock, TestDatabase } from '@app/testing';
import { FactService } from '../fact/fact.service';
import type { FactAnswer } from '../fact/fact.types';
import { HouseholdChangeService } from './household-change.service';
import { MergeService } from './merge.service';
import { type OpenRegister, openRegister, type Row } from './register.fixture';
import { RegisterService } from './register.service';
import type { Evidence } from './register.types';

const PAPER: Evidence = { basis: 'document', sourceRef: '（2026）示例 1 号', reason: '凭证件办理' };
const COURT: Evidence = { basis: 'court', sourceRef: '（2026）示例民初 1 号', reason: '凭判决办理' };
let opened: OpenRegister;
let world: TestDatabase;
let clock: TestClock;
let register: RegisterService;
let merges: MergeService;
let households: HouseholdChangeService;
let facts: FactService;
let numberOf: OpenRegister['numberOf'];
let state: OpenRegister['state'];
let person: OpenRegister['person'];
let household: OpenRegister['household'];
let row: OpenRegister['row'];

beforeAll(async () => {
  opened = await openRegister();
  ({ world, clock, numberOf, state, person, household, row } = opened);
  [register, merges, households, facts] = [
    opened.get(RegisterService),
    opened.get(MergeService),
    opened.get(HouseholdChangeService),
    opened.get(FactService),
  ];
}, 60_000);
afterAll(() => opened?.close());
beforeEach(() => clock.advance(60_000));

const known = (id: string, validOn?: string, knownAt?: Date): Promise<FactAnswer[]> =>
  facts.answers([id], { validOn: validOn as Day | undefined, knownAt });
const said = (found: readonly FactAnswer[]) =>
  found.map(({ kind, code, answer }) => `${kind} ${code} ${answer}`).sort();
const factOf = async (id: string, code: string) => (await known(id)).find((fact) => fact.code === code)!;

describe('what the registry states', () => {
  it('becomes dated facts, and a newer statement closes the older one where it held until', async () => {
    const number = numberOf('1960-01-01');
    const base = { registry_person_id: 'S1', name: '王大', id_number: number, birth_date: '1960-01-01' };
    await state('2026-01-05', { ...base, household_no: 'S-1', relation_to_head: '02', moved_in_on: '2001-05-01' });
    const id = await person('S1');
    expect(said(await known(id, '2001-05-01'))).toEqual(['identity 111 yes', 'membership 02 yes']);
    expect(said(await known(id, '2001-04-30'))).toEqual(['identity 111 yes']);

    const before = clock.now();
    clock.advance(60_000);
    await state('2026-02-05', { ...base, household_no: 'S-2', relation_to_head: '02', moved_in_on: '2026-02-01' });
    const [first, second] = [await household('S-1'), await household('S-2')];
    const at = async (day: string, knownAt?: Date) =>
      (await known(id, day, knownAt)).filter(({ kind }) => kind === 'membership').map(({ householdId }) => householdId);
    expect(await at('2026-01-31')).toEqual([first]);
    expect(await at('2026-02-01')).toEqual([second]);
    expect(await at('2026-02-01', before)).toEqual([first]);
  });

  it('changes nothing when it is said again, and ends a death that the registry takes back', async () => {
    const base = {
      registry_person_id: 'S3',
      name: '王三',
      id_number: numberOf('1961-01-01'),
      birth_date: '1961-01-01',
    };
    await state('2026-01-05', { ...base, status: '9', death_date: '2026-01-02' });
    const id = await person('S3');
    expect(said(await known(id, '2026-01-02'))).toContain('death died yes');
    const count = () => world.admin(`select count(*)::int as n from registration.fact where person_id = $1`, [id]);
    const [{ n }] = (await count()) as [{ n: number }];
    await state('2026-01-06', { ...base, status: '9', death_date: '2026-01-02', ethnicity: '01' });
    expect(await count()).toEqual([{ n }]);
    await state('2026-01-07', { ...base, ethnicity: '01' });
    expect(said(await known(id))).toEqual(['identity 111 yes']);
    expect(await row(id)).toMatchObject({ status: 0, died: null });
  });

  it('that contradicts a fact of our own stands beside it, under investigation, until somebody settles it', async () => {
    const base = {
      registry_person_id: 'S4',
      name: '王四',
      id_number: numberOf('1962-01-01'),
      birth_date: '1962-01-01',
    };
    await state('2026-01-05', { ...base, household_no: 'S-4', relation_to_head: '02', moved_in_on: '2001-05-01' });
    const id = await person('S4');
    const { householdId } = await households.found(
      { householdNo: 'S-5', divisionCode: '340202100201', householdType: null, address: null },
      [{ personId: id, relation: '02' }],
      '2026-03-01' as Day,
      PAPER,
    );
    await state('2026-03-05', {
      ...base,
      household_no: 'S-4',
      relation_to_head: '02',
      moved_in_on: '2001-05-01',
      ethnicity: '01',
    });
    expect(await row(id)).toMatchObject({ household_id: householdId });
    const disputed = (await known(id)).filter(({ isDisputed }) => isDisputed);
    expect(disputed.map(({ kind, answer }) => `${kind} ${answer}`)).toEqual(['membership under-investigation']);

    await register.settle(disputed[0]!.id, false, PAPER);
    await state('2026-03-06', { ...base, household_no: 'S-4', relation_to_head: '02', moved_in_on: '2001-05-01' });
    expect((await known(id)).filter(({ isDisputed }) => isDisputed)).toEqual([]);
  });

  it('takes over a child that was registered at birth, by its birth certificate', async () => {
    await state('2026-01-05', {
      registry_person_id: 'S6',
      name: '王六',
      sex: '2',
      id_number: numberOf('1990-01-01', 2),
      birth_date: '1990-01-01',
    });
    const motherId = await person('S6');
    const child = await register.addNewborn({
      name: null,
      sex: 2,
      born: '2026-03-01' as Day,
      birthCertificateNo: 'X340000001',
      motherId,
      fatherId: null,
      divisionCode: '340202100201',
      ...PAPER,
    });
    expect(await row(child)).toMatchObject({ name: '王六之女', mother_id: motherId, status: 0, household_id: null });
    await state('2026-03-20', {
      registry_person_id: 'S7',
      name: '王小七',
      sex: '2',
      id_number: numberOf('2026-03-01', 2),
      birth_date: '2026-03-01',
      birth_certificate_no: 'X340000001',
      household_no: 'S-7',
      relation_to_head: '30',
    });
    expect(await person('S7')).toBe(child);
    expect(await row(child)).toMatchObject({
      name: '王小七',
      mother_id: motherId,
      has_number: true,
      household_id: await household('S-7'),
    });
    expect(said(await known(child))).toEqual([
      'identity 111 yes',
      'identity BIRTH_CERTIFICATE yes',
      'kinship birth-mother yes',
      'membership 30 yes',
    ]);
  });
});

describe('one person’s record', () => {
  const anybody = async (id: string, born = '1985-01-01', sex: 1 | 2 = 1, more: Row = {}) => {
    await state('2026-01-05', {
      registry_person_id: id,
      name: `人${id}`,
      sex: String(sex),
      id_number: numberOf(born, sex),
      birth_date: born,
      ...more,
    });
    return person(id);
  };

  it('ends a marriage on both sides with a death, and has it go on when the death was reported wrongly', async () => {
    const [a, b] = [await anybody('P1'), await anybody('P2', '1986-01-01', 2)];
    await register.recordMarriage(a, { id: b }, { from: '2010-05' as never, until: null }, PAPER);
    expect(said(await known(b, '2010-05-01'))).toContain('marriage spouse possible');
    expect(await row(b)).toMatchObject({ marital_status: '20' });
    await register.recordDeath(a, '2026-03-10', PAPER);
    expect(await row(a)).toMatchObject({ status: 9, died: '2026-03-10' });
    expect(await row(b)).toMatchObject({ marital_status: '30' });
    await register.reverseDeath(a, PAPER);
    expect(await row(a)).toMatchObject({ status: 0, died: null });
    expect(await row(b)).toMatchObject({ marital_status: '20' });
    await expect(
      register.recordMarriage(a, { name: '他人' }, { from: '2020-01-01' as never, until: null }, PAPER),
    ).rejects.toMatchObject({ code: 'FACTS_OVERLAP' });
    await expect(register.reverseDeath(a, PAPER)).rejects.toMatchObject({ code: 'NO_DEATH_ON_RECORD' });
  });

  it('has other parents in law from an adoption on, and the former ones again when it is undone', async () => {
    const [mother, father] = [await anybody('P3', '1986-01-01', 2), await anybody('P4')];
    const child = await register.addNewborn({
      name: '小',
      sex: 1,
      born: '2024-02-29' as Day,
      birthCertificateNo: null,
      motherId: mother,
      fatherId: null,
      divisionCode: '340202100201',
      ...PAPER,
    });
    const change = await register.recordKinship(
      child,
      [{ personId: father, kind: 'adoptive-father' }],
      { from: '2026-03-01' as never, until: null },
      [],
      COURT,
    );
    expect(await row(child)).toMatchObject({ father_id: father, mother_id: null });
    expect(said(await known(child, '2026-02-28'))).toEqual(['kinship birth-mother yes']);
    expect(said(await known(child, '2026-03-01'))).toEqual(['kinship adoptive-father yes']);
    const undo = await register.undo(change, '裁定撤销');
    expect(await row(child)).toMatchObject({ father_id: null, mother_id: mother });
    await expect(register.undo(change, '再次')).rejects.toMatchObject({ code: 'CHANGE_UNDONE' });
    await expect(register.undo(undo, '再次')).rejects.toMatchObject({ code: 'CHANGE_NOT_UNDOABLE' });
  });

  it('carries a corrected number, with the former one until that day and the 15 digits beside', async () => {
    const id = await anybody('P5', '1950-01-01');
    const number = numberOf('1950-01-01');
    await register.recordPaper(id, { kind: '111', number, from: '2026-02-01' as never, until: null }, COURT);
    await register.recordPaper(
      id,
      { kind: '111_15', number: '340202500101001', from: null, until: '2000' as never },
      PAPER,
    );
    expect(said(await known(id, '2026-01-31'))).toEqual(['identity 111 yes']);
    expect((await known(id, '2026-02-01')).map(({ numberMask }) => numberMask)).toEqual(['3402**************']);
    expect(said(await known(id, '2000-06-01'))).toEqual(['identity 111 yes', 'identity 111_15 possible']);
    await expect(
      register.recordPaper(id, { kind: '111', number: '340202195001010010', from: null, until: null }, PAPER),
    ).rejects.toMatchObject({ code: 'PAPER_NUMBER_UNUSABLE' });
  });

  it('is corrected with its former name on record, and the correction is undone', async () => {
    const id = await anybody('P6');
    const change = await register.correct(id, { name: '新名', born: '1985-02-01' as Day }, '2026-03', PAPER);
    expect(await row(id)).toMatchObject({ name: '新名', born: '1985-02-01' });
    expect(said(await known(id, '2026-03-15'))).toContain('name former possible');
    await register.undo(change, '录错');
    expect(await row(id)).toMatchObject({ name: '人P6', born: '1985-01-01' });
    await expect(register.correct(id, { name: '人P6' }, null, PAPER)).rejects.toMatchObject({
      code: 'NOTHING_TO_CORRECT',
    });
  });
});

describe('households', () => {
  it('split, change their head and merge, each day with one head', async () => {
    const common = { household_no: 'H-1', moved_in_on: '2001-01-01' };
    await state(
      '2026-01-05',
      {
        registry_person_id: 'H1',
        name: '父',
        id_number: numberOf('1960-01-01'),
        birth_date: '1960-01-01',
        relation_to_head: '02',
        ...common,
      },
      {
        registry_person_id: 'H2',
        name: '子',
        id_number: numberOf('1985-01-01'),
        birth_date: '1985-01-01',
        relation_to_head: '20',
        ...common,
      },
      {
        registry_person_id: 'H3',
        name: '媳',
        sex: '2',
        id_number: numberOf('1986-01-01', 2),
        birth_date: '1986-01-01',
        relation_to_head: '38',
        ...common,
      },
    );
    const [father, son, wife, from] = [
      await person('H1'),
      await person('H2'),
      await person('H3'),
      await household('H-1'),
    ];
    const household2 = {
      householdNo: 'H-2',
      divisionCode: '340202100',
      householdType: 'rural',
      address: '示例路 2 号',
    } as const;
    const couple = [
      { personId: son, relation: '02' },
      { personId: wife, relation: '12' },
    ];
    await expect(
      households.split(from, household2, [{ personId: son, relation: '20' }], [], '2026-03-01' as Day, PAPER),
    ).rejects.toMatchObject({ code: 'HEAD_MISSING' });
    const { householdId, changeId } = await households.split(from, household2, couple, [], '2026-03-01' as Day, PAPER);
    expect(await row(son)).toMatchObject({
      household_id: householdId,
      relation_to_head: '02',
      division_code: '340202100000',
    });
    expect(await row(father)).toMatchObject({ household_id: from });
    clock.advance(60_000);
    const head = await households.changeHead(
      householdId,
      [
        { personId: wife, relation: '02' },
        { personId: son, relation: '11' },
      ],
      '2026-03-10' as Day,
      PAPER,
    );
    expect(await row(wife)).toMatchObject({ relation_to_head: '02' });
    await expect(register.undo(changeId, '误办')).rejects.toMatchObject({
      code: 'CHANGE_BUILT_UPON',
      facts: { later: [head] },
    });
    clock.advance(60_000);
    await households.mergeInto(
      householdId,
      from,
      [
        { personId: son, relation: '20' },
        { personId: wife, relation: '38' },
      ],
      '2026-03-20' as Day,
      PAPER,
    );
    expect([await row(son), await row(wife)]).toMatchObject([
      { household_id: from, relation_to_head: '20' },
      { household_id: from, relation_to_head: '38' },
    ]);
    await expect(
      households.changeHead(from, [{ personId: son, relation: '02' }], '2026-03-25' as Day, PAPER),
    ).rejects.toMatchObject({ code: 'HEAD_MISSING' });
  });
});

describe('two records of one person', () => {
  it('merge with everything that names them, contradict only where somebody has decided, and come apart again', async () => {
    const number = numberOf('1990-05-05', 2);
    await state(
      '2026-01-05',
      {
        registry_person_id: 'M1',
        name: '陈一',
        sex: '2',
        id_number: number,
        birth_date: '1990-05-05',
        household_no: 'M-1',
        relation_to_head: '02',
        moved_in_on: '2010-01-01',
      },
      {
        registry_person_id: 'M2',
        name: '陈一',
        sex: '2',
        id_number: number,
        birth_date: '1990-05-05',
        household_no: 'M-2',
        relation_to_head: '02',
        moved_in_on: '2015-01-01',
      },
    );
    const [first, second] = [await person('M1'), await person('M2')];
    const child = await register.addNewborn({
      name: '陈小',
      sex: 1,
      born: '2026-02-02' as Day,
      birthCertificateNo: null,
      motherId: second,
      fatherId: null,
      divisionCode: '340202100201',
      ...PAPER,
    });
    expect(await row(first)).toMatchObject({ id_number_shared: true });
    const refused = await merges
      .merge(second, first, [], PAPER)
      .catch((error: { facts: { facts: string[] } }) => error);
    expect(refused).toMatchObject({ code: 'MERGE_CONFLICTS' });
    const keep = (await known(first)).find(({ kind }) => kind === 'membership')!.id;
    const before = [await known(first), await known(second), await known(child)].map(said);

    const change = await merges.merge(second, first, [keep], PAPER);
    expect(await row(second)).toMatchObject({ merged_into: first, status: 1, has_number: false, household_id: null });
    expect(await row(first)).toMatchObject({
      id_number_shared: false,
      has_number: true,
      household_id: await household('M-1'),
    });
    expect(await row(child)).toMatchObject({ mother_id: first });
    expect(said(await known(second))).toEqual([]);
    await expect(merges.merge(child, second, [], PAPER)).rejects.toMatchObject({ code: 'PERSON_MERGED' });
    await expect(register.recordDeath(second, '2026-03-01', PAPER)).rejects.toMatchObject({ code: 'PERSON_MERGED' });

    await register.undo(change, '实为二人');
    expect([await known(first), await known(second), await known(child)].map(said)).toEqual(before);
    expect(await row(second)).toMatchObject({ merged_into: null, status: 0, has_number: true, id_number_shared: true });
    expect(await row(child)).toMatchObject({ mother_id: second });
  });

  it('keeps a merge through the next extract, which still states both', async () => {
    const number = numberOf('1991-05-05');
    const rowsOf = (ethnicity: string) =>
      ['M3', 'M4'].map((id) => ({
        registry_person_id: id,
        name: '陈三',
        id_number: number,
        birth_date: '1991-05-05',
        ethnicity,
      }));
    await state('2026-01-05', ...rowsOf('01'));
    const [first, second] = [await person('M3'), await person('M4')];
    await merges.merge(second, first, [], PAPER);
    await state('2026-02-05', ...rowsOf('02'));
    expect(await row(second)).toMatchObject({ merged_into: first, status: 1, has_number: false });
    expect(await row(first)).toMatchObject({ has_number: true, id_number_shared: false });
  });

  it('come out of one record by a split, which can be undone', async () => {
    await state('2026-01-05', {
      registry_person_id: 'M5',
      name: '混一',
      id_number: numberOf('1970-01-01'),
      birth_date: '1970-01-01',
      household_no: 'M-5',
      relation_to_head: '02',
    });
    const id = await person('M5');
    const membership = await factOf(id, '02');
    const made = await merges.split(id, [membership.id], { name: '另人', sex: 1, born: null }, COURT);
    expect(await row(made.personId)).toMatchObject({
      name: '另人',
      household_id: await household('M-5'),
      has_number: false,
    });
    expect(await row(id)).toMatchObject({ household_id: null });
    await register.undo(made.changeId, '误拆');
    expect(await row(id)).toMatchObject({ household_id: await household('M-5') });
    expect(await row(made.personId)).toMatchObject({ merged_into: id, status: 1 });
  });
});
