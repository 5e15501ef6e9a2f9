import { randomUUID } from 'node:crypto';
import { day } from '@app/kernel';
import { ExchangeWorld, numberOf, officer, recordOf } from '../../../../test/support/exchange-world';
import { FakeRegistry } from '../../../../test/support/fake-registry';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { RegistryFailure, type VerifyReply } from '../household-registry/household-registry.types';
import { NominationService } from '../nomination/nomination.service';
import { AskingService } from './asking.service';
import { QuestionService } from './question.service';
import { VerifyingService, type VerifyInput } from './verifying.service';

const NUMBER = numberOf('1990-03-03', 11);
const NAME = '张小明';

let world: ExchangeWorld;
let registry: FakeRegistry;
beforeEach(async () => {
  registry = new FakeRegistry();
  registry.records = [recordOf(NAME, NUMBER)];
  world = await ExchangeWorld.open({ registry: () => registry });
  await world.nominate();
});
afterEach(() => world.close());

const questions = () => world.get(QuestionService);
const answerOf = async (id: string) => (await questions().answer('registration', id))!;
const attempts = () =>
  world.rows<{ outcome: string; unit: string | null }>(
    `select a.outcome, n.unit_code as unit from exchange.question_attempt a left join exchange.nomination n on n.id = a.nomination_id order by a.at, a.id`,
  );
const down = () => Promise.reject(new RegistryFailure('unreachable', 'down', false));

