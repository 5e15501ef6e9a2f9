import type { EnrolmentAnswer, EnrolmentAsked, EnrolmentQuestions } from '@app/contracts';
import { Outbox } from '@app/jobs';
import type { Day } from '@app/kernel';
import { MovesWorld, NEW, OLD } from '../../../../test/support/moves-world';
import { PortabilityRepository } from '../portability/portability.repository';
import { PortabilityTextService } from '../portability/portability-text.service';
import { EnrolmentRepository } from './enrolment.repository';
import { EnrolmentService } from './enrolment.service';
import { PaidHereService } from './paid-here.service';

/** The exchange, as a list of what it was asked and what it will say. */
class Exchange implements EnrolmentQuestions {
  readonly asked: EnrolmentAsked[] = [];
  readonly said = new Map<string, EnrolmentAnswer>();
  peers = true;

  ask(questions: readonly EnrolmentAsked[]): Promise<void> {
    const known = new Set(this.asked.map(({ reference }) => reference));
    this.asked.push(...questions.filter(({ reference }) => !known.has(reference)));
    return Promise.resolve();
  }

  answers(references: readonly string[]): Promise<readonly EnrolmentAnswer[]> {
    const waiting = (reference: string): EnrolmentAnswer => ({ reference, outcome: 'waiting', enrolments: [] });
    return Promise.resolve(references.map((reference) => this.said.get(reference) ?? waiting(reference)));
  }

  hasPeers(): Promise<boolean> {
    return Promise.resolve(this.peers);
  }

  /** Says the same about everybody of whom nothing was said yet, or about a person. */
  say(outcome: EnrolmentAnswer['outcome'], personId?: string): void {
    const enrolment = {
      programme: 'childcare',
      from: '2026-01-01' as Day,
      until: null,
      authority: '440305000000',
      status: 'enrolled',
      peer: 'south',
    } as const;
    for (const { reference, personId: about } of this.asked) {
      if (personId === undefined ? this.said.has(reference) : personId !== about) continue;
      this.said.set(reference, { reference, outcome, enrolments: outcome === 'elsewhere' ? [enrolment] : [] });
    }
  }
}

let world: MovesWorld;
let exchange: Exchange;
let enrolments: EnrolmentService;
let paidHere: PaidHereService;
beforeAll(async () => void (world = await MovesWorld.open()), 60_000);
beforeEach(() => {
  const { database, clock } = world.money;
  exchange = new Exchange();
  const texts = new PortabilityTextService(database, new PortabilityRepository());
  enrolments = new EnrolmentService(database, new Outbox('subsidy'), clock, new EnrolmentRepository(), texts, exchange);
  paidHere = new PaidHereService(database, clock, new EnrolmentRepository());
});
afterEach(async () => expect(await world.money.verification.run()).toEqual([]));
afterAll(() => world?.close());

const states = async (child: Parameters<MovesWorld['claims']>[0]) =>
  (await world.claims(child)).map(({ state }) => state);

