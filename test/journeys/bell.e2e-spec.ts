import { Refusal, type DivisionCode } from '@app/kernel';
import { scheduleBell } from '../../apps/standalone/src/schedule';
import { CalendarService } from '../../apps/subsidy/src/calendar/calendar.service';
import { ClaimService } from '../../apps/subsidy/src/claim/claim.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';

const UNPLANNABLE = '340202100000' as DivisionCode; // A township: planning refuses it every time.
const COUNTY = '340203000000' as DivisionCode;

let world: CountyWorld;
beforeAll(async () => (world = await openCountyWorld('2026-04-01')));
beforeEach(() => world.reset());
afterEach(() => jest.restoreAllMocks());
afterAll(() => world?.close());

/** Rings once, and gives the codes of what was reported. */
async function ring(): Promise<unknown[]> {
  const reported: unknown[] = [];
  const bell = scheduleBell({ app: world.app }, (error) =>
    reported.push(error instanceof Refusal ? error.code : error),
  );
  await bell.stop();
  return reported;
}
const rung = () => world.database.admin(`select key from subsidy.outbox where name = 'calendar.ring'`);

describe('the bell of the payment calendar', () => {
  it('reports a county that cannot be planned, plans the others and rings', async () => {
    jest.spyOn(world.get(ClaimService), 'counties').mockResolvedValue([UNPLANNABLE, COUNTY]);
    expect(await ring()).toEqual(['CALENDAR_NEEDS_A_COUNTY']);
    const planned = await world.get(CalendarService).list({ programme: 'YEB' });
    expect(new Set(planned.map((run) => run.divisionCode))).toEqual(new Set([COUNTY]));
    expect(await rung()).toHaveLength(1);
  });

  it('rings when nobody can say which counties there are, and reports that', async () => {
    jest.spyOn(world.get(ClaimService), 'counties').mockRejectedValue(new Error('no answer'));
    expect(await ring()).toEqual([new Error('no answer')]);
    expect(await rung()).toHaveLength(1);
  });
});
