import { randomUUID } from 'node:crypto';
import { day, type Day } from '@app/kernel';
import { type CountyWorld, openCountyWorld } from '../../../../test/support/county-world';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { ConsentService } from './consent.service';
import { DeliveryBellService } from './delivery-bell.service';
import { citizen, ELSEWHERE, feesOf, keyOf, officer, writeLetter } from './delivery.fixture';
import { type Mode, NO_PROOF, type Proof } from './delivery.rules';
import { DeliveryService } from './delivery.service';

let world: CountyWorld;
beforeAll(async () => {
  world = await openCountyWorld('2026-03-02');
}, 120_000);
beforeEach(async () => {
  await world.reset();
  world.clock.set('2026-03-02');
});
afterAll(() => world?.close());

const deliveries = () => world.get(DeliveryService);
const letter = (number?: string | null) => {
  world.clock.advance(1); // Letters of one moment have no order.
  return writeLetter(world, { matterId: randomUUID(), number });
};
const send = (letterId: string, mode: Mode) => officer('server', () => deliveries().start({ letterId, mode }));
const prove = (attemptId: string, proof: Partial<Proof>) =>
  officer('server', () => deliveries().prove(attemptId, { ...NO_PROOF, ...proof }));
const fail = (attemptId: string, failure: 'absent' | 'refused' | 'returned') =>
  officer('server', () => deliveries().fail(attemptId, failure, null));
const servedOn = async (letterId: string): Promise<Day | undefined> =>
  (await officer('server', () => feesOf(world).read((read) => deliveries().servedOn(read, [letterId])))).get(letterId);
const codeOf = async (work: Promise<unknown>) => (await refusalOf(work)).code;
const told = async (letterId: string) =>
  (
    await world.database.admin<{ n: number }>(
      `select count(*)::int as n from fees.outbox where name = 'letter.served' and key = $1`,
      [letterId],
    )
  )[0]!.n;
const RECEIPT = { reference: '回证1号', signedOn: day('2026-03-03') };

describe('a letter', () => {
  it('is not served by being sent, is served by its proof, and whoever waits for that is told once', async () => {
    const id = await letter();
    expect(await servedOn(id)).toBeUndefined();
    const attempt = await send(id, 'direct');
    world.clock.set('2026-03-04');
    expect([await servedOn(id), await told(id)]).toEqual([undefined, 0]);
    await prove(attempt, RECEIPT);
    expect([await servedOn(id), await told(id)]).toEqual(['2026-03-03', 1]);
    expect(await codeOf(send(id, 'mail'))).toBe('DELIVERY_SERVED_ALREADY');
  });

  it('that nobody took is left only where it was refused, and with every part of its proof named at once', async () => {
    const id = await letter();
    await fail(await send(id, 'direct'), 'absent');
    expect(await codeOf(send(id, 'left'))).toBe('DELIVERY_LEFT_NEEDS_REFUSAL');
    await fail(await send(id, 'direct'), 'refused');
    const attempt = await send(id, 'left');
    const refusal = await refusalOf(prove(attempt, { reference: '回证2号', witnesses: ['甲', '甲'] }));
    expect([refusal.code, refusal.facts.missing]).toEqual(['DELIVERY_PROOF_INCOMPLETE', 3]);
    expect(refusal.sentence.zh).toMatch(/留置日期；拒收事由；两名见证人/);
    await prove(attempt, { reference: '回证2号', leftOn: day('2026-03-02'), refusal: '不签', witnesses: ['甲', '乙'] });
    expect(await servedOn(id)).toBe('2026-03-02');
  });

  it('is published only after other modes failed, and is served when the notice has run', async () => {
    const id = await letter();
    await fail(await send(id, 'direct'), 'absent');
    await fail(await send(id, 'direct'), 'absent');
    expect(await codeOf(send(id, 'public-notice'))).toBe('DELIVERY_NOTICE_COMES_LAST');
    await fail(await send(id, 'mail'), 'returned');
    const notice = await send(id, 'public-notice');
    await prove(notice, {
      reference: '公告1号',
      publishedOn: day('2026-03-02'),
      medium: '本机关网站',
      said: '两次上门无人，邮件退回',
    });
    world.clock.set('2026-03-31');
    await world.get(DeliveryBellService).ring();
    expect([await servedOn(id), await told(id)]).toEqual([undefined, 0]);
    world.clock.set('2026-04-01');
    await world.get(DeliveryBellService).ring();
    await world.get(DeliveryBellService).ring();
    expect([await servedOn(id), await told(id)]).toEqual(['2026-04-01', 1]);
  });

  it('whose notice runs beyond the published calendar is refused in plain words, not guessed', async () => {
    world.clock.set('2026-12-10');
    const id = await letter();
    await fail(await send(id, 'direct'), 'absent');
    await fail(await send(id, 'mail'), 'returned');
    const notice = await send(id, 'public-notice');
    const proof = { reference: '公告2号', publishedOn: day('2026-12-10'), medium: '报纸', said: '无法送达' };
    expect(await codeOf(prove(notice, proof))).toBe('WORKING_DAYS_NOT_PUBLISHED');
  });

  it('cannot be proved for a day before it was written or after today', async () => {
    const attempt = await send(await letter(), 'mail');
    for (const receivedOn of [day('2026-03-01'), day('2026-03-03')])
      expect(await codeOf(prove(attempt, { reference: 'E1', receivedOn }))).toBe('DELIVERY_DAY_IMPOSSIBLE');
  });
});

