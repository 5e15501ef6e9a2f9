import * as fs from 'node:fs';
import type { Caller } from '@app/access';
import { LedgerImportService } from '../../apps/registration/src/certificate/ledger-import.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import * as made from '../support/family';
import { GraphClient } from '../support/graph-client';
import { type Messages, openMessages } from '../support/messages';

const MOTHER = made.citizenNumber('1995-05-05', 22);
const FATHER = made.citizenNumber('1993-03-03', 31);
const NUMBER = 'SD200900000123';

let world: CountyWorld;
let graph: GraphClient;
let messages: Messages;
let files = 0;

beforeAll(async () => {
  world = await openCountyWorld('2026-04-01');
  graph = await GraphClient.open(world);
  messages = await openMessages(world);
});
beforeEach(async () => {
  await messages.settle();
  await world.reset();
  world.clock.set('2026-04-01');
  await world.get(RegistryImportService).import(file(made.family().slice(0, 2)));
  await world.get(FactService).pull();
});
afterAll(async () => {
  await messages?.close();
  await graph?.close();
  await world?.close();
});

type Row = Record<string, string>;
const file = (rows: Parameters<CountyWorld['file']>[1]) => world.file(`${++files}.csv`, rows);
const line = (more: Row = {}): Row => ({
  certificate_no: NUMBER,
  office_code: '340202',
  issued_on: '2009-06-01',
  child_name: '示例孩',
  child_birth_date: '2008-05-05',
  mother_name: '示例M1',
  mother_id_number: MOTHER,
  father_name: '示例F1',
  father_id_number: FATHER,
  grade: 'ledger',
  ...more,
});
const take = (...rows: Row[]) =>
  world.get(LedgerImportService).import(file(rows), { rejectsFile: `${world.folder}/rejects.csv` });

const citizen = (id: string, idNumber: string): Caller => ({
  id,
  name: id,
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber,
});
const mother = citizen('mother', MOTHER);
const father = citizen('father', FATHER);
const stranger = citizen('stranger', made.citizenNumber('1990-01-01', 77));

interface Shown {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  readonly cancelledOn: string | null;
  readonly verificationCode: string;
  readonly replaces: { readonly number: string; readonly state: string } | null;
  readonly holders: readonly { readonly role: string; readonly person: { readonly id: string } | null }[];
}
const SHOWN = 'id number state cancelledOn verificationCode replaces { number state } holders { role person { id } }';

async function mine(who: Caller = mother): Promise<Shown[]> {
  const { data, refused } = await graph.ask<{ myCertificates: Shown[] }>(who, `{ myCertificates { ${SHOWN} } }`);
  expect(refused).toEqual([]);
  return data.myCertificates;
}
const personId = async (number: string): Promise<string> => {
  const [row] = await world.database.admin<{ id: string }>(
    `select p.id from registration.person p where registry_person_id = $1`,
    [number === MOTHER ? 'M1' : 'F1'],
  );
  return row!.id;
};
const REPLACE = `mutation ($holder: ID!, $born: Day!, $number: String) {
  replaceCertificate(holder: $holder, childBorn: $born, number: $number, reason: "原证遗失") { ${SHOWN} } }`;
const replace = async (born = '2008-05-05', number: string | null = null) =>
  graph.ask<{ replaceCertificate: Shown }>('county-confirmer', REPLACE, {
    holder: await personId(MOTHER),
    born,
    number,
  });
const VERIFY = 'query ($number: String!, $code: String!) { verifyCertificate(number: $number, code: $code) }';
async function verify(number: string, code: string): Promise<unknown> {
  const { data } = await graph.ask<{ verifyCertificate: string }>(undefined, VERIFY, { number, code });
  return data.verifyCertificate;
}
const giveUp = (id: string, who: Caller, effectiveOn: string | null = null) =>
  graph.ask<{ giveUpCertificate: Shown }>(
    who,
    `mutation ($id: ID!, $on: Day) { giveUpCertificate(id: $id, effectiveOn: $on) { state cancelledOn } }`,
    { id, on: effectiveOn },
  );

