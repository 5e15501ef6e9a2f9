import { ExchangeWorld, numberOf, officer, recordOf } from '../../../../test/support/exchange-world';
import { FakeRegistry } from '../../../../test/support/fake-registry';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { ComparisonService } from './comparison.service';
import { FollowingService } from './following.service';

const PEOPLE = Array.from({ length: 6 }, (_, n) => ({ name: `甲${n}`, idNumber: numberOf('1990-03-03', 2 * n + 1) }));

let world: ExchangeWorld;
let registry: FakeRegistry;
beforeEach(async () => {
  registry = new FakeRegistry();
  registry.records = PEOPLE.slice(0, 5).map(({ name, idNumber }) => recordOf(name, idNumber));
  world = await ExchangeWorld.open({ registry: () => registry });
  await world.nominate();
});
afterEach(() => world.close());

const submit = (lines = PEOPLE) =>
  world.as(officer('head'), () =>
    world.get(ComparisonService).submit(officer('head'), {
      purpose: 'yearly-check',
      legalBasis: '育儿补贴制度实施方案第三条',
      lines,
    }),
  );
const ring = async (at?: string) => {
  if (at) world.clock.set(at);
  await world.get(FollowingService).ring();
  await world.work();
};
const outcomes = async (id: string) =>
  (await world.as(officer('head'), () => world.get(ComparisonService).lines(id, 0, 100))).map(({ outcome }) => outcome);
const requests = () => registry.asked.map(({ requestId }) => requestId);

describe('a batch for the registry', () => {
  it('is handed over once, in the name of the responsible officer, and fetched the next day', async () => {
    registry.dead.add(PEOPLE[1]!.idNumber);
    const { id } = await submit([...PEOPLE.slice(0, 2), { ...PEOPLE[2]!, name: '乙' }, PEOPLE[5]!]);
    await world.work();
    await ring();
    expect(registry.asked.map(({ clerk, purpose }) => [clerk.name, purpose])).toEqual([['李负责', 'NDHY']]);
    expect(await outcomes(id)).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    registry.answerLines(requests()[0]!, [1, 2, 3, 4], true);
    await ring('2026-04-02T09:00:00+08:00');
    const lines = await world.as(officer('head'), () => world.get(ComparisonService).lines(id, 0, 100));
    expect(lines.map(({ outcome, isDeathMarked }) => [outcome, isDeathMarked])).toEqual([
      ['match', false],
      ['match', true],
      ['mismatch', false],
      ['not-found', false],
    ]);
    expect((await world.rows('select 1 from exchange.comparison where settled_at is not null')).length).toBe(1);
  });

  it('has lines that came back without a result asked again under a new request, and then told as without a reply', async () => {
    const { id } = await submit();
    await world.work();
    for (const [round, lineNos] of [[1, 2], [4], []].entries()) {
      await ring();
      expect(requests()).toHaveLength(round + 1);
      registry.answerLines(requests()[round]!, lineNos, true);
      await ring();
    }
    await ring();
    expect([...registry.batches.values()].map(({ lines }) => lines.map(({ lineNo }) => lineNo))).toEqual([
      [1, 2, 3, 4, 5, 6],
      [3, 4, 5, 6],
      [3, 5, 6],
    ]);
    expect(await outcomes(id)).toEqual(['match', 'match', 'no-reply', 'match', 'no-reply', 'no-reply']);
    expect(new Set(requests()).size).toBe(3);
  });

  it('ends at its deadline in working days, whatever is still out', async () => {
    const { id } = await submit();
    await world.work();
    registry.answerLines(requests()[0]!, [1], false);
    await ring('2026-04-09T12:00:00+08:00');
    expect((await outcomes(id)).filter((one) => one === 'waiting')).toHaveLength(5);
    await ring('2026-04-10T09:00:00+08:00');
    expect(await outcomes(id)).toEqual(['match', ...Array.from({ length: 5 }, () => 'no-reply')]);
  });

  it('uses no result of another person, another line or two minds', async () => {
    const { id } = await submit();
    await world.work();
    const batch = registry.batches.get(requests()[0]!)!;
    const good = (n: number) => ({ ...PEOPLE[n]!, lineNo: n + 1, result: 'match' as const, isDeathMarked: false });
    batch.results = [
      { ...good(0), idNumber: PEOPLE[1]!.idNumber },
      { ...good(1), name: '别人' },
      { ...good(2), lineNo: 4 },
      good(4),
      { ...good(4), result: 'mismatch' },
      { ...good(5), lineNo: 99 },
    ];
    await ring();
    expect(await outcomes(id)).toEqual(['set-aside', 'set-aside', 'waiting', 'set-aside', 'set-aside', 'waiting']);
    const kept = await world.rows<{ reason: string }>('select reason from exchange.set_aside order by 1');
    expect(kept.map(({ reason }) => reason)).toEqual([
      'contradicts-itself',
      'wrong-person',
      'wrong-person',
      'wrong-person',
    ]);
  });

  it('goes in as a whole or not at all, and needs a responsible officer', async () => {
    expect((await refusalOf(submit([]))).code).toBe('COMPARISON_SIZE');
    const spoilt = [...PEOPLE, { name: '丁', idNumber: '340202199003030000' }];
    expect(await refusalOf(submit(spoilt))).toMatchObject({ code: 'COMPARISON_LINE_UNREADABLE', facts: { line: 7 } });
    await world.rows(
      `update exchange.nomination set valid = daterange(lower(valid), '2026-03-01') where is_responsible`,
    );
    expect((await refusalOf(submit())).code).toBe('NOBODY_NOMINATED');
    expect(await world.rows('select 1 from exchange.comparison_line')).toEqual([]);
  });
});