describe('a wrong proof', () => {
  it('is corrected by another row; the old one stays, and the served day follows', async () => {
    const id = await letter();
    const attempt = await send(id, 'direct');
    world.clock.set('2026-03-06');
    await prove(attempt, RECEIPT);
    expect(await codeOf(prove(attempt, RECEIPT))).toBe('DELIVERY_OUTCOME_RECORDED');
    const right = { ...NO_PROOF, ...RECEIPT, signedOn: day('2026-03-05') };
    await officer('server', () => deliveries().correct(attempt, right, '回证日期看错'));
    expect([await servedOn(id), await told(id)]).toEqual(['2026-03-05', 1]);
    await officer('server', () => deliveries().correct(attempt, null, '签名不是本人'));
    expect(await servedOn(id)).toBeUndefined();
    const [history] = await officer('server', () => deliveries().attempts([id]));
    expect(history!.outcomes.map(({ servedOn: on, correction }) => [on, correction])).toEqual([
      ['2026-03-03', null],
      ['2026-03-05', '回证日期看错'],
      [null, '签名不是本人'],
    ]);
  });

  it.each([
    ['edit a proof', `update delivery_outcome set signed_on = '2026-03-01'`],
    ['delete a proof', 'delete from delivery_outcome'],
    ['write a served day', `update letter_delivery set served_on = '2026-03-01'`],
    [
      'insert a served day',
      `insert into letter_delivery (letter_id, division_code, began_on, served_on) select id, division_code, made_on, made_on from letter`,
    ],
    ['delete a consent', 'delete from delivery_consent'],
  ])('is never mended in place: nobody can %s by hand in SQL', async (_what, sql) => {
    await prove(await send(await letter(), 'direct'), { ...RECEIPT, signedOn: day('2026-03-02') });
    await expect(officer('server', () => feesOf(world).write((tx) => tx.query(sql)))).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe('electronic service', () => {
  it('needs a consent that holds, and serves on arrival', async () => {
    const [first, second] = [await letter(), await letter()];
    expect(await codeOf(send(first, 'electronic'))).toBe('DELIVERY_NEEDS_CONSENT');
    const key = keyOf(world).toString('hex');
    await citizen(world, () => world.get(ConsentService).give(key));
    await send(first, 'electronic');
    expect([await servedOn(first), await told(first)]).toEqual(['2026-03-02', 1]);
    await citizen(world, () => world.get(ConsentService).revoke(key));
    expect(await codeOf(send(second, 'electronic'))).toBe('DELIVERY_NEEDS_CONSENT');
    expect(await servedOn(first)).toBe('2026-03-02');
  });

  it('is also the recipient’s own confirmation, once; and paper comes on request', async () => {
    const id = await letter();
    expect(await codeOf(citizen(world, () => deliveries().confirm(id)))).toBe('DELIVERY_NEEDS_CONSENT');
    await citizen(world, () => world.get(ConsentService).give(keyOf(world).toString('hex')));
    expect(await citizen(world, () => deliveries().confirm(id))).toBe('2026-03-02');
    world.clock.set('2026-03-05');
    expect(await citizen(world, () => deliveries().confirm(id))).toBe('2026-03-02');
    await citizen(world, () => deliveries().askPaper(id));
    expect(await codeOf(citizen(world, () => deliveries().askPaper(id)))).toBe('DELIVERY_PAPER_ASKED');
    await officer('server', () => deliveries().givePaper(id));
    expect(await codeOf(officer('server', () => deliveries().givePaper(id)))).toBe('DELIVERY_NO_PAPER_ASKED');
  });

  it('ends a running notice for whoever confirms before it has run', async () => {
    const id = await letter();
    await fail(await send(id, 'direct'), 'absent');
    await fail(await send(id, 'mail'), 'returned');
    const proof = { reference: '公告3号', publishedOn: day('2026-03-02'), medium: '网站', said: '无法送达' };
    await prove(await send(id, 'public-notice'), proof);
    world.clock.set('2026-03-10');
    await citizen(world, () => world.get(ConsentService).give(keyOf(world).toString('hex')));
    await citizen(world, () => deliveries().confirm(id));
    expect(await servedOn(id)).toBe('2026-03-10');
  });

  it('is nobody else’s to confirm, nor another county’s to prove', async () => {
    const id = await letter();
    const other = '340202198811112340';
    expect(await codeOf(citizen(world, () => deliveries().confirm(id), other))).toBe('DELIVERY_LETTER_UNKNOWN');
    const attempt = await send(id, 'direct');
    const foreign = officer('x', () => deliveries().prove(attempt, { ...NO_PROOF, ...RECEIPT }), ELSEWHERE.slice(0, 6));
    expect(await codeOf(foreign)).toBe('DELIVERY_ATTEMPT_UNKNOWN');
  });
});

describe('the work list', () => {
  it('holds what is not served with how it stands, the oldest first, and lets go what is', async () => {
    const list = (leastDays = 0) => officer('server', () => deliveries().undelivered('340202', leastDays, null, 10));
    const [unsent, waiting, failed, served] = [await letter(), await letter(), await letter(), await letter()];
    await send(waiting, 'mail');
    await fail(await send(failed, 'direct'), 'absent');
    await prove(await send(served, 'direct'), { ...RECEIPT, signedOn: day('2026-03-02') });
    world.clock.set('2026-03-12');
    const late = await letter();
    expect((await list()).map(({ id, state, lastFailure }) => [id, state, lastFailure])).toEqual([
      [unsent, 'not-sent', null],
      [waiting, 'on-its-way', null],
      [failed, 'failed', 'absent'],
      [late, 'not-sent', null],
    ]);
    expect((await list(10)).map(({ id }) => id)).toEqual([unsent, waiting, failed]);
    expect(await officer('x', () => deliveries().undelivered('', 0, null, 10), ELSEWHERE.slice(0, 6))).toEqual([]);
  });
});