describe('a ledger of legacy certificates', () => {
  it('goes in once, row by row, and every row that does not has its reason', async () => {
    const rows = [
      line(),
      line({ certificate_no: '老号 7', issued_on: '1999-01-01', child_birth_date: '1998-01-01', mother_id_number: '' }),
      line({ certificate_no: 'SD201600000001', child_birth_date: '2016-01-01', issued_on: '2016-02-01' }),
      line({ certificate_no: 'SD200900000125', father_id_number: '340202199303030000' }),
      line({ child_name: '另一人' }),
    ];
    const first = await take(...rows);
    expect(first).toMatchObject({
      total: 5,
      accepted: 2,
      unchanged: 0,
      rejected: 3,
      perCode: {
        HOLDER_NUMBER_MISSING: 1,
        NUMBER_OFF_SCHEME: 1,
        BORN_AFTER_THE_PERIOD: 1,
        HOLDER_NUMBER: 1,
        NUMBER_TAKEN: 1,
      },
    });
    expect(await take(...rows)).toMatchObject({ accepted: 0, unchanged: 2, rejected: 3 });
    const rejects = fs.readFileSync(`${world.folder}/rejects.csv`, 'utf8');
    expect(rejects).toContain('2016年1月1日及以后出生的，不发放光荣证');
    expect(rejects).not.toMatch(/\d{15}/);
  });

  it('cannot hold one for a birth from 2016-01-01 on, even by hand in SQL', async () => {
    await take(line());
    await expect(
      world.database.admin(
        `insert into registration.certificate (number, office_code, fits_scheme, issued_on, child_name, child_born, grade, source_ref,
           row_hash, recorded_by, recorded_at)
         select 'X', office_code, true, '2016-02-01', '某', '2016-01-01', 'ledger', 'x', row_hash, 'x', now() from registration.certificate`,
      ),
    ).rejects.toThrow('certificate_only_for_the_one_child_period');
  });

  it('is found by number and by holder within the county, by its holders, and by nobody else', async () => {
    await take(line());
    const find = `query ($f: CertificateFilter) { certificates(filter: $f) { nodes { ${SHOWN} } } }`;
    for (const f of [{ number: NUMBER }, { holder: await personId(FATHER) }]) {
      const { data } = await graph.ask<{ certificates: { nodes: Shown[] } }>('county-confirmer', find, { f });
      expect(data.certificates.nodes).toMatchObject([{ number: NUMBER, state: 'VALID' }]);
      expect(data.certificates.nodes[0]!.holders.map(({ role }) => role)).toEqual(['MOTHER', 'FATHER']);
    }
    expect((await mine()).map(({ holders }) => holders.length)).toEqual([1]);
    expect(await mine(stranger)).toEqual([]);
    expect((await graph.ask(stranger, find, { f: {} })).refused).toEqual(['NOT_PERMITTED']);
  });
});

describe('a lost certificate', () => {
  it('gets another number, and the old one is marked', async () => {
    await take(line());
    const { data } = await replace();
    expect(data.replaceCertificate).toMatchObject({
      number: expect.stringMatching(/^BL3402022026\d{6}$/) as string,
      state: 'VALID',
      replaces: { number: NUMBER, state: 'REPLACED' },
    });
    expect((await replace('2008-05-05', NUMBER)).refused).toEqual(['CERTIFICATE_NEVER_ISSUED']);
  });

  it('that never was is not issued, and none for a birth from 2016 on', async () => {
    expect((await replace()).refused).toEqual(['CERTIFICATE_NEVER_ISSUED']);
    const { refused, errors } = await replace('2016-01-01');
    expect(refused).toEqual(['CERTIFICATE_PERIOD_OVER']);
    expect(errors[0]!.message).toContain('不再发放独生子女父母光荣证');
  });
});

describe('verification', () => {
  it('tells whoever has number and code whether it is valid, and nothing else', async () => {
    await take(line());
    const [own] = await mine();
    const code = own!.verificationCode;
    expect(await verify(NUMBER, code)).toBe('VALID');
    expect(await verify(` ${NUMBER} `, code.toLowerCase().replace('-', ' '))).toBe('VALID');
    expect(await verify(NUMBER, '00000-00000')).toBe('UNKNOWN');
    expect(await verify('SD200900000999', code)).toBe('UNKNOWN');
    await replace();
    expect(await verify(NUMBER, code)).toBe('CANCELLED');
  });
});