describe('a question of an app', () => {
  it('is asked in the background in the name of the responsible officer, and its asker is told once to read the answer', async () => {
    registry.dead.add(NUMBER);
    const { question, outcome } = await questions().ask(world.question());
    expect([outcome, registry.asked.length]).toEqual(['waiting', 0]);
    await world.work();
    expect(registry.asked).toEqual([
      {
        requestId: question,
        clerk: { name: '李负责', idNumber: numberOf('1980-05-05', 3) },
        unit: { code: '340202WJ', name: '示例县卫生健康委员会' },
        purpose: 'SYDJ',
        legalBasis: '生育登记服务管理办法第八条',
      },
    ]);
    expect(await world.told('registration')).toEqual([
      { name: 'registry.answered', payload: { question, reference: 'b-1' } },
    ]);
    expect(await answerOf(question)).toMatchObject({ outcome: 'match', isDeathMarked: true, reference: 'b-1' });
    expect(await questions().answer('subsidy', question)).toBeNull();
    expect(await attempts()).toEqual([{ outcome: 'match', unit: '340202WJ' }]);
  });

  it('asked again under the same reference is the same question, and under it nothing else can be asked', async () => {
    const first = await questions().ask(world.question());
    await world.work();
    expect(await questions().ask(world.question())).toEqual({ question: first.question, outcome: 'match' });
    await world.work();
    expect(registry.asked).toHaveLength(1);
    const other = world.question({ person: { idNumber: numberOf('1990-03-03', 13), name: NAME } });
    expect((await refusalOf(questions().ask(other))).code).toBe('QUESTION_REFERENCE_TAKEN');
  });

  it('gets every record that the registry keeps of the number, sealed in the table', async () => {
    registry.records.push(recordOf('李小红', NUMBER, { registryPersonId: 'R-other' }));
    const { question } = await questions().ask(world.question({ kind: 'query' }));
    await world.work();
    const { outcome, records } = await answerOf(question);
    expect([outcome, records.map(({ name }) => name)]).toEqual(['found', [NAME, '李小红']]);
    const kept = await world.rows<{ text: string }>(
      'select q::text || a::text as text from exchange.question q join exchange.answer a on a.question_id = q.id',
    );
    for (const secret of [
      NUMBER,
      NAME,
      '李小红',
      '示例路',
      Buffer.from(NUMBER).toString('hex'),
      Buffer.from(NAME).toString('hex'),
    ])
      expect(kept[0]!.text).not.toContain(secret);
  });

  it('waits while the registry is away, is asked again later each time, and never becomes an answer by itself', async () => {
    registry.instead.push(down, down);
    const { question } = await questions().ask(world.question());
    await world.work();
    expect((await answerOf(question)).outcome).toBe('waiting');
    const ring = async (at: string) => {
      world.clock.set(at);
      await world.get(AskingService).ring();
      await world.work();
    };
    await ring('2026-04-01T10:04:00+08:00');
    expect(registry.asked).toHaveLength(1); // Not yet.
    await ring('2026-04-01T10:05:00+08:00');
    await ring('2026-04-01T10:14:00+08:00');
    expect(registry.asked).toHaveLength(2);
    await ring('2026-04-01T10:15:00+08:00');
    expect((await answerOf(question)).outcome).toBe('match');
    expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['unreachable', 'unreachable', 'match']);
  });

  it('that is never answered ends without a reply after five working days, and its asker is told', async () => {
    registry.verify = down;
    const { question } = await questions().ask(world.question());
    await world.work();
    world.clock.set('2026-04-09T17:00:00+08:00'); // 清明 lies between: the fifth working day.
    await world.get(AskingService).ring();
    await world.work();
    expect((await answerOf(question)).outcome).toBe('waiting');
    world.clock.set('2026-04-10T08:00:00+08:00');
    await world.get(AskingService).ring();
    expect(await answerOf(question)).toMatchObject({ outcome: 'no-reply', records: [], isDeathMarked: null });
    expect(await world.told('registration')).toHaveLength(1);
  });

  it('is not asked outside the hours of the registry, but when it opens', async () => {
    world.clock.set('2026-04-03T18:00:00+08:00');
    const { question } = await questions().ask(world.question());
    await world.work();
    expect(registry.asked).toHaveLength(0);
    const [kept] = await world.rows<{ at: Date }>('select next_at as at from exchange.question');
    expect(kept!.at).toEqual(new Date('2026-04-07T08:30:00+08:00')); // 清明.
    world.clock.set('2026-04-07T08:30:00+08:00');
    await world.get(AskingService).ring();
    await world.work();
    expect((await answerOf(question)).outcome).toBe('match');
  });

  it('is not asked beyond the daily quota of the unit, by however many at once', async () => {
    await world.rows(`update exchange.parameter set value = '3' where name = 'registry.daily-quota'`);
    const ids = [];
    for (let n = 0; n < 8; n++) {
      const person = { idNumber: numberOf('1990-03-03', 100 + n), name: NAME };
      ids.push((await questions().ask(world.question({ reference: `q-${n}`, person }))).question);
    }
    await Promise.all(ids.map((id) => world.get(AskingService).ask(id)));
    expect(registry.asked).toHaveLength(3);
    expect((await attempts()).filter(({ outcome }) => outcome === 'quota-spent')).toHaveLength(5);
    const [next] = await world.rows<{ at: Date }>(`select max(next_at) as at from exchange.question`);
    expect(next!.at).toEqual(new Date('2026-04-02T08:30:00+08:00'));
  });

  it('goes to the registry once, however many processes take it up at once', async () => {
    const { question } = await questions().ask(world.question());
    await Promise.all(Array.from({ length: 6 }, () => world.get(AskingService).ask(question)));
    expect(registry.asked).toHaveLength(1);
    expect(await world.told('registration')).toHaveLength(1);
  });

  it('is answered from what was answered before, within the freshness and until the registry tells of a change', async () => {
    const ask = async (reference: string, changed = {}) => {
      const { question } = await questions().ask(world.question({ reference, ...changed }));
      await world.work();
      return (await answerOf(question)).outcome;
    };
    expect(await ask('one')).toBe('match');
    expect(await ask('two')).toBe('match');
    expect(registry.asked).toHaveLength(1);
    await ask('other-purpose', { purpose: 'yearly-check' });
    await ask('other-name', { person: { idNumber: NUMBER, name: '张小名' } });
    await ask('other-county', { divisionCode: '340203000000' });
    expect(registry.asked).toHaveLength(3); // For the other county nobody is nominated, so it waits.
    world.clock.set('2026-04-07T10:00:00+08:00');
    await ask('stale-by-now');
    expect(registry.asked).toHaveLength(4);
  });

  it('is put aside, sealed and never used, when the answer is about somebody else or older than what is known', async () => {
    const alterations: [string, Partial<VerifyReply['echo']>][] = [
      ['wrong-person', { idNumber: numberOf('1990-03-03', 13) }],
      ['wrong-person', { name: '李小红' }],
      ['wrong-person', { requestId: randomUUID() }],
    ];
    for (const [n, [, echo]] of alterations.entries()) {
      registry.alter = (answer) => ({ ...answer, echo: { ...(answer as unknown as VerifyReply).echo, ...echo } });
      const { question } = await questions().ask(world.question({ reference: `v-${n}` }));
      await world.work();
      expect(await answerOf(question)).toMatchObject({ outcome: 'set-aside', isDeathMarked: null, records: [] });
    }
    registry.alter = (answer) => answer;
    const fresh = await questions().ask(world.question({ kind: 'query', reference: 'fresh' }));
    await world.work();
    expect((await answerOf(fresh.question)).outcome).toBe('found');
    registry.records = [recordOf(NAME, NUMBER, { updatedAt: '2025-12-31T00:00:00Z' })];
    const stale = await questions().ask(world.question({ kind: 'query', reference: 'stale', purpose: 'yearly-check' }));
    await world.work();
    expect((await answerOf(stale.question)).outcome).toBe('set-aside');
    const kept = await world.rows<{ reason: string; text: string }>(
      'select reason, s::text as text from exchange.set_aside s order by at, id',
    );
    expect(kept.map(({ reason }) => reason).sort()).toEqual(['stale', 'wrong-person', 'wrong-person', 'wrong-person']);
    for (const { text } of kept) expect(text).not.toContain(NUMBER);
    expect(await world.rows('select 1 from exchange.answer')).toHaveLength(1);
  });

  it('cannot be changed once it is settled, nor its log, even by hand in SQL as the app', async () => {
    await questions().ask(world.question());
    await world.work();
    const by = (sql: string) => world.database.write((tx) => tx.query(sql));
    await expect(by(`update question set outcome = 'no-reply', answer_id = null`)).rejects.toThrow('stays as it is');
    for (const sql of [
      `update question_attempt set outcome = 'mismatch'`,
      'delete from question_attempt',
      'delete from question',
      `update question set purpose = 'x'`,
      `update answer set content_sealed = 'x'`,
    ])
      await expect(by(sql)).rejects.toThrow('permission denied');
  });
});

