import type { EnrolmentAsked } from '@app/contracts';
import { day } from '@app/kernel';
import { EnrolmentService } from '../../apps/exchange/src/enrolment/enrolment.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { family } from '../support/family';
import { EVERYTHING_GOES_WRONG } from '../support/misbehaving-proxy';
import { openTwoInstallations, type Province, type TwoInstallations } from '../support/two-installations';

let world: TwoInstallations;
beforeAll(async () => {
  world = await openTwoInstallations('2026-04-01');
  for (const province of [world.here, world.there])
    await province.get(RegistryImportService).import(province.file('extract.csv', family()));
  await world.settle();
}, 240_000);
afterAll(() => world?.close());

async function questionsOf({ database }: Province, series: string): Promise<EnrolmentAsked[]> {
  const people = await database.admin<{ id: string }>('select id from registration.person order by id');
  return people.map(({ id: personId }) => ({
    reference: `${series}-${personId}`,
    personId,
    programme: 'childcare',
    from: day('2026-01-01'),
    until: day('2027-01-01'),
    divisionCode: '340202000000',
    legalBasis: '育儿补贴制度实施方案',
  }));
}

async function outcomes(questions: readonly EnrolmentAsked[]): Promise<string[]> {
  const answers = await world.here.get(EnrolmentService).answers(questions.map(({ reference }) => reference));
  return answers.map(({ outcome }) => outcome);
}

describe('two whole installations', () => {
  it('ask each other about people over a network that misbehaves, and come to an end', async () => {
    const questions = await questionsOf(world.here, 'first');
    world.there.network.misbehaviour = EVERYTHING_GOES_WRONG;
    await world.here.get(EnrolmentService).ask(questions);
    await world.deliver();
    expect(await outcomes(questions)).toEqual(['nowhere', 'nowhere', 'nowhere']);
    const [log] = await world.there.database.admin<{ people: number; known: number }>(
      `select count(distinct reference_id)::int as people, count(distinct person_id)::int as known from exchange.enrolment_asked`,
    );
    expect(log).toEqual({ people: 3, known: 3 });
  });

  it('take the silence of the other for no answer', async () => {
    const questions = await questionsOf(world.here, 'second');
    world.there.network.misbehaviour = {};
    world.there.network.isDown = true;
    await world.here.get(EnrolmentService).ask(questions);
    await world.settle();
    expect(new Set(await outcomes(questions))).toEqual(new Set(['waiting']));
    world.clock.advance(9 * 24 * 3_600_000);
    await world.deliver();
    expect(new Set(await outcomes(questions))).toEqual(new Set(['no-reply']));
    world.there.network.isDown = false;
  });
});
