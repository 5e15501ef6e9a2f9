import * as made from '../support/family';
import { citizen, CLERK, CONFIRMER, COURT, PAPER, RegisterCounty, stranger } from '../support/register-county';

const [FATHER, MOTHER, CHILD] = made.namedFamily('父亲', '母亲', '孩子');
const SON = made.registryRow('S1', '2000-01-01', 33, {
  name: '长子',
  relation_to_head: '21',
  marital_status: '10',
  moved_in_on: '2000-02-01',
});
const HOUSEHOLD = '100000001';

let county: RegisterCounty;
let [father, mother, child, son] = ['', '', '', ''];

beforeAll(async () => void (county = await RegisterCounty.open()), 60_000);
beforeEach(async () => {
  await county.reset();
  await county.state(FATHER, MOTHER, CHILD, SON);
  [father, mother, child, son] = [
    await county.person('父亲'),
    await county.person('母亲'),
    await county.person('孩子'),
    await county.person('长子'),
  ];
});
afterAll(() => county?.close());

const shown = async (id: string, fields: string) => {
  const query = `query ($id: ID!) { person(id: $id) { ${fields} } }`;
  return (await county.done<{ person: Record<string, unknown> }>('auditor', query, { id })).person;
};
const members = async (householdNo: string) => {
  const query = `query ($no: String!) { households(filter: { householdNo: $no }) { nodes { members { name relationToHead } } } }`;
  type Found = { households: { nodes: { members: { name: string; relationToHead: string }[] }[] } };
  const { households } = await county.done<Found>('auditor', query, { no: householdNo });
  return households.nodes[0]!.members.map(({ name, relationToHead }) => `${relationToHead} ${name}`).sort();
};
const NEW = { householdNo: '200000001', division: '340202100201', householdType: 'UNIFIED' };