describe('giving a certificate up', () => {
  it('takes the wish of both holders; until then it stays valid, and the one who asked may think again', async () => {
    await take(line());
    const [own] = await mine();
    expect((await giveUp(own!.id, mother)).data.giveUpCertificate).toMatchObject({ state: 'CANCELLING' });
    expect(await verify(NUMBER, own!.verificationCode)).toBe('VALID');
    const keep = 'mutation ($id: ID!) { keepCertificate(id: $id) { state } }';
    expect((await graph.ask(father, keep, { id: own!.id })).refused).toEqual(['CERTIFICATE_OF_OTHERS']);
    expect((await graph.ask(mother, keep, { id: own!.id })).data).toEqual({ keepCertificate: { state: 'VALID' } });

    await giveUp(own!.id, mother);
    expect((await giveUp(own!.id, father)).data.giveUpCertificate).toEqual({
      state: 'CANCELLED',
      cancelledOn: '2026-04-01',
    });
    expect(await verify(NUMBER, own!.verificationCode)).toBe('CANCELLED');
    expect((await giveUp(own!.id, father)).refused).toEqual([]); // A second click changes nothing.
    expect((await giveUp(own!.id, stranger)).refused).toEqual(['CERTIFICATE_UNKNOWN']);
  });

  it('ends benefits from the effective day on, and none before it', async () => {
    await take(line());
    const findings = [MOTHER, FATHER].map((person_id_number) => ({
      person_id_number,
      finding: 'only_child_certificate',
      value: 'true',
      valid_from: '2009-06-01',
      document_no: NUMBER,
      issued_by: '示例县',
    }));
    await world.get(IntakeService).importFindings(file(findings));
    const [own] = await mine();
    expect((await giveUp(own!.id, mother, '2026-03-31')).refused).toEqual(['CERTIFICATE_EFFECTIVE_DAY']);
    await giveUp(own!.id, mother);
    await giveUp(own!.id, father);
    await messages.settle();
    const kept = await world.database.admin(
      `select value, lower(valid)::text as "from", upper(valid)::text as until, count(*)::int as holders from subsidy.finding
        where name = 'only_child_certificate' group by 1, 2, 3 order by 2`,
    );
    expect(kept).toEqual([
      { value: 'true', from: '2009-06-01', until: '2026-04-01', holders: 2 },
      { value: 'false', from: '2026-04-01', until: null, holders: 2 },
    ]);
    const now = await world.database.admin(
      'select distinct only_child_certificate as has from subsidy.person_fact where only_child_certificate is not null',
    );
    expect(now).toEqual([{ has: false }]);
  });

  it('at the counter goes by the written wish of both, or of the one who is left', async () => {
    await take(line({ father_name: '', father_id_number: '' }));
    const [own] = await mine();
    const cancel = `mutation ($id: ID!, $by: [ParentRole!]!, $document: String!, $on: Day) {
      cancelCertificate(id: $id, wishedBy: $by, document: $document, effectiveOn: $on) { state cancelledOn } }`;
    const ask = (by: string[], document: string, on: string | null = null) =>
      graph.ask<{ cancelCertificate: Shown }>('county-confirmer', cancel, { id: own!.id, by, document, on });
    expect((await ask(['MOTHER'], '无')).refused).toEqual(['CERTIFICATE_WISH_NOT_SHOWN']);
    const asked = await ask(['MOTHER'], '申请书〔2026〕3号', '2026-07-01');
    expect(asked.refused).toEqual([]);
    expect(asked.data.cancelCertificate).toEqual({ state: 'CANCELLED', cancelledOn: '2026-07-01' });
    expect(await verify(NUMBER, own!.verificationCode)).toBe('VALID'); // Until that day.
    world.clock.set('2026-07-01');
    expect(await verify(NUMBER, own!.verificationCode)).toBe('CANCELLED');
  });
});
