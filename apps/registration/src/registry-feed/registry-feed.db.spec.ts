import type { RegistryEvent, RegistryEventKind, RegistryRecord } from '@app/contracts';
import { checkCharacter, type Day } from '@app/kernel';
import type { TestDatabase } from '@app/testing';
import * as fc from 'fast-check';
import { FactService } from '../fact/fact.service';
import { type OpenRegister, openRegister } from '../register/register.fixture';
import { RegisterService } from '../register/register.service';
import { RegistryFeedService } from './registry-feed.service';

/** What the exchange has taken in: read page by page, as over its door. */
class Feed {
  readonly events: RegistryEvent[] = [];
  pageSize = 1_000;

  page(after: string): Promise<{ events: RegistryEvent[]; next: string; caughtUp: boolean }> {
    const from = Number(after || 0);
    const events = this.events.slice(from, from + this.pageSize);
    return Promise.resolve({
      events,
      next: String(from + events.length),
      caughtUp: from + events.length >= this.events.length,
    });
  }
}

const arrived = new Feed();
let register: OpenRegister;
let world: TestDatabase;
let feed: RegistryFeedService;
let numberOf: OpenRegister['numberOf'];

beforeAll(async () => {
  register = await openRegister(arrived);
  ({ world, numberOf } = register);
  feed = register.get(RegistryFeedService);
}, 60_000);
afterAll(() => register?.close());
beforeEach(() => register.clock.advance(60_000));

const base = (registryPersonId: string, more: Partial<RegistryRecord> = {}): RegistryRecord => ({
  registryPersonId,
  name: `人${registryPersonId}`,
  idNumber: null,
  sex: 1,
  ethnicity: null,
  born: '1980-01-01' as Day,
  died: null,
  status: 0,
  householdNo: null,
  relationToHead: null,
  householdType: null,
  divisionCode: '340202100201',
  address: null,
  fatherNumber: null,
  motherNumber: null,
  birthCertificateNo: null,
  maritalStatus: null,
  movedInOn: null,
  movedOutOn: null,
  updatedAt: '2026-01-05T00:00:00Z',
  ...more,
});

let events = 0;
function event(kind: RegistryEventKind, record: RegistryRecord, more: Partial<RegistryEvent> = {}): RegistryEvent {
  const eventId = `e-${++events}`;
  return {
    eventId,
    kind,
    happenedAt: record.updatedAt,
    record,
    formerIdNumber: null,
    mergedRegistryPersonId: null,
    reverses: null,
    ...more,
  };
}
async function take(...list: RegistryEvent[]) {
  arrived.events.push(...list);
  return feed.pull();
}
const outcomes = async (...list: RegistryEvent[]) => {
  const rows = await world.admin<{ id: string; outcome: string }>(
    'select event_id as id, outcome from registration.registry_event_taken where event_id = any($1)',
    [list.map(({ eventId }) => eventId)],
  );
  return list.map(({ eventId }) => rows.find(({ id }) => id === eventId)?.outcome);
};
const row = async (registryPersonId: string) =>
  (
    await world.admin<Record<string, unknown>>(
      `select id, name, died::text, status, household_id is not null as has_household, merged_into, division_code, id_number_legacy_key is not null as has_15
         from registration.person where registry_person_id = $1`,
      [registryPersonId],
    )
  )[0]!;

