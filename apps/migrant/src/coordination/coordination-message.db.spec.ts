import type { Caller } from '@app/access';
import type {
  CoordinationAsked,
  CoordinationKind,
  CoordinationMatter,
  CoordinationReply,
  PeerMessage,
} from '@app/contracts';
import { inContext, systemContext } from '@app/database';
import { checkCharacter, type DivisionCode } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import fc from 'fast-check';
import { CoordinationBellService } from './coordination-bell.service';
import { openCoordination } from './coordination.fixture';
import { CoordinationMessageService } from './coordination-message.service';
import { CoordinationOpeningService } from './coordination-opening.service';
import { CoordinationService } from './coordination.service';

const A = '340202000000' as DivisionCode;
const B = '430203000000' as DivisionCode;
const NUMBER = ((digits) => digits + checkCharacter(digits))('34020219960606002');
const FOUND = '0199f2d0-0000-7000-8000-00000000000b';
const clock = new TestClock('2026-04-01');

/** One installation: its database, what its register says by itself, and what lies in its exchange's inbox. */
class House {
  readonly inbox = new Map<string, PeerMessage & { peer: string }>();
  reply: ((asked: CoordinationAsked) => CoordinationReply | null) | undefined;
  readonly matters = new Map<string, CoordinationMatter>();
  app!: INestApplicationContext;

  private constructor(
    readonly name: string,
    readonly division: DivisionCode,
    readonly other: { name: string; division: DivisionCode },
    readonly world: TestDatabase,
  ) {}

  static async open(
    name: string,
    division: DivisionCode,
    other: { name: string; division: DivisionCode },
    key: number,
  ) {
    const house = new House(name, division, other, await createTestDatabase());
    const matters = {
      matter: (id: string) => Promise.resolve(house.matters.get(id) ?? null),
      answer: (asked: CoordinationAsked) => Promise.resolve(house.reply?.(asked) ?? null),
    };
    house.app = await openCoordination({
      database: await house.world.open('migrant'),
      clock,
      vault: new Vault(Buffer.alloc(32, key)),
      apps: { registration: matters, subsidy: matters },
      persons: {
        identify: (ids) =>
          Promise.resolve(
            ids.map((personId) => ({
              ...{ personId, name: '示例某', sex: 2 as const, born: null, divisionCode: division },
              ...{ idType: '111', idNumber: NUMBER, birthCertificateNo: null },
            })),
          ),
        find: ({ name, idNumber }) =>
          Promise.resolve(
            name === '示例某' && idNumber === NUMBER ? { personId: FOUND, divisionCode: division } : null,
          ),
      },
      peers: {
        message: (id) => Promise.resolve(house.inbox.get(id) ?? null),
        peerOf: (code) => Promise.resolve(code === other.division ? { peer: other.name, name: other.name } : null),
      },
    });
    return house;
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get(type as never, { strict: false });
  }

  /** What it has to send, as its exchange would ask for it. */
  async outgoing(): Promise<PeerMessage[]> {
    const rows = await this.world.admin<{ id: string }>(
      `select payload->>'message' as id from migrant.outbox where name = 'peer.send' order by id`,
    );
    const found = await Promise.all(rows.map(({ id }) => this.get(CoordinationMessageService).message(id)));
    return found.filter((one): one is PeerMessage => one !== null);
  }

  async receive(message: PeerMessage): Promise<void> {
    this.inbox.set(message.id, { ...message, peer: this.other.name });
    await this.get(CoordinationMessageService).arrived(message.id);
  }

  as<T>(work: (caller: Caller, service: CoordinationService) => Promise<T>): Promise<T> {
    const caller: Caller = { id: this.name, name: this.name, roles: ['county-confirmer'], division: this.division };
    return inContext(systemContext('test', { actor: this.name }), () => work(caller, this.get(CoordinationService)));
  }

  async row(id: string): Promise<Record<string, unknown> | undefined> {
    const [row] = await this.world.admin<Record<string, unknown>>(
      `select way, state, outcome, hand_over, responsible_division, person_id, subject_mask, purpose, legal_basis, fields,
              due_on::text as due_on, answered_fields from migrant.coordination_request where id = $1`,
      [id],
    );
    return row;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.world.drop();
  }
}

let a: House;
let b: House;
let sequence = 0;

beforeAll(async () => {
  a = await House.open('A', A, { name: 'B', division: B }, 1);
  b = await House.open('B', B, { name: 'A', division: A }, 2);
});
afterAll(async () => {
  await a?.close();
  await b?.close();
});
beforeEach(() => {
  clock.set('2026-04-01');
  b.reply = undefined;
});

