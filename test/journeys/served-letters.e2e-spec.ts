import { randomUUID } from 'node:crypto';
import type { Caller } from '@app/access';
import { RemedyService } from '../../apps/fees/src/remedy/remedy.service';
import { NUMBER, writeLetter } from '../../apps/fees/src/delivery/delivery.fixture';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { GraphClient } from '../support/graph-client';

let world: CountyWorld;
let graph: GraphClient;
beforeAll(async () => {
  world = await openCountyWorld('2026-03-02');
  graph = await GraphClient.open(world);
}, 120_000);
afterAll(async () => {
  await graph?.close();
  await world?.close();
});

const person: Caller = {
  id: 'person',
  name: '张示例',
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber: NUMBER,
};
const second: Caller = {
  id: 'second',
  name: 'second',
  roles: ['county-confirmer'],
  division: '340202000000' as Caller['division'],
};

async function ask<T>(who: string | Caller, query: string): Promise<T> {
  const { data, refused } = await graph.ask<T>(who, query);
  expect(refused).toEqual([]);
  return data;
}
const refusedOf = async (who: string | Caller, query: string) => (await graph.ask(who, query)).refused;

/** A decision about 300 yuan, written by another officer of the county. */
async function decision(): Promise<{ matterId: string; letterId: string }> {
  const matterId = randomUUID();
  const letterId = await writeLetter(world, { matterId }, (tx, id) =>
    world.get(RemedyService).contest(tx, { matterId, letterId: id, fen: 30_000n }),
  );
  return { matterId, letterId };
}

