import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Enrolment, EnrolmentAsked, EnrolmentOutcome, PersonIdentity } from '@app/contracts';
import { addDays, type Day, day } from '@app/kernel';
import { TestClock } from '@app/testing';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { openCallbackDoor } from '../../apps/exchange/src/door';
import { EnrolmentService } from '../../apps/exchange/src/enrolment/enrolment.service';
import { IbrSignatures } from '../../apps/exchange/src/enrolment/ibr-signature.client';
import { askingHead, askingMessage } from '../../apps/exchange/src/enrolment/ibr-message.rules';
import { PEERS, type Peers } from '../../apps/exchange/src/peer/peer.types';
import { assure } from '../support/assurance';
import { ExchangeWorld, numberOf } from '../support/exchange-world';
import { FakeRegistry } from '../support/fake-registry';
import { MisbehavingProxy } from '../support/misbehaving-proxy';
import { makePlace, peersOf } from '../support/peer-places';

const clock = new TestClock('2026-04-01T10:00:00+08:00');
const [east, west, south] = [makePlace('east', ['99']), makePlace('west', ['98']), makePlace('south', ['97'])];
const PERIOD = { from: day('2026-01-01'), until: day('2027-01-01') };
const APRIL = {
  programme: 'childcare',
  from: day('2026-04-01'),
  until: null,
  authority: '980101000000',
  status: 'enrolled',
} as const;

/** People as the register of the place that asks knows them, and as that of the place that answers does. */
const people = Array.from({ length: 8 }, (_, n): PersonIdentity & { readonly there: string } => ({
  personId: randomUUID(),
  there: randomUUID(),
  name: `示例${n}`,
  sex: 2,
  born: day('2025-05-05'),
  divisionCode: '990101001001',
  idType: '111',
  idNumber: numberOf('2025-05-05', 100 + n),
  birthCertificateNo: null,
}));
/** By the answering place's own ids. */
const paid = new Map<string, Enrolment[]>();
/** Whom the answering place's register has never heard of. */
const unknown = new Set<string>();
const lookedUp: string[] = [];
let isRegisterAway = false;

