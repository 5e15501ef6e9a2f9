import { createTestDatabase, type TestDatabase } from '@app/testing';
import { openRateLimits, type RateLimits } from './rate-limit.repository';

let world: TestDatabase;
let limits: RateLimits;
beforeAll(async () => {
  world = await createTestDatabase();
  limits = openRateLimits(world.url('gateway_rw'), 10_000);
});
afterAll(async () => {
  await limits.close();
  await world.drop();
});

const rows = () =>
  world.admin<{ key: string; points: number }>('select key, points from gateway.rate_limit order by key');

it('counts a subject in the database, and does not keep minutes that are over', async () => {
  await limits.take('gone', 7);
  await limits.take('just over', 7);
  await world.admin(`update gateway.rate_limit set expire = expire - 3600000 where key = 'gone'`);
  await world.admin(`update gateway.rate_limit set expire = expire - 61000 where key = 'just over'`);
  for (let n = 1; n < 1_000; n++) await limits.take('asking', 2);
  expect(await rows()).toEqual([
    { key: 'asking', points: 1_998 },
    { key: 'just over', points: 7 },
  ]);
});