describe('an officer at the register', () => {
  it('corrects a name on evidence, with the former one on record, and takes it back', async () => {
    const correction = { id: son, name: '长子新', renamedOn: '2026-03-15', evidence: PAPER };
    expect((await county.tryChange(stranger, 'correctPerson', correction)).refused).toEqual(['PERSONS_UNKNOWN']);
    expect((await county.tryChange('auditor', 'correctPerson', correction)).refused).toEqual(['NOT_PERMITTED']);
    const id = await county.change(CLERK, 'correctPerson', correction);
    expect((await county.tryChange(CLERK, 'correctPerson', correction)).refused).toEqual(['NOTHING_TO_CORRECT']);
    expect(await shown(son, 'name changes { kind basis sourceRef reason actor undoneBy persons { name } }')).toEqual({
      name: '长子新',
      changes: [
        {
          kind: 'correction',
          basis: 'DOCUMENT',
          sourceRef: PAPER.sourceRef,
          reason: PAPER.reason,
          actor: 'demo-county-reviewer',
          undoneBy: null,
          persons: [{ name: '长子新' }],
        },
      ],
    });
    const names = async (validOn: string) =>
      (await county.facts(son, { validOn })).filter(({ kind }) => kind === 'NAME').map(({ code }) => code);
    expect([await names('2026-03-14'), await names('2026-03-15')]).toEqual([['former'], []]);
    await county.change(CONFIRMER, 'undoChange', { id, reason: '录错人' });
    expect(await shown(son, 'name')).toEqual({ name: '长子' });
    expect(await names('2026-03-14')).toEqual([]);
  });

  it('looks into what an extract says against a change of our own, and settles it one way or the other', async () => {
    await county.change(CLERK, 'foundHousehold', {
      household: NEW,
      members: [{ person: son, relation: '02' }],
      on: '2026-03-01',
      evidence: PAPER,
    });
    const household = async () => (await shown(son, 'household { householdNo }')).household;
    const insists = async (day: string) =>
      county.state({ ...SON, address: `示例村${day}号`, updated_at: `2026-03-${day}T00:00:00+08:00` });
    await insists('10');
    const disputed = async () => (await county.facts(son)).filter(({ isDisputed }) => isDisputed);
    expect(await disputed()).toMatchObject([
      { kind: 'MEMBERSHIP', answer: 'UNDER_INVESTIGATION', household: { householdNo: HOUSEHOLD } },
    ]);
    expect(await household()).toEqual({ householdNo: NEW.householdNo });

    const [fact] = await disputed();
    const settled = { id: fact!.id, holds: false, evidence: PAPER };
    expect((await county.tryChange(stranger, 'settleFact', settled)).refused).toEqual(['FACT_UNKNOWN']);
    const id = await county.change(CONFIRMER, 'settleFact', settled);
    expect((await county.tryChange(CONFIRMER, 'settleFact', settled)).refused).toEqual(['FACT_UNKNOWN']);
    await insists('12');
    expect(await disputed()).toEqual([]);

    // Taken back and settled the other way: what contradicts it ends.
    await county.change(CONFIRMER, 'undoChange', { id, reason: '核查有误' });
    const [again] = await disputed();
    await county.change(CONFIRMER, 'settleFact', { ...settled, id: again!.id, holds: true });
    expect(await household()).toEqual({ householdNo: HOUSEHOLD });
    expect(await disputed()).toEqual([]);
  });

  it('puts a fact of the registry under investigation once, and it binds nobody meanwhile', async () => {
    const kin = (await county.facts(child)).find(({ code }) => code === 'registered-father')!;
    const doubt = { id: kin.id, evidence: PAPER };
    expect((await county.tryChange(CLERK, 'withdrawFact', doubt)).refused).toEqual(['FACT_OF_THE_REGISTRY']);
    const id = await county.change(CLERK, 'investigateFact', doubt);
    expect((await county.tryChange(CLERK, 'investigateFact', doubt)).refused).toEqual(['FACT_UNKNOWN']);
    expect(await shown(child, 'father { name } mother { name }')).toEqual({ father: null, mother: { name: '母亲' } });
    await county.change(CONFIRMER, 'undoChange', { id, reason: '亲子鉴定已补' });
    expect(await shown(child, 'father { name }')).toEqual({ father: { name: '父亲' } });
    const court = {
      id: (await county.facts(child)).find(({ code }) => code === 'registered-father')!.id,
      evidence: COURT,
    };
    await county.change(CLERK, 'withdrawFact', court);
    expect((await county.tryChange(CLERK, 'withdrawFact', court)).refused).toEqual(['FACT_UNKNOWN']);
    expect(await shown(child, 'father { name }')).toEqual({ father: null });
  });

  it('splits a household, gives it another head, merges it back, and undoes it all in turn', async () => {
    const from = await county.household(HOUSEHOLD);
    const before = await members(HOUSEHOLD);
    const split = {
      from,
      household: NEW,
      members: [
        { person: mother, relation: '02' },
        { person: child, relation: '30' },
      ],
      on: '2026-03-01',
      evidence: PAPER,
    };
    expect((await county.tryChange(stranger, 'splitHousehold', split)).refused).toEqual(['HOUSEHOLD_UNKNOWN']);
    expect((await county.tryChange(CLERK, 'splitHousehold', split)).refused).toEqual(['NOT_PERMITTED']);
    const parted = await county.change(CONFIRMER, 'splitHousehold', split);
    expect((await county.tryChange(CONFIRMER, 'splitHousehold', split)).refused).toEqual(['NOT_A_MEMBER']);
    expect(await members(NEW.householdNo)).toEqual(['02 母亲', '30 孩子']);
    expect(await members(HOUSEHOLD)).toEqual(['02 父亲', '21 长子']);

    const household = await county.household(HOUSEHOLD);
    const head = {
      household,
      relations: [
        { person: son, relation: '02' },
        { person: father, relation: '51' },
      ],
      on: '2026-03-10',
      evidence: PAPER,
    };
    const headed = await county.change(CLERK, 'changeHead', head);
    expect((await county.tryChange(CLERK, 'changeHead', head)).refused).toEqual(['NOTHING_CHANGES']);
    expect(await members(HOUSEHOLD)).toEqual(['02 长子', '51 父亲']);

    const back = {
      from: await county.household(NEW.householdNo),
      into: from,
      relations: [
        { person: mother, relation: '52' },
        { person: child, relation: '70' },
      ],
      on: '2026-03-20',
      evidence: PAPER,
    };
    const merged = await county.change(CONFIRMER, 'mergeHouseholds', back);
    expect((await county.tryChange(CONFIRMER, 'mergeHouseholds', back)).refused).toEqual(['NOTHING_CHANGES']);
    expect(await members(HOUSEHOLD)).toEqual(['02 长子', '51 父亲', '52 母亲', '70 孩子']);

    expect((await county.tryChange(CONFIRMER, 'undoChange', { id: parted, reason: '误办' })).refused).toEqual([
      'CHANGE_BUILT_UPON',
    ]);
    for (const id of [merged, headed, parted]) await county.change(CONFIRMER, 'undoChange', { id, reason: '误办' });
    expect(await members(HOUSEHOLD)).toEqual(before);
  });

  it('moves people in and out once each', async () => {
    const household = await county.household(HOUSEHOLD);
    const out = { persons: [son], on: '2026-03-05', evidence: PAPER };
    await county.change(CLERK, 'moveOut', out);
    expect((await county.tryChange(CLERK, 'moveOut', out)).refused).toEqual(['NOT_A_MEMBER']);
    expect(await shown(son, 'status')).toEqual({ status: 'MOVED_OUT' });
    const into = { household, members: [{ person: son, relation: '21' }], on: '2026-03-20', evidence: PAPER };
    expect((await county.tryChange(stranger, 'moveToHousehold', into)).refused).toEqual(['HOUSEHOLD_UNKNOWN']);
    const id = await county.change(CLERK, 'moveToHousehold', into);
    expect((await county.tryChange(CLERK, 'moveToHousehold', into)).refused).toEqual(['NOTHING_CHANGES']);
    expect(await shown(son, 'status')).toEqual({ status: 'VALID' });
    await county.change(CONFIRMER, 'undoChange', { id, reason: '误办' }); // Nothing was built upon it by the second press.
    expect(await shown(son, 'status')).toEqual({ status: 'MOVED_OUT' });
  });

  it.each<[string, () => object, string]>([
    ['recordPaper', () => ({ id: son, kind: 'PASSPORT', number: 'E12345678', from: '2026-01-05' }), 'FACT_ON_RECORD'],
    ['recordPaper', () => ({ id: son, kind: 'PASSPORT', number: 'E12345678', from: '2026-01' }), 'FACT_ON_RECORD'],
    ['recordMarriage', () => ({ id: son, spouseName: '外县人', from: '2025-05-20' }), 'FACT_ON_RECORD'],
    ['recordMarriage', () => ({ id: son, spouseName: '外县人', from: 'unknown' }), 'FACT_ON_RECORD'],
    ['recordDeath', () => ({ id: son, on: '2026' }), 'DEATH_ON_RECORD'],
    [
      'recordKinship',
      () => ({ child, elders: [{ person: son, kind: 'GUARDIAN' }], from: '2026-03' }),
      'FACT_ON_RECORD',
    ],
    [
      'recordKinship',
      () => ({ child, elders: [{ person: son, kind: 'ADOPTIVE_FATHER' }], from: '2026-03' }),
      'FACT_ON_RECORD',
    ],
    [
      'registerNewborn',
      () => ({ name: '新生', sex: 'MALE', born: '2026-03-30', mother, division: '340202100201' }),
      'NEWBORN_ON_RECORD',
    ],
  ])('says no to the second press of %s, and nothing is there twice', async (operation, args, refused) => {
    const asked = { ...args(), evidence: PAPER };
    await county.change(CLERK, operation, asked);
    const rows = () => county.world.database.admin('select id, ended_at from registration.fact order by id');
    const people = () => county.world.database.admin('select id from registration.person order by id');
    const before = [await rows(), await people()];
    expect((await county.tryChange(CLERK, operation, asked)).refused).toEqual([refused]);
    expect([await rows(), await people()]).toEqual(before);
  });

  it('works in no other county, whatever is asked for', async () => {
    const evidence = PAPER;
    const [fact] = await county.facts(son);
    const household = await county.household(HOUSEHOLD);
    const change = await county.change(CLERK, 'correctPerson', { id: son, name: '长子新', evidence });
    const attempts: [string, object, string][] = [
      ['recordPaper', { id: son, kind: 'PASSPORT', number: 'E12345678', evidence }, 'PERSONS_UNKNOWN'],
      ['recordKinship', { child, elders: [{ person: son, kind: 'GUARDIAN' }], evidence }, 'PERSONS_UNKNOWN'],
      ['recordMarriage', { id: son, spouseName: '外县人', from: '2025-05-20', evidence }, 'PERSONS_UNKNOWN'],
      ['recordDeath', { id: son, on: '2026-03-01', evidence }, 'PERSONS_UNKNOWN'],
      ['reverseDeath', { id: son, evidence }, 'PERSONS_UNKNOWN'],
      ['moveOut', { persons: [son], on: '2026-03-01', evidence }, 'PERSONS_UNKNOWN'],
      ['mergePersons', { from: son, into: father, evidence }, 'PERSONS_UNKNOWN'],
      [
        'registerNewborn',
        { sex: 'MALE', born: '2026-03-30', mother, division: '340202100201', evidence },
        'PERSONS_UNKNOWN',
      ],
      ['closeFact', { id: fact!.id, on: '2026-03-01', evidence }, 'FACT_UNKNOWN'],
      ['withdrawFact', { id: fact!.id, evidence: COURT }, 'FACT_UNKNOWN'],
      ['investigateFact', { id: fact!.id, evidence }, 'FACT_UNKNOWN'],
      ['splitPerson', { id: son, facts: [fact!.id], name: '某', sex: 'MALE', evidence }, 'FACT_UNKNOWN'],
      ['changeHead', { household, relations: [], on: '2026-03-01', evidence }, 'HOUSEHOLD_UNKNOWN'],
      ['undoChange', { id: change, reason: '误办' }, 'CHANGE_UNKNOWN'],
    ];
    const answers: [string, readonly string[]][] = [];
    for (const [operation, args] of attempts)
      answers.push([operation, (await county.tryChange(stranger, operation, args)).refused]);
    expect(answers).toEqual(attempts.map(([operation, , code]) => [operation, [code]]));
    expect(await shown(son, 'name')).toEqual({ name: '长子新' });
  });
});