async function want(kind: CoordinationKind = 'confirm-registration'): Promise<{ matter: string; id: string }> {
  const matter = `m${++sequence}`;
  a.matters.set(matter, {
    ...{ app: 'registration', matter, kind, personId: '0199f2d0-0000-7000-8000-00000000000a' },
    ...{ purpose: '办理生育登记', legalBasis: '人口与计划生育法第十四条', fromDivision: A, toDivision: B },
    ...{ fields: ['is_registered', 'office'], offered: { expected_month: '2026-08' } },
  });
  await a.get(CoordinationOpeningService).want([{ app: 'registration', matter }]);
  const [row] = await a.world.admin<{ id: string }>('select id from migrant.coordination_request where matter = $1', [
    matter,
  ]);
  return { matter, id: row!.id };
}
const of = (request: string, messages: readonly PeerMessage[]) =>
  messages.filter(({ body }) => body.request === request);
const answerTo = (matter: string) => a.get(CoordinationOpeningService).answer('registration', matter);

describe('a request to another installation', () => {
  it('says whom it is about, for what and on which article; is answered there by the register, and told back here', async () => {
    b.reply = ({ personId, offered }) => ({
      outcome: 'confirmed',
      values: { office: `${personId} ${offered.expected_month}`, born_on: '2026-01-01' },
    });
    const { matter, id } = await want();
    const [asked] = of(id, await a.outgoing());
    expect(asked).toMatchObject({ topic: 'coordination', fromDivision: A, toDivision: B });
    await b.receive(asked!);
    expect(await b.row(id)).toMatchObject({
      ...{ way: 'incoming', state: 'answered', outcome: 'confirmed', person_id: FOUND, due_on: '2026-04-09' },
      ...{ purpose: '办理生育登记', legal_basis: '人口与计划生育法第十四条', answered_fields: ['office'] },
    });
    const [answer] = of(id, await b.outgoing());
    expect(answer).toMatchObject({ fromDivision: B, toDivision: A });
    expect(JSON.stringify(answer)).not.toContain('born_on');
    await a.receive(answer!);
    expect(await answerTo(matter)).toMatchObject({ outcome: 'confirmed', values: { office: `${FOUND} 2026-08` } });
  });

  it('is nowhere in clear: not in rows, not in messages kept, not in the outbox', async () => {
    const { id } = await want();
    for (const message of of(id, await a.outgoing())) await b.receive(message);
    await b.as((caller, service) => service.return(caller, id, '请补充居住地信息'));
    for (const house of [a, b]) {
      const tables = await house.world.admin<{ t: string }>(
        `select tablename as t from pg_tables where schemaname = 'migrant'`,
      );
      for (const { t } of tables) {
        const text = JSON.stringify(await house.world.admin(`select x::text from migrant."${t}" x`));
        expect([t, text.includes(NUMBER), text.includes('居住地信息')]).toEqual([t, false, false]);
      }
    }
  });

  it('is understood once it is whole: an addition that comes before its question is kept until then', async () => {
    const { id } = await want();
    const [ask] = of(id, await a.outgoing());
    await b.receive(ask!);
    await b.as((caller, service) => service.return(caller, id, '请补充孩子出生月份'));
    for (const message of of(id, await b.outgoing())) await a.receive(message);
    await a.as((caller, service) => service.askAgain(caller, id, '出生月份为八月'));

    const [late] = (await want().then(({ id: other }) => a.outgoing().then((all) => of(other, all)))) as [PeerMessage];
    const again = of(id, await a.outgoing()).find(({ body }) => body.seq === 2)!;
    // The same two messages under another request, the second before the first.
    const other = String(late.body.request);
    await b.receive({ ...again, id: '0199f2d0-0000-7000-8000-0000000000ff', body: { ...again.body, request: other } });
    expect(await b.row(other)).toBeUndefined();
    await b.receive(late);
    expect(await b.row(other)).toMatchObject({ state: 'asked' });
    expect(await b.world.admin(`select 1 from migrant.coordination_arrival where settled = 'kept'`)).toEqual([]);
  });

  it('is taken from nobody who speaks for divisions that are not theirs, or says what nobody could mean', async () => {
    const { id } = await want();
    const [ask] = of(id, await a.outgoing());
    const other = { ...ask!, id: '0199f2d0-0000-7000-8000-0000000000f1' };
    const code = (message: PeerMessage) =>
      b.receive(message).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
    expect(await code({ ...other, fromDivision: '110101000000' })).toBe('COORDINATION_MESSAGE_OF_ANOTHER');
    expect(await code({ ...other, body: { ...ask!.body, act: 'delete' } })).toBe('COORDINATION_MESSAGE_UNREADABLE');
    expect(await code({ ...other, body: { ...ask!.body, seq: -1 } })).toBe('COORDINATION_MESSAGE_UNREADABLE');
    expect(await b.row(id)).toBeUndefined();
    // A third installation cannot answer in the place of the one that was asked.
    await b.receive(ask!);
    await b.as((caller, service) => service.answer(caller, id, 'confirmed', [], null));
    const [answer] = of(id, await b.outgoing());
    a.inbox.set(answer!.id, { ...answer!, peer: 'C' });
    await a.get(CoordinationMessageService).arrived(answer!.id);
    expect(await a.row(id)).toMatchObject({ state: 'asked', outcome: 'waiting' });
  });

  it('comes to the same end on both sides however the line loses, doubles and reorders: nothing lost, nothing twice', async () => {
    type Move = { readonly who: 'A' | 'B'; readonly what: number } | { readonly to: 'A' | 'B'; readonly which: number };
    const move: fc.Arbitrary<Move> = fc.oneof(
      fc.record({ who: fc.constantFrom<'A' | 'B'>('A', 'B'), what: fc.nat(7) }),
      fc.record({ to: fc.constantFrom<'A' | 'B'>('A', 'B'), which: fc.nat(20) }),
    );
    const runs = fc.sample(
      fc.tuple(
        fc.constantFrom<CoordinationKind>('verify-fact', 'transfer-case'),
        fc.array(move, { minLength: 6, maxLength: 14 }),
      ),
      {
        numRuns: 25,
        seed: 7,
      },
    );
    let [lost, doubled, acted] = [0, 0, 0];
    for (const [kind, moves] of runs) {
      clock.set('2026-04-01');
      const { matter, id } = await want(kind);
      for (const one of moves) {
        if ('who' in one) acted += (await act(one.who === 'A' ? a : b, id, one.what)) ? 1 : 0;
        else {
          const bag = of(id, await (one.to === 'A' ? b : a).outgoing());
          if (bag.length > 0) await (one.to === 'A' ? a : b).receive(bag[one.which % bag.length]!);
        }
      }
      clock.set('2026-06-01');
      for (const house of [a, b]) await house.get(CoordinationBellService).look();
      const [ours, theirs] = [of(id, await a.outgoing()), of(id, await b.outgoing())];
      // Whatever was lost is sent again until it is acknowledged; here the newest first, and all of it twice.
      for (const message of [...ours, ...ours].reverse()) await b.receive(message);
      for (const message of [...theirs, ...theirs].reverse()) await a.receive(message);

      const [here, there] = [(await a.row(id))!, (await b.row(id))!];
      const heard = async (house: House) =>
        (
          await house.world.admin<{ n: number; kept: number }>(
            `select count(*)::int as n, count(*) filter (where settled = 'kept')::int as kept
               from migrant.coordination_arrival where request_id = $1`,
            [id],
          )
        )[0]!;
      lost +=
        ours.length -
        (await heard(b)).n +
        (await heard(b)).kept +
        theirs.length -
        (await heard(a)).n +
        (await heard(a)).kept;
      const answers = await a.world.admin(
        `select 1 from migrant.coordination_act where request_id = $1 and kind = 'answer'`,
        [id],
      );
      doubled += Math.max(0, answers.length - 1);
      expect(here.responsible_division).toBe(there.responsible_division);
      if (here.state !== 'withdrawn' && !['waiting', 'no-reply'].includes(String(there.outcome)))
        expect(here.outcome).toBe(there.outcome);
      if (here.state !== 'withdrawn') expect((await answerTo(matter))!.outcome).not.toBe('waiting');
    }
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
    expect(acted).toBeGreaterThan(25);
  }, 240_000);
});

/** Something an officer of that installation may try; whether it was let. */
function act(house: House, id: string, what: number): Promise<boolean> {
  const reason = '当事人已迁往居住地';
  const tries: ((caller: Caller, service: CoordinationService) => Promise<unknown>)[] = [
    (caller, service) => service.answer(caller, id, 'confirmed', [{ field: 'office', value: '示例街道' }], null),
    (caller, service) => service.answer(caller, id, 'mismatch', [], null),
    (caller, service) => service.return(caller, id, reason),
    (caller, service) => service.askAgain(caller, id, reason),
    (caller, service) => service.handOver(caller, id, reason),
    (caller, service) => service.accept(caller, id),
    (caller, service) => service.decline(caller, id, reason),
    (caller, service) => service.handOver(caller, id, reason),
  ];
  return house.as(tries[what]!).then(
    () => true,
    (error: { code?: string }) => {
      if (!error.code?.startsWith('COORDINATION_')) throw error;
      return false;
    },
  );
}