describe('an officer at a counter', () => {
  const input = (changed: Partial<VerifyInput> = {}): VerifyInput => ({
    name: NAME,
    idNumber: NUMBER,
    purpose: 'birth-registration',
    legalBasis: '生育登记服务管理办法第八条',
    ...changed,
  });
  const verify = (changed: Partial<VerifyInput> = {}, id = 'clerk') =>
    world.as(officer(id), () => world.get(VerifyingService).verify(officer(id), input(changed)));

  it('is answered at once, in their own name', async () => {
    expect(await verify()).toMatchObject({ outcome: 'match', isDeathMarked: false });
    expect(registry.asked[0]!.clerk.name).toBe('王经办');
    expect(await verify({ name: '张小名', purpose: 'subsidy-claim' })).toMatchObject({ outcome: 'mismatch' });
    const lines = await world.rows<{ actor: string; operation: string }>(
      `select actor, operation from exchange.audit_entry where kind = 'done' and actor = 'clerk'`,
    );
    expect(lines).toHaveLength(2);
  });

  it('is told that the answer is waited for while the registry is away, and nothing else', async () => {
    registry.instead.push(down);
    const { outcome, isDeathMarked, question } = await verify();
    expect([outcome, isDeathMarked]).toEqual(['waiting', null]);
    world.clock.set('2026-04-01T10:05:00+08:00');
    await world.get(AskingService).ring();
    await world.work();
    const [kept] = await world.as(officer('clerk'), () => questions().byIds([question.id]));
    expect(kept!.outcome).toBe('match');
  });

  it('is refused who is not nominated, or is so no more', async () => {
    expect((await refusalOf(verify({}, 'stranger'))).code).toBe('NOBODY_NOMINATED');
    const [own] = await world.rows<{ id: string }>(`select id from exchange.nomination where officer = 'clerk'`);
    await world.as(officer('head'), () => world.get(NominationService).end(own!.id, day('2026-03-31')));
    expect((await refusalOf(verify())).code).toBe('NOBODY_NOMINATED');
    expect(registry.asked).toHaveLength(0);
  });

  it('is stopped when they try numbers out, however they spread the names', async () => {
    for (let n = 0; n < 5; n++) {
      const idNumber = numberOf('1991-07-07', 200 + n);
      expect(await verify({ idNumber, name: `甲${n}` })).toMatchObject({ outcome: 'not-found' });
    }
    const next = { idNumber: numberOf('1991-07-07', 300), name: '甲' };
    expect((await refusalOf(verify(next))).code).toBe('REGISTRY_LOOKUP_LOCKED');
    expect(await verify()).toMatchObject({ outcome: 'match' }); // Somebody else, born on another day.
    expect(registry.asked).toHaveLength(6);
  });

  it.each([
    [{ idNumber: `${NUMBER.slice(0, 17)}${NUMBER.endsWith('1') ? '2' : '1'}` }, 'QUESTION_NUMBER_UNREADABLE'],
    [{ name: ' ' }, 'QUESTION_NAME_MISSING'],
    [{ legalBasis: ' ' }, 'QUESTION_BASIS_MISSING'],
    [{ purpose: 'curiosity' as never }, 'QUESTION_PURPOSE_UNKNOWN'],
    [{ division: '340203' }, 'OUTSIDE_DIVISION'],
  ])('is refused before anything is asked: %j is %s', async (changed, code) => {
    expect((await refusalOf(verify(changed))).code).toBe(code);
    expect(await world.rows('select 1 from exchange.question')).toEqual([]);
  });
});
