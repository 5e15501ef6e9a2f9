import { day, yuanText } from '@app/kernel';
import { as, createInstalmentCounty, DEBTOR, type InstalmentCounty, officer } from './instalment.fixture';

const CLERK = officer('county-1');
const OTHER = officer('county-2');
const refused = (code: string) => expect.objectContaining({ code });
const violates = (constraint: string) =>
  expect.objectContaining({ driverError: expect.objectContaining({ constraint }) as unknown });

describe('paying back in instalments', () => {
  let county: InstalmentCounty;

  beforeAll(async () => {
    county = await createInstalmentCounty();
  }, 120_000);
  afterAll(() => county.world.drop());
  beforeEach(() => county.clock.set('2026-04-01'));

  const agreed = async (fen = 1_200_00n, more: Parameters<InstalmentCounty['propose']>[2] = {}) => {
    const one = await county.case(fen);
    const id = await county.propose(DEBTOR, one.caseId, more);
    await county.agree(CLERK, id);
    return { ...one, id };
  };
  const opens = async (id: string) => (await county.parts(id)).map(({ openFen }) => yuanText(openFen)).join(' ');
  const asked = async (one: Awaited<ReturnType<typeof agreed>>) =>
    (await county.asking(one)).reduce((sum, { leftFen }) => sum + leftFen, 0n);

  /** A remedy against the decision of a case is under way. */
  const contested = async ({ caseId }: { caseId: string }): Promise<string> => {
    await county.database.write(async (tx) => {
      const letterId = await county.letterService.make(tx, {
        ...{ kind: 'remedy-decision', aboutId: caseId, divisionCode: CLERK.division, officeName: '示例区卫生健康局' },
        ...{ recipient: { name: '张三', key: Buffer.alloc(32, 7) }, title: '追回决定书', titleEn: 'Decision' },
        ...{ lines: [], paragraphs: ['应返还多领的补贴。'], small: null },
      });
      await county.remedies.contest(tx, { matterId: caseId, letterId, fen: 300_00n });
    });
    const filing = { channel: 'online', filedOn: county.clock.today(), reference: null, body: null } as const;
    const grounds = { grounds: '多领的月份计算有误', lateReason: null };
    const id = await as(DEBTOR, () =>
      county.remedies.file({ matterId: caseId, kind: 'reconsideration', ...filing, ...grounds }),
    );
    await as(OTHER, () => county.steps.accept(id, null, OTHER.id));
    return id;
  };

  it('asks for each part under a reference of its own once the other side agreed, and writes so', async () => {
    const one = await county.case(1_000_05n);
    await county.database.write((tx) =>
      county.requests.request(tx, { receivableId: one.receivableId, fen: 1_000_05n, dueOn: null, instalmentId: null }),
    );
    const id = await county.propose(DEBTOR, one.caseId, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-01'), pause: null },
    });
    expect((await county.asking(one)).map(({ leftFen }) => leftFen)).toEqual([1_000_05n]);
    await county.agree(CLERK, id);
    const rows = await county.parts(id);
    const asking = await county.asking(one);
    expect(asking.map(({ leftFen, dueOn, instalmentId }) => [leftFen, dueOn, instalmentId])).toEqual([
      [333_00n, '2026-05-06', rows[0]!.id],
      [333_00n, '2026-06-01', rows[1]!.id],
      [334_05n, '2026-07-01', rows[2]!.id],
    ]);
    expect(new Set(asking.map(({ reference }) => reference)).size).toBe(3);
    expect(await county.letters(id)).toEqual(['instalment-agreement']);
    expect(await county.plan(id)).toMatchObject({
      state: 'agreed',
      version: 1,
      side: 'debtor',
      agreedOn: '2026-04-01',
    });
    const standing = await county.database.read((read) => county.plans.standing(read, [one.receivableId]));
    expect(standing.get(one.receivableId)).toMatchObject({ hasPlan: true, isBroken: false, asksWaiver: false });
  });

  it('is agreed to by the other side only, in another name', async () => {
    const one = await county.case(1_200_00n);
    const theirs = await county.propose(DEBTOR, one.caseId);
    await expect(county.agree(DEBTOR, theirs)).rejects.toEqual(refused('INSTALMENT_NEEDS_THE_OTHER_SIDE'));
    await expect(county.decline(DEBTOR, theirs)).rejects.toEqual(refused('INSTALMENT_NEEDS_THE_OTHER_SIDE'));
    await expect(county.withdraw(CLERK, theirs)).rejects.toEqual(refused('INSTALMENT_NEEDS_THE_OTHER_SIDE'));
    await expect(county.propose(DEBTOR, one.caseId)).rejects.toEqual(refused('INSTALMENT_PROPOSAL_OPEN'));
    const ours = await county.propose(CLERK, one.caseId);
    expect((await county.plan(theirs)).state).toBe('declined');
    await expect(county.agree(CLERK, ours)).rejects.toEqual(refused('INSTALMENT_NEEDS_THE_OTHER_SIDE'));
    await expect(county.agree(OTHER, ours)).rejects.toEqual(refused('INSTALMENT_EVIDENCE_MISSING'));
    await county.agree(DEBTOR, ours);
    expect(await county.plan(ours)).toMatchObject({ state: 'agreed', answeredBy: 'citizen-1', version: 2 });
  });

  it('is taken down at the counter by one officer and recorded as agreed by another', async () => {
    const one = await county.case(1_200_00n);
    const theirs = await county.propose(CLERK, one.caseId, { forDebtor: true });
    await expect(county.agree(CLERK, theirs)).rejects.toEqual(refused('INSTALMENT_NEEDS_THE_OTHER_SIDE'));
    await county.agree(OTHER, theirs);
    const two = await county.case(1_200_00n);
    const ours = await county.propose(CLERK, two.caseId);
    await county.agree(OTHER, ours, '签名的分期同意书 2026-04-01');
    expect(await county.plan(ours)).toMatchObject({ state: 'agreed', answeredBy: 'county-2' });
  });

  it('refuses what leaves the bounds, saying what to do, and refuses nobody in hardship', async () => {
    const one = await county.case(10_800_00n);
    const terms = { months: 36, monthlyFen: null, firstOn: day('2026-05-08'), pause: null };
    await expect(county.propose(DEBTOR, one.caseId, { terms })).rejects.toEqual(refused('INSTALMENT_TOO_MANY_MONTHS'));
    const declaration = { incomeFen: 3_300_00n, outlaysFen: 3_000_00n, people: 3 };
    const id = await county.propose(DEBTOR, one.caseId, { terms, declaration });
    expect(await county.plan(id)).toMatchObject({ affordableFen: 150_00n, isHardship: true, asksWaiver: true });
    await county.decline(CLERK, id);
    await expect(county.propose(CLERK, one.caseId, { terms, declaration })).rejects.toEqual(
      refused('INSTALMENT_MORE_THAN_AFFORDABLE'),
    );
  });

  it('seals what was declared and forgets it once the plan is over', async () => {
    const declaration = { incomeFen: 9_000_00n, outlaysFen: 3_000_00n, people: 2 };
    const one = await agreed(300_00n, {
      declaration,
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
    });
    const stored = () =>
      county.world.admin<{ id: string; sealed: Buffer | null; on: string | null }>(
        'select id, sums_sealed as sealed, forgotten_on::text as on from fees.instalment_declaration where plan_id = $1',
        [one.id],
      );
    const [row] = await stored();
    const place = { table: 'fees.instalment_declaration', column: 'sums_sealed', row: row!.id };
    expect(county.vault.open(row!.sealed!, place)).toBe('0000000900000|0000000300000|0000000000002');
    await county.pay(one, null, 300_00n);
    expect(await stored()).toMatchObject([{ sealed: null, on: '2026-04-01' }]);
    expect((await county.plan(one.id)).state).toBe('settled');
  });

  it('counts money for the part that its reference names, else for the earliest, and leaves other requests as they are', async () => {
    const one = await agreed(300_00n, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
    });
    const [first, second, third] = await county.asking(one);
    await county.pay(one, third!.id, 40_00n);
    expect(await opens(one.id)).toBe('100.00 100.00 60.00');
    await county.pay(one, null, 130_00n);
    expect(await opens(one.id)).toBe('0.00 70.00 60.00');
    const asking = await county.asking(one);
    expect(asking.map(({ id, leftFen }) => [id, leftFen])).toEqual([
      [second!.id, 70_00n],
      [third!.id, 60_00n],
    ]);
    expect((await county.parts(one.id))[0]!.paidOn).toBe('2026-04-01');
    expect(first!.id).not.toBe(asking[0]!.id);
    await county.plans.hear(one.receivableId);
    expect(await opens(one.id)).toBe('0.00 70.00 60.00');
  });

  it('shrinks from the last by what a later decision cuts, and is settled where nothing is left', async () => {
    const one = await agreed(300_00n, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
    });
    await county.pay(one, (await county.asking(one))[0]!.id, 100_00n);
    await county.cut(one, 130_00n, 'decision-changed');
    expect(await opens(one.id)).toBe('0.00 70.00 0.00');
    expect(await asked(one)).toBe(70_00n);
    await county.cut(one, 70_00n, 'waived');
    expect(await county.plan(one.id)).toMatchObject({ state: 'settled', endedOn: '2026-04-01' });
    expect(await county.asking(one)).toEqual([]);
  });

  it.each([
    ['shorten', '100.00 100.00 50.00', '100.00 100.00 50.00 50.00'],
    ['lower', '84.00 84.00 82.00', '50.00 84.00 84.00 82.00'],
  ] as const)(
    'asks for what is to be paid early beside the rest, never for more than is open: %s',
    async (how, left, amounts) => {
      const one = await agreed(300_00n, {
        terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
      });
      await expect(county.early(DEBTOR, one.id, 300_01n, how)).rejects.toEqual(refused('INSTALMENT_EARLY_AMOUNT'));
      await county.early(DEBTOR, one.id, 50_00n, how);
      expect(await opens(one.id)).toBe('100.00 100.00 100.00');
      const asking = await county.asking(one);
      expect(asking.reduce((sum, { leftFen }) => sum + leftFen, 0n)).toBe(300_00n);
      expect(asking.map(({ leftFen }) => yuanText(leftFen)).sort()).toEqual(amounts.split(' ').sort());
      const parts = new Set((await county.parts(one.id)).map(({ id }) => id));
      const early = asking.find(({ instalmentId }) => !parts.has(instalmentId!))!;
      expect(early.dueOn).toBe('2026-04-16');
      await county.pay(one, early.id, 50_00n);
      expect(await opens(one.id)).toBe(left);
      expect(await asked(one)).toBe(250_00n);
    },
  );

  it('goes on as before where early money did not come', async () => {
    const one = await agreed(300_00n, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-04-10'), pause: null },
    });
    await county.early(DEBTOR, one.id, null, 'shorten');
    expect((await county.asking(one)).map(({ leftFen }) => leftFen)).toEqual([300_00n]);
    county.clock.set('2026-04-14');
    await county.bell.look();
    expect(await county.letters(one.id)).toEqual(['instalment-agreement']);
    county.clock.set('2026-04-17');
    await county.bell.look();
    expect((await county.asking(one)).map(({ leftFen }) => leftFen)).toEqual([100_00n, 100_00n, 100_00n]);
    expect(await county.letters(one.id)).toEqual(['instalment-agreement', 'instalment-reminder']);
    expect((await county.plan(one.id)).state).toBe('agreed');
  });

  it('reminds once, forgives what is made good, breaks after two, and then asks for the rest in one sum', async () => {
    const one = await agreed(1_200_00n);
    const bell = async (on: string) => {
      county.clock.set(on);
      await county.bell.look();
      await county.bell.look();
    };
    await bell('2026-05-08');
    expect(await county.letters(one.id)).toEqual(['instalment-agreement']);
    await bell('2026-05-11');
    await bell('2026-05-20');
    expect(await county.letters(one.id)).toEqual(['instalment-agreement', 'instalment-reminder']);
    expect((await county.parts(one.id))[0]).toMatchObject({
      remindedOn: '2026-05-11',
      graceUntil: '2026-05-21',
      missedOn: null,
    });
    await bell('2026-05-22');
    expect((await county.parts(one.id))[0]!.missedOn).toBe('2026-05-22');
    await county.pay(one, (await county.asking(one))[0]!.id, 100_00n);
    await bell('2026-06-09');
    await bell('2026-06-23');
    expect((await county.plan(one.id)).state).toBe('agreed');
    await bell('2026-07-09');
    await bell('2026-07-21');
    expect(await county.plan(one.id)).toMatchObject({ state: 'broken', endedOn: '2026-07-21' });
    const [rest, ...others] = await county.asking(one);
    expect([rest!.leftFen, rest!.dueOn, rest!.instalmentId, others]).toEqual([1_100_00n, '2026-08-05', null, []]);
    expect((await county.letters(one.id)).slice(-1)).toEqual(['instalment-broken']);
    const standing = await county.database.read((read) => county.plans.standing(read, [one.receivableId]));
    expect(standing.get(one.receivableId)).toMatchObject({ hasPlan: false, isBroken: true });

    const again = await county.propose(DEBTOR, one.caseId, {
      terms: { months: 11, monthlyFen: null, firstOn: day('2026-08-10'), pause: null },
    });
    await county.agree(CLERK, again);
    expect(await county.plan(again)).toMatchObject({ version: 2, follows: one.id, fen: 1_100_00n });
    expect((await county.asking(one)).every(({ leftFen }) => leftFen === 100_00n)).toBe(true);
  });

  it('breaks where all that still is open was missed, though the others are paid', async () => {
    const terms = { months: 2, monthlyFen: null, firstOn: day('2026-05-08'), pause: null };
    const one = await agreed(200_00n, { terms });
    for (const on of ['2026-05-11', '2026-05-22']) {
      county.clock.set(on);
      await county.bell.look();
    }
    expect((await county.plan(one.id)).state).toBe('agreed');
    await county.pay(one, (await county.asking(one))[1]!.id, 100_00n);
    await county.bell.look();
    expect((await county.plan(one.id)).state).toBe('broken');
    expect((await county.asking(one)).map(({ leftFen }) => leftFen)).toEqual([100_00n]);
  });

  it('breaks nothing while a remedy suspends, and goes on later by whole months', async () => {
    const one = await agreed(300_00n, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
    });
    await county.pay(one, (await county.asking(one))[0]!.id, 100_00n);
    county.clock.set('2026-05-20');
    const remedyId = await contested(one);
    await county.bell.look();
    expect((await county.plan(one.id)).state).toBe('agreed');
    const why = { basis: 'applicant', reason: '申请人家庭困难，要求合理', decidedOn: day('2026-05-20') } as const;
    await as(OTHER, () => county.steps.suspend(remedyId, 'suspended', why, OTHER.id));
    expect(await county.bell.look()).toMatchObject({ followed: 1 });
    expect(await county.bell.look()).toMatchObject({ followed: 0 });
    county.clock.set('2026-09-20');
    await county.bell.look();
    expect(await county.plan(one.id)).toMatchObject({ state: 'suspended', suspendedOn: '2026-05-20' });
    expect(await county.letters(one.id)).toEqual(['instalment-agreement']);
    await as(OTHER, () => county.steps.suspend(remedyId, 'resumed', { ...why, basis: 'authority' }, OTHER.id));
    await county.bell.look();
    const [before, after] = await county.plansOf(one);
    expect(before).toMatchObject({ state: 'replaced', endedOn: '2026-09-20' });
    expect(after).toMatchObject({ state: 'agreed', side: 'rule', version: 2, fen: 200_00n, follows: one.id });
    expect((await county.parts(after!.id)).map(({ dueOn }) => dueOn)).toEqual(['2026-10-08', '2026-11-09']);
    expect((await county.asking(one)).map(({ leftFen, dueOn }) => [leftFen, dueOn])).toEqual([
      [100_00n, '2026-10-08'],
      [100_00n, '2026-11-09'],
    ]);
  });

  it('simply goes on where no day went by meanwhile', async () => {
    const one = await agreed();
    await county.suspend(one);
    await county.resume(one);
    expect(await county.plan(one.id)).toMatchObject({ state: 'agreed', suspendedOn: null });
    expect((await county.plans.acts([one.id])).map(({ kind }) => kind)).toEqual([
      'propose',
      'agree',
      'suspend',
      'resume',
    ]);
  });

  it('cannot be put forward once nothing is owed, nor agreed to once its first day has come', async () => {
    const one = await county.case(200_00n);
    const id = await county.propose(DEBTOR, one.caseId, {
      terms: { months: 2, monthlyFen: null, firstOn: day('2026-04-02'), pause: null },
    });
    county.clock.set('2026-04-02');
    await expect(county.agree(CLERK, id)).rejects.toEqual(refused('INSTALMENT_PROPOSAL_TOO_OLD'));
    await county.pay(one, null, 200_00n);
    expect((await county.plan(id)).state).toBe('lapsed');
    await expect(county.propose(DEBTOR, one.caseId)).rejects.toEqual(refused('INSTALMENT_NOTHING_OWED'));
    await expect(county.agree(CLERK, id)).rejects.toEqual(refused('INSTALMENT_PLAN_CANNOT_MOVE'));
  });

  it('counts what came in between proposal and agreement', async () => {
    const one = await county.case(300_00n);
    const id = await county.propose(DEBTOR, one.caseId, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
    });
    await county.pay(one, null, 130_00n);
    await county.cut(one, 20_00n, 'waived');
    await county.agree(CLERK, id);
    expect(await opens(id)).toBe('0.00 70.00 80.00');
    expect(await asked({ ...one, id })).toBe(150_00n);
  });

  it('serves two who agree, pay and propose at the same time one after the other', async () => {
    const one = await county.case(300_00n);
    const id = await county.propose(DEBTOR, one.caseId, {
      terms: { months: 3, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
    });
    const outcomes = await Promise.allSettled([
      county.agree(CLERK, id),
      county.agree(OTHER, id),
      county.pay(one, null, 100_00n),
      county.plans.hear(one.receivableId),
    ]);
    expect(outcomes.slice(0, 2).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await county.plans.hear(one.receivableId);
    expect((await county.standing(one)).openFen).toBe(200_00n);
    expect(await asked({ ...one, id })).toBe(200_00n);
  });

  it('shows a debtor their own plans only, and an officer those of their place', async () => {
    const one = await agreed();
    const stranger = { ...DEBTOR, id: 'citizen-2', family: { key: '08'.repeat(32), persons: [] } };
    const elsewhere = { ...officer('county-9'), division: '510104000000' as typeof CLERK.division };
    expect((await as(DEBTOR, () => county.plans.own())).map(({ id }) => id)).toContain(one.id);
    expect(await as(stranger, () => county.plans.own())).toEqual([]);
    for (const caller of [stranger, elsewhere]) {
      expect(await as(caller, () => county.plans.ofCase(one.caseId))).toEqual([]);
      expect(await as(caller, () => county.plans.instalments([one.id]))).toEqual([]);
      await expect(as(caller, () => county.plans.file(one.id))).rejects.toEqual(refused('INSTALMENT_PLAN_UNKNOWN'));
      await expect(county.early(caller, one.id, 1n, 'shorten')).rejects.toEqual(refused('INSTALMENT_PLAN_UNKNOWN'));
      await expect(county.propose(caller, one.caseId)).rejects.toEqual(refused('INSTALMENT_NOTHING_OWED'));
    }
    const { csv } = await as(DEBTOR, () => county.plans.file(one.id));
    expect(csv).toMatch(/^no,due_on,[a-z_,]+\r?\n1,2026-05-08,100\.00,0\.00,100\.00,\d{17},\r?\n2,/);
  });

  describe('in SQL, as the app', () => {
    const sql = (text: string, parameters: unknown[] = []) =>
      county.database.write((tx) => tx.query(text, parameters)) as Promise<unknown>;

    it('no amount or day of a part changes, none is added, and what was counted stays counted', async () => {
      const one = await agreed();
      await expect(sql('update instalment set fen = fen + 1')).rejects.toThrow(/permission denied/);
      await expect(sql('update instalment_plan set fen = fen + 1')).rejects.toThrow(/permission denied/);
      await expect(sql('delete from instalment')).rejects.toThrow(/permission denied/);
      await expect(sql('update instalment_act set note = null')).rejects.toThrow(/permission denied/);
      await expect(
        sql(
          `insert into instalment (id, plan_id, no, fen, nominal_on, due_on) values (uuidv7(), $1, 13, 100, '2027-06-01', '2027-06-01')`,
          [one.id],
        ),
      ).rejects.toEqual(violates('instalments_are_what_is_open'));
      await county.pay(one, null, 50_00n);
      const [first] = await county.parts(one.id);
      for (const set of ['paid_fen = 0', 'paid_fen = 60', 'dropped_fen = 1'])
        await expect(sql(`update instalment set ${set} where id = $1`, [first!.id])).rejects.toEqual(
          violates('instalments_are_what_is_open'),
        );
      await expect(sql('update instalment set named_fen = -1 where id = $1', [first!.id])).rejects.toEqual(
        violates('instalment_only_counts'),
      );
      await expect(sql('update instalment set paid_fen = fen + 1 where plan_id = $1', [one.id])).rejects.toEqual(
        violates('instalment_open_is_never_negative'),
      );
    });

    it('a plan moves as the table says, ends with nothing open, and once settled stays settled', async () => {
      const one = await agreed();
      await expect(sql(`update instalment_plan set state = 'proposed' where id = $1`, [one.id])).rejects.toEqual(
        violates('instalment_plan_moves_as_the_table_says'),
      );
      await expect(
        sql(`update instalment_plan set state = 'broken', ended_on = '2026-04-01' where id = $1`, [one.id]),
      ).rejects.toEqual(violates('instalment_plan_over_leaves_nothing_open'));
      await county.pay(one, null, 1_200_00n);
      for (const state of ['agreed', 'suspended', 'broken', 'replaced', 'proposed'])
        await expect(sql(`update instalment_plan set state = $2 where id = $1`, [one.id, state])).rejects.toEqual(
          violates('instalment_plan_moves_as_the_table_says'),
        );
      await expect(sql('update instalment set dropped_fen = 0 where plan_id = $1', [one.id])).rejects.toEqual(
        violates('instalment_of_a_plan_that_is_over'),
      );
    });
  });
});