describe('changes of the household registry', () => {
  it('are each taken in once, in the order in which they happened', async () => {
    const number = numberOf('1980-01-01');
    const alive = base('F1', { idNumber: number });
    const dead = base('F1', {
      idNumber: number,
      status: 9,
      died: '2026-02-01' as Day,
      updatedAt: '2026-02-03T00:00:00Z',
    });
    const back = base('F1', { idNumber: number, updatedAt: '2026-03-01T00:00:00Z' });
    const [birth, death] = [event('corrected', alive), event('death', dead)];
    expect(await take(birth, death, birth)).toEqual({ pulled: 3, applied: 2 });
    expect(await row('F1')).toMatchObject({ status: 9, died: '2026-02-01' });
    const reversal = event('death-reversed', back, { reverses: death.eventId });
    await take(reversal, death);
    expect(await row('F1')).toMatchObject({ status: 0, died: null });
    const late = event('death', { ...dead, updatedAt: '2026-02-20T00:00:00Z' });
    await take(late);
    expect(await outcomes(birth, death, reversal, late)).toEqual(['applied', 'applied', 'applied', 'superseded']);
    expect(await row('F1')).toMatchObject({ status: 0, died: null });
  });

  it('keep the 15 digits findable that a change of number replaced', async () => {
    await take(
      event(
        'number-changed',
        base('F2', {
          idNumber: '110105194912310029'.slice(0, 17) + checkCharacter('11010519491231002'),
          born: '1949-12-31' as Day,
          sex: 2,
        }),
        { formerIdNumber: '110105491231002' },
      ),
    );
    expect(await row('F2')).toMatchObject({ has_15: true });
  });

  it('that cannot be are put aside with their code, and hold up nobody', async () => {
    const bad = event('corrected', base('F3', { born: '2030-01-01' as Day }));
    const nowhere = event('corrected', base('F4', { divisionCode: null }));
    const good = event('corrected', base('F5'));
    await take(bad, nowhere, good);
    expect(await outcomes(bad, nowhere, good)).toEqual(['rejected', 'rejected', 'applied']);
    expect(
      (await feed.open())
        .filter(({ eventId }) => [bad.eventId, nowhere.eventId].includes(eventId))
        .map(({ code }) => code),
    ).toEqual(['BIRTH_IN_FUTURE', 'DIVISION_MISSING']);
  });

  it('merge the records that the registry merged, unless ours contradict each other: then an officer decides', async () => {
    const [a, b] = [numberOf('1980-01-01'), numberOf('1980-01-01')];
    await take(event('corrected', base('F6', { idNumber: a })), event('corrected', base('F7')));
    const merged = event('merged', base('F6', { idNumber: a, updatedAt: '2026-02-01T00:00:00Z' }), {
      mergedRegistryPersonId: 'F7',
    });
    await take(merged);
    expect(await row('F7')).toMatchObject({ merged_into: (await row('F6')).id, status: 1 });

    await take(
      event('corrected', base('F8', { idNumber: b })),
      event('corrected', base('F9', { idNumber: numberOf('1980-01-01') })),
    );
    const unclear = event('merged', base('F8', { idNumber: b, updatedAt: '2026-02-01T00:00:00Z' }), {
      mergedRegistryPersonId: 'F9',
    });
    await take(unclear);
    expect(await row('F9')).toMatchObject({ merged_into: null });
    const open = (await feed.open()).map(({ eventId }) => eventId);
    expect([open.includes(merged.eventId), open.includes(unclear.eventId)]).toEqual([false, true]);
  });

  it('do not overwrite what an officer recorded on evidence: the death stands in question until somebody settles it', async () => {
    const number = numberOf('1981-01-01');
    const alive = base('F10', { idNumber: number, born: '1981-01-01' as Day });
    const dead = { ...alive, status: 9, died: '2026-02-01', updatedAt: '2026-02-03T00:00:00Z' } as RegistryRecord;
    await take(event('corrected', alive), event('death', dead));
    const { id } = (await row('F10')) as { id: string };
    const registers = register.get(RegisterService);
    await registers.reverseDeath(id, { basis: 'court', reason: '宣告死亡判决已撤销' });
    expect(await row('F10')).toMatchObject({ status: 0 });
    await take(event('corrected', { ...dead, address: '示例路', updatedAt: '2026-03-01T00:00:00Z' }));
    expect(await row('F10')).toMatchObject({ status: 9 });
    const facts = register.get(FactService);
    const death = (await facts.answers([id], {})).filter(({ kind }) => kind === 'death');
    expect(death.map(({ isDisputed }) => isDisputed)).toEqual([true]);
    await registers.settle(death[0]!.id, false, { basis: 'court', reason: '本人到场' });
    expect(await row('F10')).toMatchObject({ status: 0, died: null });
  });

  it('end the same in whatever order and however often they come, on pages of whatever size', async () => {
    const kinds: ((n: number, at: RegistryRecord) => Partial<RegistryRecord>)[] = [
      () => ({ status: 9, died: '2026-02-01' as Day }),
      () => ({ status: 0, died: null }),
      (n) => ({ householdNo: `FH-${n % 3}`, relationToHead: '20', movedInOn: '2026-01-10' as Day }),
      () => ({ status: 8, movedOutOn: '2026-02-02' as Day }),
      (n) => ({ name: `新名${n}` }),
      () => ({ status: 1 }),
    ];
    let run = 0;
    const story = fc.array(fc.nat(kinds.length - 1), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        story,
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 4 }),
        async (steps, dice, pageSize) => {
          run++;
          const histories = ['in-order', 'shuffled'].map((how) => {
            const id = `R${run}-${how}`;
            let record = base(id);
            const list = steps.map((step, n) => {
              record = {
                ...record,
                ...kinds[step]!(n, record),
                updatedAt: `2026-03-${String(n + 1).padStart(2, '0')}T00:00:00Z`,
              };
              return event('corrected', record);
            });
            return [event('corrected', base(id)), ...list];
          }) as [RegistryEvent[], RegistryEvent[]];
          await take(...histories[0]);
          const random = dice[Symbol.iterator]();
          const twice = [...histories[1], ...histories[1].slice(0, 2)];
          const shuffled = twice
            .map((one) => ({ one, at: random.next().value as number }))
            .sort((x, y) => x.at - y.at)
            .map(({ one }) => one);
          arrived.pageSize = pageSize;
          await take(...shuffled);
          arrived.pageSize = 1_000;
          const [first, second] = await Promise.all(['in-order', 'shuffled'].map((how) => row(`R${run}-${how}`)));
          const bare = ({ id: _id, name, ...rest }: Record<string, unknown>) => ({
            ...rest,
            name: String(name).replace(/R\d+-.*/, ''),
          });
          expect(bare(second!)).toEqual(bare(first!));
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