describe('before the first payment', () => {
  it('others are asked, and a claim waits for the next batch until they have spoken', async () => {
    const child = await world.child();
    await enrolments.look();
    await enrolments.look();
    expect(exchange.asked.filter(({ personId }) => personId === child.personId)).toMatchObject([
      { programme: 'childcare', from: '2026-01-01', until: '2027-01-01', divisionCode: OLD },
    ]);
    await world.pay(OLD);
    expect(await states(child)).toEqual(['confirmed']);
    exchange.say('nowhere');
    await enrolments.readAnswers();
    await world.pay(OLD);
    expect(await states(child)).toEqual(['paid']);
  });

  it('nobody waits where there is no other installation', async () => {
    exchange.peers = false;
    const child = await world.child();
    await enrolments.look();
    await world.pay(OLD);
    expect([exchange.asked.length, await states(child)]).toEqual([0, ['paid']]);
  });

  it('who is paid elsewhere is held with the reason, and goes on once a person has looked', async () => {
    const child = await world.child();
    await enrolments.look();
    exchange.say('elsewhere');
    await enrolments.readAnswers();
    expect([await states(child), await world.cases(child)]).toEqual([['held'], ['ENROLLED_ELSEWHERE']]);
    world.money.clock.advance(1_000);
    await world.admin(
      `update subsidy.review_case set state = 'resolved', decision = 'CHECK_AGAIN', resolved_by = 'test', resolved_at = $2
        where beneficiary_id = $1`,
      [child.beneficiaryId, world.money.clock.now()],
    );
    const [claim] = await world.claims(child);
    await world.received(claim!.id);
    await world.confirm(claim!.id);
    await world.pay(OLD);
    expect(await states(child)).toEqual(['paid']);
  });

  it('an answer that came before the claim was confirmed holds it when it is to be paid', async () => {
    const child = await world.child();
    await enrolments.look();
    const [claim] = await world.claims(child);
    await world.hold(claim!.id);
    exchange.say('elsewhere');
    await enrolments.readAnswers();
    await world.received(claim!.id);
    await world.confirm(claim!.id);
    await world.pay(OLD);
    expect([await states(child), await world.cases(child)]).toEqual([['held'], ['ENROLLED_ELSEWHERE']]);
  });

  it('silence holds nobody up: the line is marked, others are asked again later, and a late word opens a case', async () => {
    const child = await world.child();
    await enrolments.look();
    exchange.say('no-reply');
    await enrolments.readAnswers();
    await world.pay(OLD);
    expect(await states(child)).toEqual(['paid']);
    const marked = await world.admin(
      `select a.attention from subsidy.attempt a join subsidy.instruction i on i.id = a.instruction_id where i.beneficiary_id = $1`,
      [child.beneficiaryId],
    );
    expect(marked).toEqual([{ attention: 'ENROLMENT_UNANSWERED' }]);
    exchange.say('elsewhere', child.personId);
    await enrolments.readAnswers();
    expect([await states(child), await world.cases(child)]).toEqual([['paid'], ['ENROLLED_ELSEWHERE']]);
  });

  it('a hand-over that failed is repeated under the same reference', async () => {
    const child = await world.child();
    const broken = jest.spyOn(exchange, 'ask').mockRejectedValueOnce(new Error('the exchange is away'));
    await expect(enrolments.look()).rejects.toThrow('the exchange is away');
    await enrolments.look();
    broken.mockRestore();
    expect(exchange.asked.filter(({ personId }) => personId === child.personId)).toHaveLength(1);
  });
});

describe('after it', () => {
  it('others are asked once a year, and whoever is found in both has a case', async () => {
    const child = await world.child();
    await enrolments.look();
    exchange.say('nowhere');
    await enrolments.readAnswers();
    await world.pay(OLD);
    await enrolments.look();
    const count = () => exchange.asked.filter(({ personId }) => personId === child.personId).length;
    expect(count()).toBe(1);
    const then = world.money.clock.now().toISOString();
    world.money.clock.set('2027-04-01');
    await enrolments.look();
    await enrolments.look();
    expect(count()).toBe(2);
    exchange.say('elsewhere', child.personId);
    await enrolments.readAnswers();
    expect([await states(child), await world.cases(child)]).toEqual([['paid'], ['ENROLLED_ELSEWHERE']]);
    world.money.clock.set(then);
  });
});

describe('what others are told of us', () => {
  it('is the years that are paid, by the place that pays them', async () => {
    const child = await world.child();
    expect(await paidHere.of(child.personId)).toEqual([
      { programme: 'childcare', from: '2026-01-01', until: '2027-01-01', authority: OLD, status: 'enrolled' },
    ]);
    await world.move(child, NEW, { on: '2025-11-20' });
    expect(await paidHere.of(child.personId)).toEqual([]); // Carried on, and not confirmed in the new place yet.
    const carried = (await world.claims(child)).find(({ channel }) => channel === 'carried-on');
    await world.confirm(carried!.id);
    expect(await paidHere.of(child.personId)).toMatchObject([{ authority: NEW, status: 'enrolled' }]);
  });

  it('is nothing of whom nobody knows', async () => {
    expect(await paidHere.of('00000000-0000-4000-8000-000000000000')).toEqual([]);
  });
});