describe('a citizen', () => {
  it('sees how their own and their child’s record was changed, by whom and why, and nobody else’s', async () => {
    await county.change(CLERK, 'correctPerson', { id: child, name: '孩子新', evidence: PAPER });
    await county.change(CLERK, 'recordDeath', { id: son, on: '2026-03-02', evidence: PAPER });
    const asked = '{ myFamily { name changes { kind reason actor persons { name } } } }';
    type Seen = { myFamily: { name: string; changes: { kind: string; reason: string }[] }[] };
    const own = await county.done<Seen>(citizen('mother', String(MOTHER.id_number)), asked);
    expect(own.myFamily.map(({ name, changes }) => [name, changes.map(({ kind }) => kind)])).toEqual(
      expect.arrayContaining([
        ['孩子新', ['correction']],
        ['母亲', []],
      ]),
    );
    expect(JSON.stringify(own)).not.toContain('长子');
    const theirs = await county.done<Seen>(citizen('son', String(SON.id_number)), asked);
    expect(theirs.myFamily.map(({ name, changes }) => [name, changes.length])).toEqual([['长子', 1]]);
    const reach = `{ person(id: "${child}") { changes { id } } }`;
    expect(await county.refused(citizen('son', String(SON.id_number)), reach)).toEqual(['NOT_PERMITTED']);
  });
});