describe('a letter and what can be done about it', () => {
  it('is tried, refused, left before a camera, contested in time, lowered by two officers, and then open to the court', async () => {
    const { matterId, letterId } = await decision();
    const list = '{ undeliveredLetters { nodes { letter { id } state waitingDays lastFailure } } }';
    expect(await ask('county-confirmer', list)).toEqual({
      undeliveredLetters: {
        nodes: [{ letter: { id: letterId }, state: 'NOT_SENT', waitingDays: 0, lastFailure: null }],
      },
    });
    type Sent = { sendLetter: { deliveryAttempts: { id: string }[] } };
    const send = async (mode: string) => {
      world.clock.advance(60_000);
      const source = `mutation { sendLetter(letterId: "${letterId}", mode: ${mode}) { deliveryAttempts { id } } }`;
      return (await ask<Sent>('county-confirmer', source)).sendLetter.deliveryAttempts.at(-1)!.id;
    };
    const direct = await send('DIRECT');
    await ask('county-confirmer', `mutation { recordLetterFailed(attemptId: "${direct}", failure: REFUSED) { id } }`);
    const left = await send('LEFT');
    const prove = (proof: string) =>
      `mutation { recordLetterServed(attemptId: "${left}", proof: { ${proof} }) { servedOn } }`;
    const part = 'reference: "回证1号", leftOn: "2026-03-02", recording: VIDEO';
    const { errors } = await graph.ask('county-confirmer', prove(part));
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/拒收事由；两名见证人的姓名，或者拍照、录像及其校验值/) as string,
      extensions: { code: 'DELIVERY_PROOF_INCOMPLETE' },
    });
    const whole = `${part}, recordingSha256: "${'ab'.repeat(32)}", refusal: "拒绝签收", said: "留置于本人住所门内"`;
    expect(await ask('county-confirmer', prove(whole))).toEqual({ recordLetterServed: { servedOn: '2026-03-02' } });
    expect(await ask('county-confirmer', list)).toEqual({ undeliveredLetters: { nodes: [] } });

    const mine = `{ myLetters { id servedOn deliveryAttempts { mode outcomes { failure proof { statedOn refusal recording said } } } }
      myContestableDecisions { matterId amount lastDayToReconsider lastDayToSue isOpen isSuspended letter { id } } }`;
    expect(await ask(person, mine)).toEqual({
      myLetters: [
        {
          id: letterId,
          servedOn: '2026-03-02',
          deliveryAttempts: [
            { mode: 'DIRECT', outcomes: [{ failure: 'REFUSED', proof: null }] },
            {
              mode: 'LEFT',
              outcomes: [
                {
                  failure: null,
                  proof: {
                    statedOn: '2026-03-02',
                    refusal: '拒绝签收',
                    recording: 'VIDEO',
                    said: '留置于本人住所门内',
                  },
                },
              ],
            },
          ],
        },
      ],
      myContestableDecisions: [
        {
          matterId,
          amount: '30000',
          lastDayToReconsider: '2026-05-06',
          lastDayToSue: '2026-09-02',
          isOpen: false,
          isSuspended: false,
          letter: { id: letterId },
        },
      ],
    });

    world.clock.set('2026-05-06');
    const filed = await ask<{ fileRemedy: { id: string } }>(
      person,
      `mutation { fileRemedy(matterId: "${matterId}", grounds: "三个月并未多领") { id isLate lastDay state body } }`,
    );
    const { id } = filed.fileRemedy;
    expect(filed.fileRemedy).toMatchObject({ isLate: false, lastDay: '2026-05-06', state: 'FILED' });
    const step = (who: string | Caller, field: string) => ask(who, `mutation { ${field} { state } }`);
    await step('county-confirmer', `acceptRemedy(id: "${id}")`);
    const lower = `concludeRemedy(id: "${id}", outcome: UPHELD_IN_PART, newAmount: "12000", reasons: "两个月计算有误")`;
    expect(await step('county-confirmer', lower)).toEqual({ concludeRemedy: { state: 'PROPOSED' } });
    const confirm = `confirmRemedy(id: "${id}")`;
    expect(await refusedOf('county-confirmer', `mutation { ${confirm} { id } }`)).toEqual([
      'REMEDY_NEEDS_SECOND_OFFICER',
    ]);
    expect(await refusedOf(person, `mutation { ${confirm} { id } }`)).toEqual(['NOT_PERMITTED']);
    expect(await step(second, confirm)).toEqual({ confirmRemedy: { state: 'DECIDED' } });

    type Remedies = { myRemedies: { decisionLetter: { id: string } }[] };
    const { myRemedies } = await ask<Remedies>(
      person,
      '{ myRemedies { outcome newAmount grounds decisionLetter { id kind } history { kind } } }',
    );
    expect(myRemedies).toMatchObject([
      {
        outcome: 'UPHELD_IN_PART',
        newAmount: '12000',
        grounds: '三个月并未多领',
        decisionLetter: { kind: 'REMEDY_DECISION' },
        history: [{ kind: 'file' }, { kind: 'accept' }, { kind: 'propose' }, { kind: 'decide' }],
      },
    ]);
    const confirmReceipt = `mutation { confirmLetterReceipt(letterId: "${myRemedies[0]!.decisionLetter.id}") { servedOn } }`;
    expect(await refusedOf(person, confirmReceipt)).toEqual(['DELIVERY_NEEDS_CONSENT']);
    await ask(person, 'mutation { consentToElectronicService { id words endedOn } }');
    world.clock.set('2026-05-08');
    expect(await ask(person, confirmReceipt)).toEqual({ confirmLetterReceipt: { servedOn: '2026-05-08' } });
    expect(await ask(person, '{ myContestableDecisions { lastDayToReconsider lastDayToSue lastDayToApply } }')).toEqual(
      {
        // The 23rd is a Saturday.
        myContestableDecisions: [
          { lastDayToReconsider: null, lastDayToSue: '2026-05-25', lastDayToApply: '2026-05-25' },
        ],
      },
    );
    const revoked = '{ revokeElectronicService { givenOn endedOn } }';
    expect(await ask(person, `mutation ${revoked}`)).toEqual({
      revokeElectronicService: [{ givenOn: '2026-05-06', endedOn: '2026-05-08' }],
    });
  });
});