/** The published interface description, as the judge of every message. */
const judge = new Ajv({ strict: false, allErrors: true })
  .addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/)
  .addFormat('uri', /^\w+:\/\//)
  .addFormat('binary', true);
const FILE = path.join(__dirname, '../standards/spdci/ibr_api_v1.0.0.yaml');
judge.addSchema(parse(fs.readFileSync(FILE, 'utf8')) as object, 'ibr');
const at = (...steps: string[]) => steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
const schemaOf = (...steps: string[]): ValidateFunction => judge.compile({ $ref: `ibr#/${at(...steps)}` });
const ENROLLED = ['paths', '/registry/sync/enrolled', 'post'];
const REQUEST = schemaOf(...ENROLLED, 'requestBody', 'content', 'application/json', 'schema');
const RESPONSE = schemaOf('components', 'schemas', 'EnrolledResponse');
const ERROR = schemaOf('components', 'responses', 'HttpErrorResponse', 'content', 'application/json', 'schema');

const passed: { request: string; answer: string; status: number }[] = [];
const bugs: unknown[] = [];
let asking: ExchangeWorld;
let answering: ExchangeWorld;
let network: MisbehavingProxy;
let away: MisbehavingProxy;
let door: Awaited<ReturnType<typeof openCallbackDoor>>;
let peersOfEast: Peers;
const figures = { questions: 0, 'answers wrong': 0, forgeries: 0, answered: 0 };

beforeAll(async () => {
  network = await MisbehavingProxy.open(() => door.url, 31);
  network.watch = (request, answer, status) =>
    passed.push({ request: String(request), answer: String(answer), status });
  away = await MisbehavingProxy.open(() => 'http://127.0.0.1:1', 32);
  peersOfEast = await peersOf(
    east,
    [
      [west, network.url],
      [south, away.url],
    ],
    { pauseMilliseconds: 60_000 },
  );
  const peersOfWest = await peersOf(west, [
    [east, away.url],
    [south, away.url],
  ]);
  asking = await ExchangeWorld.open({
    registry: () => new FakeRegistry(),
    clock,
    peers: peersOfEast,
    identities: {
      identify: (ids) => Promise.resolve(people.filter(({ personId }) => ids.includes(personId))),
      find: () => Promise.resolve(null),
    },
  });
  answering = await ExchangeWorld.open({
    registry: () => new FakeRegistry(),
    clock,
    peers: peersOfWest,
    identities: {
      identify: () => Promise.resolve([]),
      find: ({ name, idNumber }) => {
        if (isRegisterAway) return Promise.reject(new Error('away'));
        const found = people.find((one) => one.idNumber === idNumber && one.name === name);
        return Promise.resolve(
          found && !unknown.has(found.there) ? { personId: found.there, divisionCode: '980101000000' } : null,
        );
      },
    },
    enrolments: {
      of: (personId) => {
        lookedUp.push(personId);
        return Promise.resolve(paid.get(personId) ?? []);
      },
    },
  });
  door = await openCallbackDoor(answering.app, {
    clock,
    host: '127.0.0.1',
    port: 0,
    report: (_id, error) => bugs.push(error),
  });
}, 120_000);
afterAll(async () => {
  await door?.close();
  await asking?.close();
  await answering?.close();
  await network?.close();
  await away?.close();
  expect(figures['answers wrong'] + figures.answered).toBe(0);
  assure(
    'T30d',
    'Whether somebody is paid elsewhere: every installation is asked, and no answer is taken for a no',
    figures,
  );
});
beforeEach(async () => {
  // What earlier tests left unanswered is asked no more.
  await asking.rows('update exchange.enrolment_ask set next_at = null where next_at is not null');
  clock.set('2026-04-01T10:00:00+08:00');
  paid.clear();
  unknown.clear();
  passed.length = 0;
  lookedUp.length = 0;
  isRegisterAway = false;
  away.isDown = true;
  network.isDown = false;
});

const question = (n: number, changed: Partial<EnrolmentAsked> = {}): EnrolmentAsked => ({
  reference: `q-${randomUUID()}`,
  personId: people[n]!.personId,
  programme: 'childcare',
  ...PERIOD,
  divisionCode: '990101000000',
  legalBasis: '育儿补贴制度实施方案',
  ...changed,
});
const service = () => asking.get(EnrolmentService);
async function outcomeOf({ reference }: EnrolmentAsked): Promise<EnrolmentOutcome> {
  const [found] = await service().answers([reference]);
  return found!.outcome;
}
/** The other place's word is there at once, the south's is what the test says. */
async function ask(questions: readonly EnrolmentAsked[]): Promise<void> {
  await service().ask(questions);
  figures.questions += questions.length;
  await asking.work();
}
/** The south answers too, as if it were the west: it has nobody. */
async function southAnswers(questions: readonly EnrolmentAsked[], isEnrolled = false): Promise<void> {
  await asking.rows(
    `update exchange.enrolment_ask a set is_enrolled = $2, content_sealed = null, answered_at = now(), next_at = null
       from exchange.enrolment_question q where q.id = a.question_id and q.reference = any($1) and a.peer = 'south'`,
    [questions.map(({ reference }) => reference), isEnrolled],
  );
}
async function later(days: number): Promise<void> {
  clock.set(addDays(day('2026-04-01'), days));
  await service().ring();
  await asking.work();
}

describe('asking whether somebody is paid elsewhere', () => {
  it('is elsewhere as soon as one place says yes, with programme, period and authority', async () => {
    paid.set(people[0]!.there, [APRIL]);
    const one = question(0);
    await ask([one]);
    const [answer] = await service().answers([one.reference]);
    expect(answer).toEqual({
      reference: one.reference,
      outcome: 'elsewhere',
      enrolments: [{ ...APRIL, peer: 'west' }],
    });
    expect(await asking.told('subsidy')).toContainEqual({
      name: 'enrolment.answered',
      payload: { feed: 'enrolments' },
    });
  });

  it('is nowhere only when every place has said no', async () => {
    const [one, other] = [question(1), question(2)];
    unknown.add(people[2]!.there);
    await ask([one]);
    expect(await outcomeOf(one)).toBe('waiting');
    await southAnswers([one]);
    paid.set(people[2]!.there, [APRIL]);
    await ask([other, question(1)]);
    expect([await outcomeOf(one), await outcomeOf(other)]).toEqual(['waiting', 'waiting']);
  });

  it('ends without a reply after the working days that were agreed, and never as a no', async () => {
    const one = question(3);
    await ask([one]);
    // 2026-04-01 is a Wednesday; 6 April is a holiday (清明): five working days later is the 9th.
    await later(8);
    expect(await outcomeOf(one)).toBe('waiting');
    await later(9);
    expect(await outcomeOf(one)).toBe('no-reply');
    const [row] = await asking.rows<{ n: number }>(
      `select count(*)::int as n from exchange.enrolment_ask a join exchange.enrolment_question q on q.id = a.question_id
        where q.reference = $1 and a.next_at is not null`,
      [one.reference],
    );
    expect(row!.n).toBe(0);
  });

  it('goes on to be asked while the other place cannot be reached, and is answered then', async () => {
    paid.set(people[4]!.there, [APRIL]);
    network.isDown = true;
    const one = question(4);
    await ask([one]);
    expect(await outcomeOf(one)).toBe('waiting');
    network.isDown = false;
    await new Promise((resolve) => setTimeout(resolve, 150));
    await later(1);
    expect(await outcomeOf(one)).toBe('elsewhere');
  });

  it('waits where the other place cannot look into its own register', async () => {
    isRegisterAway = true;
    const one = question(5);
    await ask([one]);
    expect([await outcomeOf(one), bugs.splice(0).length > 0]).toEqual(['waiting', true]);
  });

  it('asks many in one message, and gives each its own answer', async () => {
    for (const n of [0, 2, 4, 6]) paid.set(people[n]!.there, [{ ...APRIL, from: day(`2026-02-0${n + 1}`) }]);
    const questions = people.map((_, n) => question(n));
    await ask(questions);
    expect(passed.filter(({ request }) => request.includes('enrolled_criteria'))).toHaveLength(1);
    const answers = await service().answers(questions.map(({ reference }) => reference));
    for (const [n, { reference }] of questions.entries()) {
      const { outcome, enrolments } = answers.find((answer) => answer.reference === reference)!;
      const expected = n % 2 === 0 && n < 8 ? ['elsewhere', [`2026-02-0${n + 1}`]] : ['waiting', []];
      if (JSON.stringify([outcome, enrolments.map(({ from }) => from)]) !== JSON.stringify(expected))
        figures['answers wrong']++;
    }
    expect(figures['answers wrong']).toBe(0);
  });

  it('is one question however often it is asked, and no other under the same reference', async () => {
    const one = question(6);
    await ask([one]);
    await ask([one]);
    const [row] = await asking.rows<{ n: number }>(
      'select count(*)::int as n from exchange.enrolment_question where reference = $1',
      [one.reference],
    );
    expect(row!.n).toBe(1);
    await expect(service().ask([{ ...one, personId: people[7]!.personId }])).rejects.toMatchObject({
      code: 'ENROLMENT_REFERENCE_TAKEN',
    });
  });

  it('keeps no name and no number', async () => {
    await ask(people.map((_, n) => question(n)));
    const [row] = await asking.rows<{ text: string }>(
      `select string_agg(q::text, '') || (select string_agg(a::text, '') from exchange.enrolment_ask a)
              || (select string_agg(o::text, '') from exchange.outbox o) as text from exchange.enrolment_question q`,
    );
    for (const { name, idNumber } of people) {
      expect(row!.text.includes(name)).toBe(false);
      expect(row!.text.includes(idNumber!)).toBe(false);
    }
    const [there] = await answering.rows<{ text: string }>(
      `select string_agg(l::text, '') as text from exchange.enrolment_asked l`,
    );
    expect(there!.text).not.toMatch(/示例|20250505/);
  });

  it('needs nobody’s answer where there is no other place', async () => {
    const alone = await ExchangeWorld.open({ registry: () => new FakeRegistry(), clock });
    const one = question(0);
    await alone.get(EnrolmentService).ask([one]);
    const [answer] = await alone.get(EnrolmentService).answers([one.reference]);
    expect([answer!.outcome, await alone.get(EnrolmentService).hasPeers()]).toEqual(['nowhere', false]);
    await alone.close();
  });
});

describe('being asked', () => {
  const WINDOWS: readonly (readonly [string, string, string | null, boolean])[] = [
    ['runs', '2025-06-01', null, true],
    ['began in it', '2026-12-31', null, true],
    ['begins after it', '2027-01-01', null, false],
    ['ended before it', '2025-06-01', '2026-01-01', false],
    ['ended on its first day', '2025-06-01', '2026-01-02', true],
    ['is of another programme', '2025-06-01', null, false],
  ];
  it.each(WINDOWS)(
    'says of a payment that %s whether it is in the period asked for',
    async (what, from, until, isSo) => {
      const programme = what.includes('programme') ? 'ageing' : 'childcare';
      const status = until === null ? 'enrolled' : 'ended';
      paid.set(people[0]!.there, [
        { programme, from: day(from), until: until as Day | null, authority: '980101000000', status },
      ]);
      const one = question(0);
      await ask([one]);
      expect(await outcomeOf(one)).toBe(isSo ? 'elsewhere' : 'waiting');
    },
  );

  it('answers alike, and does alike, for whoever is unknown and whoever is known and not paid', async () => {
    unknown.add(people[0]!.there);
    await ask([question(0), question(1)]);
    const { answer } = passed.find(({ request }) => request.includes('enrolled_criteria'))!;
    const { enrolled_response: items } = JSON.parse(answer) as { enrolled_response: Record<string, unknown>[] };
    const [one, other] = items.map(({ reference_id: _, ...rest }) => rest);
    expect(one).toEqual(other);
    expect(Object.keys(one!).sort()).toEqual(['enrolled_status', 'status', 'timestamp']);
    expect(lookedUp).toHaveLength(2);
  });

  it('notes who asked, for what and on which article, and names the person in the audit log', async () => {
    paid.set(people[0]!.there, [APRIL]);
    const one = question(0);
    await ask([one]);
    const [row] = await answering.rows<Record<string, unknown>>(
      `select peer, division_code, purpose, legal_basis, programme, person_id, is_enrolled from exchange.enrolment_asked order by id desc limit 1`,
    );
    expect(row).toEqual({
      peer: 'east',
      division_code: '990101000000',
      purpose: 'no-double-payment',
      legal_basis: '育儿补贴制度实施方案',
      programme: 'childcare',
      person_id: people[0]!.there,
      is_enrolled: true,
    });
    const [entry] = await answering.rows<{ text: string }>(
      `select e::text as text from exchange.audit_entry e where e::text like '%peer:east%' order by e.id desc limit 1`,
    );
    expect(entry!.text).toContain(people[0]!.there);
  });

  it('lets no other place ask more people in a day than was agreed, and goes on the next day', async () => {
    await answering.rows(`update exchange.parameter set value = '3' where name = 'enrolment.daily-quota'`);
    clock.set('2026-05-06');
    paid.set(people[0]!.there, [APRIL]);
    try {
      const few = [question(1), question(2)];
      await ask(few);
      const more = [question(0), question(3)];
      await ask(more);
      expect(passed.map(({ status }) => status)).toContain(429);
      expect(await outcomeOf(more[0]!)).toBe('waiting');
      clock.set('2026-05-07');
      await service().ring();
      await asking.work();
      expect(await outcomeOf(more[0]!)).toBe('elsewhere');
    } finally {
      await answering.rows(`update exchange.parameter set value = '50000' where name = 'enrolment.daily-quota'`);
    }
  });

  it('conforms to the published interface with every message either side sends', async () => {
    paid.set(people[0]!.there, [APRIL, { ...APRIL, until: day('2026-06-01'), status: 'ended' }]);
    await ask([question(0), question(1)]);
    await answering.rows(`update exchange.parameter set value = '1' where name = 'enrolment.daily-quota'`);
    await ask([question(0), question(1)]);
    await answering.rows(`update exchange.parameter set value = '50000' where name = 'enrolment.daily-quota'`);
    expect(passed.map(({ status }) => status).sort()).toEqual([200, 429]);
    for (const { request, answer, status } of passed) {
      REQUEST(JSON.parse(request));
      expect(REQUEST.errors ?? []).toEqual([]);
      const validate = status === 200 ? RESPONSE : ERROR;
      validate(JSON.parse(answer));
      expect(validate.errors ?? []).toEqual([]);
    }
    expect(REQUEST({ header: {}, message: {} })).toBe(false);
    expect(RESPONSE({ header: {} })).toBe(false);
  });

  describe('by somebody who may not', () => {
    const own = () => peersOfEast.own!;
    const ASK = {
      id: '1',
      questionId: '1',
      personId: '1',
      tries: 0,
      programme: 'childcare',
      ...PERIOD,
      divisionCode: '990101000000',
      legalBasis: '某条',
    };
    interface Wrong {
      readonly head?: object;
      readonly ask?: object;
      readonly message?: (message: Record<string, unknown>) => unknown;
      readonly as?: Peers;
      readonly bytes?: (body: string) => string;
    }
    async function send({
      head,
      ask: changed,
      message,
      as = peersOfEast,
      bytes = (body) => body,
    }: Wrong): Promise<Response> {
      const header = {
        ...askingHead({ messageId: randomUUID(), at: clock.now(), from: 'east', to: 'west', count: 1 }),
        ...head,
      };
      const asked = askingMessage(randomUUID(), [[{ ...ASK, ...changed }, people[0]!]]) as Record<string, unknown>;
      const body = new IbrSignatures(as, clock).sealed(as.own ?? own(), header, message?.(asked) ?? asked);
      return fetch(`${door.url}/spdci/registry/sync/enrolled`, { method: 'POST', body: bytes(body.toString()) });
    }
    const strangers = peersOf(makePlace('east', ['99']), [[west, 'http://127.0.0.1:1']]);
    const souths = peersOf(south, [[west, 'http://127.0.0.1:1']]);
    const CASES: Readonly<Record<string, () => Promise<Wrong>>> = {
      'who signs as the east with a key of another': async () => ({ as: await strangers }),
      'who is the south and says to be the east': async () => ({ as: await souths }),
      'who asks for another place': () => Promise.resolve({ head: { receiver_id: 'south' } }),
      'who asks for a division of the south': () => Promise.resolve({ ask: { divisionCode: '970101000000' } }),
      'who asks for a division of ours': () => Promise.resolve({ ask: { divisionCode: '980101000000' } }),
      'without an article': () => Promise.resolve({ ask: { legalBasis: '' } }),
      'for no period': () => Promise.resolve({ ask: { until: PERIOD.from } }),
      'who dates it an hour ago': () => Promise.resolve({ head: { message_ts: '2026-04-01T01:00:00Z' } }),
      'who counts wrongly': () => Promise.resolve({ head: { total_count: 2 } }),
      'who says that it is encrypted': () => Promise.resolve({ head: { is_msg_encrypted: true } }),
      'for another action': () => Promise.resolve({ head: { action: 'subscribe' } }),
      'with a word of the message changed': () =>
        Promise.resolve({ bytes: (body) => body.replace('childcare', 'childcarf') }),
      'with a word of the header changed': () =>
        Promise.resolve({ bytes: (body) => body.replace('"total_count":1', '"total_count":1 ') }),
      'without a signature': () => Promise.resolve({ bytes: (body) => body.replace(/"signature":"[^,]*",/, '') }),
      'with two messages': () => Promise.resolve({ bytes: (body) => body.replace('{', '{"message":{},') }),
      'with half of it': () => Promise.resolve({ bytes: (body) => body.slice(0, body.length / 2) }),
      'with bytes that are no text': () => Promise.resolve({ bytes: (body) => `\u{FEFF}${body}` }),
      'with a question of another form': () =>
        Promise.resolve({ message: () => ({ transaction_id: randomUUID(), enrolled_criteria: {} }) }),
    };
    it.each(Object.keys(CASES))('%s: is told nothing', async (what) => {
      const before = lookedUp.length;
      const answer = await send(await CASES[what]!());
      figures.forgeries++;
      if (answer.status === 200 || lookedUp.length !== before) figures.answered++;
      expect([answer.status >= 400 && answer.status < 500, lookedUp.length]).toEqual([true, before]);
      expect(await answer.text()).not.toContain('enrolled_status');
    });
    it('the east itself: is told once, and not again when the same message is played again', async () => {
      let kept = '';
      expect((await send({ bytes: (body) => (kept = body) })).status).toBe(200);
      const again = await fetch(`${door.url}/spdci/registry/sync/enrolled`, { method: 'POST', body: kept });
      expect(again.status).toBe(409);
    });
  });

  it('is believed by the asker only where the answer is signed, unaltered, for it and about this question', async () => {
    paid.set(people[0]!.there, [APRIL]);
    for (const spoil of [
      (body: string) => body.replace('"yes"', '"no"'),
      (body: string) => `${body} `,
      () => '{}',
      () => '',
    ]) {
      network.alter = spoil;
      const one = question(0);
      await ask([one]);
      figures.forgeries++;
      const outcome = await outcomeOf(one);
      if (outcome !== 'waiting') figures.answered++;
      expect(outcome).toBe('waiting');
    }
    network.alter = undefined;
    expect(asking.app.get<Peers>(PEERS, { strict: false }).others.size).toBe(2);
  });
});
