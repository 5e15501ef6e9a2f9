import { randomUUID } from 'node:crypto';
import type { CoordinationAnswer, CoordinationAsked } from '@app/contracts';
import { Outbox } from '@app/jobs';
import { day, type Day, type DivisionCode } from '@app/kernel';
import { asOfficer } from '../../../../test/support/officer';
import { BeneficiaryRepository } from '../beneficiary/beneficiary.repository';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { MatterRepository } from './matter.repository';
import { HearingService } from './hearing.service';
import { MatterService } from './matter.service';
import { CASE_FIELDS } from './matter.types';
import { type Child, MovesWorld, NEW, OLD, servicesOf, villageOf } from '../../../../test/support/moves-world';
import { PortabilityRepository } from './portability.repository';

const AWAY = '440305000000';

let world: MovesWorld;
let matters: MatterService;
let hearing: HearingService;
/** What migrant knows of matters. */
const known = new Map<string, CoordinationAnswer>();

beforeAll(async () => {
  world = await MovesWorld.open();
  const { database, clock, vault } = world.money;
  const { switching, reimbursements } = servicesOf(world.money);
  matters = new MatterService(
    database,
    new Outbox('subsidy'),
    clock,
    vault,
    new MatterRepository(),
    new PortabilityRepository(),
    switching,
    reimbursements,
    new BeneficiaryService(new BeneficiaryRepository()),
  );
  hearing = new HearingService(
    {
      answer: (_app, matter) => Promise.resolve(known.get(matter) ?? null),
      answers: (_app, all) => Promise.resolve(all.flatMap((matter) => known.get(matter) ?? [])),
    },
    matters,
  );
}, 60_000);
afterEach(async () => expect(await world.money.verification.run()).toEqual([]));
afterAll(() => world?.close());

const asked = (child: Child, more: Partial<CoordinationAsked> = {}): CoordinationAsked => ({
  request: randomUUID(),
  kind: 'transfer-case',
  purpose: '转接',
  legalBasis: '人口与计划生育法第十四条',
  fromDivision: AWAY,
  toDivision: OLD,
  personId: child.personId,
  fields: CASE_FIELDS,
  offered: { programme: 'childcare', moved_on: '2025-11-20' },
  ...more,
});
const states = async (child: Child) => (await world.claims(child)).map(({ state }) => state);
const answerOf = (matter: string, more: Partial<CoordinationAnswer>): CoordinationAnswer => ({
  request: 'r',
  matter,
  outcome: 'confirmed',
  values: {},
  answeredOn: null,
  isLate: false,
  ...more,
});

describe('a case that another installation asks for', () => {
  it('is handed over where our register shows that they left: the old place stops, and the same answer comes again', async () => {
    const child = await world.child();
    await world.register(child, OLD, { status: 8, out: '2025-11-20' });
    const request = asked(child);
    const reply = await matters.answer(request);
    expect(reply).toMatchObject({
      outcome: 'confirmed',
      values: { claim_year: '2026', submitted_on: '2026-01-05', relation: 'mother', bank_code: '102362000001' },
    });
    expect(reply!.values.applicant_id_number).toMatch(/^340202/);
    expect(await states(child)).toEqual(['withdrawn']);
    expect((await world.standing(child)).at(-1)).toContain('440305!');
    expect(await matters.answer(request)).toEqual(reply);
    await world.admin('delete from subsidy.fact_moved');
  });

  it('is answered no further than it was asked, and by a person where our register does not show it', async () => {
    const [gone, here] = [await world.child(), await world.child()];
    await world.register(gone, OLD, { status: 8, out: '2025-11-20' });
    const reply = await matters.answer(asked(gone, { fields: ['paid_until', 'claim_year'] }));
    expect(reply!.values).toEqual({ claim_year: '2026' });
    expect(await matters.answer(asked(here))).toBeNull();
    expect(await states(here)).toEqual(['confirmed']);
    const nobody = { personId: randomUUID(), beneficiaryId: '' };
    expect(await matters.answer(asked(nobody))).toMatchObject({ outcome: 'not-found' });
    await world.admin('delete from subsidy.fact_moved');
  });
});

