import { randomUUID } from 'node:crypto';
import type { RegistryEvent } from '@app/contracts';
import { ExchangeWorld, numberOf, recordOf } from '../../../../test/support/exchange-world';
import { FakeRegistry } from '../../../../test/support/fake-registry';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { RegistryFailure } from '../household-registry/household-registry.types';
import { QuestionService } from '../question/question.service';
import { RegistryEventService } from './registry-event.service';

const NUMBER = numberOf('1990-03-03', 11);

let world: ExchangeWorld;
let registry: FakeRegistry;
beforeEach(async () => {
  registry = new FakeRegistry();
  world = await ExchangeWorld.open({ registry: () => registry });
  await world.nominate();
});
afterEach(() => world.close());

const event = (n: number, changed: Partial<RegistryEvent> = {}): RegistryEvent => ({
  eventId: `E${n}`,
  kind: 'corrected',
  happenedAt: '2026-03-01T00:00:00Z',
  record: recordOf('张小明', NUMBER),
  formerIdNumber: null,
  mergedRegistryPersonId: null,
  reverses: null,
  ...changed,
});
const service = () => world.get(RegistryEventService);
const all = async (limit = 2) => {
  const events: RegistryEvent[] = [];
  for (let after = ''; ;) {
    const page = await service().page(after, limit);
    events.push(...page.events);
    after = page.next;
    if (page.caughtUp) return events.map(({ eventId }) => eventId);
  }
};

describe('changes in the household registry', () => {
  it('are taken in once each, however often and in whatever order they come, and the register is told', async () => {
    registry.feed = [event(1), event(2), event(1), event(4, { happenedAt: '2026-01-01T00:00:00Z' }), event(3)];
    expect(await service().pull()).toEqual({ events: 5, fresh: 4 });
    expect(await service().pull()).toEqual({ events: 0, fresh: 0 });
    registry.feed.push(event(2), event(5));
    expect(await service().pull()).toEqual({ events: 2, fresh: 1 });
    expect(await all()).toEqual(['E1', 'E2', 'E4', 'E3', 'E5']);
    expect(await world.told('registration')).toEqual([
      { name: 'registry.pull', payload: { feed: 'exchange.registry-events' } },
    ]);
  });

  it('lie sealed, and come out as they came', async () => {
    const told = event(1, { kind: 'number-changed', formerIdNumber: '340202900303111' });
    registry.feed = [told];
    await service().pull();
    expect((await service().page('', 10)).events).toEqual([told]);
    const [row] = await world.rows<{ text: string }>('select e::text as text from exchange.registry_event e');
    for (const secret of [NUMBER, '张小明', '340202900303111']) expect(row!.text).not.toContain(secret);
  });

  it('go on where they stopped when the registry was away in between', async () => {
    registry.feed = Array.from({ length: 1_200 }, (_, n) => event(n));
    const events = registry.events.bind(registry);
    let pages = 0;
    registry.events = (after, limit) => {
      if (++pages === 2) return Promise.reject(new RegistryFailure('timeout', 'away', false));
      return events(after, limit);
    };
    expect(await service().pull()).toEqual({ events: 500, fresh: 500 });
    expect(await service().pull()).toEqual({ events: 700, fresh: 700 });
    expect(new Set(await all(1_000)).size).toBe(1_200);
  });

  it('are missed by no reader, whoever adds them at the same time', async () => {
    const seen: string[] = [];
    let after = '';
    let isWriting = true;
    const writers = Promise.all(
      Array.from({ length: 5 }, async (_, w) => {
        for (let n = 0; n < 12; n++) {
          const events = [event(w * 100 + n * 3), event(w * 100 + n * 3 + 1)];
          await world.database.write((tx) => service().take(tx, events, 'push'));
        }
      }),
    ).then(() => (isWriting = false));
    for (;;) {
      const isLast = !isWriting; // Looked at before reading: what was committed by then must be in the page.
      const page = await service().page(after, 7);
      seen.push(...page.events.map(({ eventId }) => eventId));
      after = page.next;
      if (isLast && page.caughtUp) break;
    }
    await writers;
    const kept = await world.rows<{ id: string }>('select event_id as id from exchange.registry_event');
    expect(kept.length).toBe(120);
    expect([...seen].sort()).toEqual(kept.map(({ id }) => id).sort());
  });

  it('make what was answered before about that person old, and what is older than them stale', async () => {
    registry.records = [recordOf('张小明', NUMBER)];
    const ask = async () => {
      const { question } = await world
        .get(QuestionService)
        .ask(world.question({ kind: 'query', reference: randomUUID() }));
      await world.work();
      return (await world.get(QuestionService).answer('registration', question))!.outcome;
    };
    await ask();
    await ask();
    expect(registry.asked).toHaveLength(1);
    registry.feed = [event(1, { record: recordOf('张小明', NUMBER, { updatedAt: '2026-03-15T00:00:00Z' }) })];
    await service().pull();
    expect(await ask()).toBe('set-aside'); // The registry answers with what it was before its own change.
    expect(registry.asked).toHaveLength(2);
  });

  it('refuse a position that was never given', async () => {
    await expect(refusalOf(Promise.resolve().then(() => service().page(`1'; --`, 10)))).resolves.toMatchObject({
      code: 'REGISTRY_EVENT_POSITION_UNREADABLE',
    });
  });
});