describe('a case that we ask another installation for', () => {
  const arrived = async (): Promise<Child> => {
    const personId = randomUUID();
    await world.admin(
      `insert into subsidy.person_fact (person_id, status, born, division_code, hukou) values ($1, 0, '2025-02-02', $2, 'unified')`,
      [personId, villageOf(NEW)],
    );
    return { personId, beneficiaryId: '' };
  };
  const request = (child: Child) =>
    asOfficer('confirmer', () =>
      matters.requestCase({
        personId: child.personId,
        programme: 'childcare',
        from: AWAY,
        movedOn: day('2026-02-10'),
        actor: 'confirmer',
        division: NEW as DivisionCode,
      }),
    );
  const values = {
    responsible_until: '2026-01-01' as Day,
    claim_year: '2026',
    submitted_on: '2026-01-08',
    relation: 'mother',
    applicant_id_number: '440305199001011234',
    holder_name: '示例母',
    bank_code: '103',
    account_no: '6228480099999999',
    account_kind: 'debit',
  };

  it('goes on here without an application, once, and says only what the other place needs', async () => {
    const child = await arrived();
    const { id } = await request(child);
    expect((await request(child)).id).toBe(id);
    expect(await matters.matter(id)).toMatchObject({
      kind: 'transfer-case',
      fromDivision: NEW,
      toDivision: AWAY,
      personId: child.personId,
      offered: { programme: 'childcare', moved_on: '2026-02-10' },
    });
    known.set(id, answerOf(id, { values }));
    await hearing.hear([id]);
    await hearing.hear([id]);
    const made = await world.admin(
      `select c.state, c.channel, left(c.division_code, 6) as county, a.account_mask as account
         from subsidy.claim c join subsidy.beneficiary b on b.id = c.beneficiary_id left join subsidy.payee_account a on a.id = c.payee_account_id
        where b.person_id = $1`,
      [child.personId],
    );
    expect(made).toEqual([{ state: 'received', channel: 'carried-on', county: '340203', account: '************9999' }]);
    expect(await matters.matter(id)).toBeNull();
    const kept = await world.admin<{ row: string }>('select m::text as row from subsidy.place_matter m');
    expect(kept.filter(({ row }) => row.includes('440305199001011234'))).toEqual([]);
  });

  it('is followed when the answer comes late, and nothing is lost where none comes', async () => {
    const child = await arrived();
    const { id } = await request(child);
    known.set(id, answerOf(id, { outcome: 'no-reply' }));
    await hearing.hear([id]);
    expect(await world.admin('select from subsidy.beneficiary where person_id = $1', [child.personId])).toEqual([]);
    known.set(id, answerOf(id, { values, isLate: true }));
    await hearing.hear([id]);
    expect(await world.admin('select from subsidy.beneficiary where person_id = $1', [child.personId])).toHaveLength(1);
  });
});

describe('a payment between installations', () => {
  it('that we made for their days is asked for', async () => {
    const child = await world.child();
    await world.pay(OLD);
    await world.register(child, OLD, { status: 8, out: '2025-11-20' });
    await matters.answer(asked(child));
    expect(await world.owed(child)).toEqual(['440305 340202 360000 open']);
    const [matter] = await world.admin<{ id: string }>(
      `select id from subsidy.place_matter where kind = 'settle-payment' and person_id = $1`,
      [child.personId],
    );
    expect(await matters.matter(matter!.id)).toMatchObject({
      kind: 'settle-payment',
      fromDivision: OLD,
      toDivision: AWAY,
      offered: { fen: '360000', from: '2026-01-01', until: '2027-01-01' },
    });
    const [open] = await world.openReimbursements(child);
    await world.settle(open!.id, OLD);
    expect(await matters.matter(matter!.id)).toBeNull();
    await world.admin('delete from subsidy.fact_moved');
  });

  it('that they made for our days is owed once, where the days are ours by decision', async () => {
    const [child, other] = [await world.child(), await world.child()];
    await world.move(child, NEW, { on: '2025-11-20' });
    const settle = { kind: 'settle-payment', toDivision: NEW, fields: ['acknowledged'] } as const;
    const offered = { programme: 'childcare', fen: '360000', from: '2026-01-01', until: '2027-01-01' };
    const request = asked(child, { ...settle, offered });
    const reply = { outcome: 'confirmed', values: { acknowledged: 'true' } };
    expect([await matters.answer(request), await matters.answer(request)]).toEqual([reply, reply]);
    expect(await world.owed(child)).toEqual(['340203 440305 360000 open']);
    expect(await matters.answer(asked(other, { ...settle, offered }))).toBeNull();
    expect(await matters.answer(asked(child, { ...settle, offered: { ...offered, fen: '-1' } }))).toMatchObject({
      outcome: 'mismatch',
    });
    const [open] = await world.openReimbursements(child);
    await world.settle(open!.id, NEW);
    const [paid] = await world.admin<{ fen: string }>(
      `select credits_posted::text as fen from subsidy.ledger_account where code = 'elsewhere:childcare:${AWAY}'`,
    );
    expect(paid!.fen).toBe('360000');
  });
});
