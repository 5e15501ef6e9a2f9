import { RegistryFailure, type VerifyReply } from '../../apps/exchange/src/household-registry/household-registry.types';
import { FollowingService } from '../../apps/exchange/src/comparison/following.service';
import { AskingService } from '../../apps/exchange/src/question/asking.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { numberOf, recordOf } from '../support/exchange-world';
import { GraphClient } from '../support/graph-client';

const NUMBER = numberOf('1990-03-03', 11);
const NAME = '张小明';

const NOMINATE = `mutation ($input: NominationInput!) { nominateClerk(input: $input) { id name isResponsible nominatedBy } }`;
const VERIFY = `mutation ($input: VerifyPersonInput!) {
  verifyPerson(input: $input) { outcome isDeathMarked question { id outcome personMask nextAt } } }`;
const CONNECTION = '{ registryConnection { line isOpenNow quota quotaLeft waiting setAside } }';

interface VerifiedAnswer {
  readonly verifyPerson: {
    readonly outcome: string;
    readonly isDeathMarked: boolean | null;
    readonly question: { readonly id: string; readonly outcome: string; readonly personMask: string };
  };
}

describe.each(['merged', 'federated'] as const)('officers and the household registry, %s', (topology) => {
  let world: CountyWorld;
  let graph: GraphClient;
  beforeAll(async () => {
    world = await openCountyWorld('2026-04-01');
    graph = await GraphClient.open(world, topology);
    world.registry.records = [recordOf(NAME, NUMBER)];
    await nominate('demo-township-reviewer', '王经办', 1, false);
    await nominate('chief', '李负责', 3, true);
  }, 120_000);
  afterAll(async () => {
    await graph.close();
    await world.close();
  });

  const nominate = (officer: string, name: string, n: number, isResponsible: boolean) =>
    graph.ask<{ nominateClerk: object }>('county-confirmer', NOMINATE, {
      input: {
        officer,
        name,
        idNumber: numberOf('1980-05-05', n),
        unitCode: '340202WJ',
        unitName: '示例县卫生健康委员会',
        division: '340202',
        isResponsible,
        from: '2026-01-01',
      },
    });
  const verify = (changed: object = {}, who = 'township-reviewer') =>
    graph.ask<VerifiedAnswer>(who, VERIFY, {
      input: {
        name: NAME,
        idNumber: NUMBER,
        purpose: 'BIRTH_REGISTRATION',
        legalBasis: '生育登记服务管理办法第八条',
        ...changed,
      },
    });

  it('nobody asks who is not named to the registry, and nobody names themselves', async () => {
    expect((await verify({}, 'county-reviewer')).refused).toEqual(['NOBODY_NOMINATED']);
    expect((await nominate('demo-county-confirmer', '自己', 5, false)).refused).toEqual(['NOMINATION_OF_ONESELF']);
    expect(await nominate('newcomer', '赵新', 7, false)).toMatchObject({
      refused: [],
      data: { nominateClerk: { name: '赵新', isResponsible: false, nominatedBy: 'demo-county-confirmer' } },
    });
    expect((await nominate('newcomer', '赵新', 7, false)).refused).toEqual(['NOMINATION_OVERLAPS']);
  });

  it('an officer is answered at once, in their own name and masked', async () => {
    const { data } = await verify({ purpose: 'REGISTER_KEEPING' });
    expect(data.verifyPerson).toMatchObject({
      outcome: 'MATCH',
      isDeathMarked: false,
      question: { outcome: 'MATCH', personMask: '张** 3402**************' },
    });
    expect(world.registry.asked.at(-1)).toMatchObject({ clerk: { name: '王经办' }, purpose: 'DJWH' });
  });

  it('a registry that is away leaves the question waiting, which everybody can see, and it is answered later', async () => {
    world.registry.instead.push(() => Promise.reject(new RegistryFailure('unreachable', 'down', false)));
    const { data } = await verify({ purpose: 'SUBSIDY_CLAIM' });
    expect(data.verifyPerson).toMatchObject({ outcome: 'WAITING', isDeathMarked: null });
    const state = await graph.ask<{ registryConnection: { quotaLeft: number } }>('auditor', CONNECTION);
    expect(state.data.registryConnection).toMatchObject({ line: 'CLOSED', isOpenNow: true, waiting: 1, quota: 2000 });
    expect(state.data.registryConnection.quotaLeft).toBeLessThan(2_000);
    world.clock.set('2026-04-01T12:05:00+08:00');
    await world.get(AskingService).ask(data.verifyPerson.question.id);
    const list = await graph.ask<{ registryQuestions: { nodes: object[]; totalCount: number } }>(
      'auditor',
      `{ registryQuestions(filter: { purpose: SUBSIDY_CLAIM, officer: "demo-township-reviewer", from: "2026-04-01", to: "2026-04-01" }) {
           totalCount nodes { outcome purpose legalBasis officer asker kind attempts { outcome clerkName unitName } } } }`,
    );
    expect(list.refused).toEqual([]);
    expect(list.data.registryQuestions).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          outcome: 'MATCH',
          asker: 'OFFICER',
          kind: 'VERIFY',
          officer: 'demo-township-reviewer',
          attempts: [
            { outcome: 'unreachable', clerkName: '王经办', unitName: '示例县卫生健康委员会' },
            { outcome: 'match', clerkName: '王经办', unitName: '示例县卫生健康委员会' },
          ],
        },
      ],
    });
  });

  it('an answer about somebody else is set aside for a person, who says once what came of it', async () => {
    world.registry.alter = (answer) => ({
      ...answer,
      echo: { ...(answer as unknown as VerifyReply).echo, idNumber: numberOf('1990-03-03', 13) },
    });
    const { data } = await verify({ purpose: 'YEARLY_CHECK' });
    world.registry.alter = (answer) => answer;
    expect(data.verifyPerson).toMatchObject({ outcome: 'SET_ASIDE', isDeathMarked: null });
    const LIST = '{ setAsideReplies(isOpen: true) { nodes { id reason question { id purpose } settledBy } } }';
    const open = await graph.ask<{ setAsideReplies: { nodes: { id: string }[] } }>('county-confirmer', LIST);
    expect(open.data.setAsideReplies.nodes).toMatchObject([
      {
        reason: 'WRONG_PERSON',
        question: { id: data.verifyPerson.question.id, purpose: 'YEARLY_CHECK' },
        settledBy: null,
      },
    ]);
    const [{ id }] = open.data.setAsideReplies.nodes as [{ id: string }];
    const settle = () =>
      graph.ask(
        'county-confirmer',
        'mutation ($id: ID!) { settleSetAside(id: $id, note: "登记机关已更正") { settledBy note } }',
        { id },
      );
    expect(await settle()).toMatchObject({ data: { settleSetAside: { settledBy: 'demo-county-confirmer' } } });
    expect((await settle()).refused).toEqual(['SET_ASIDE_UNKNOWN']);
    const left = await graph.ask<{ setAsideReplies: { nodes: object[] } }>('county-confirmer', LIST);
    expect(left.data.setAsideReplies.nodes).toEqual([]);
  });

  it('a batch goes out in the responsible officer’s name, and its results come back line by line', async () => {
    const lines = [
      { name: NAME, idNumber: NUMBER },
      { name: '别人', idNumber: NUMBER },
    ];
    const sent = await graph.ask<{ compareBatch: { id: string } }>(
      'county-confirmer',
      `mutation ($lines: [ComparedPersonInput!]!) {
         compareBatch(input: { purpose: YEARLY_CHECK, legalBasis: "育儿补贴制度实施方案", lines: $lines }) { id responsibleName lineCount } }`,
      { lines },
    );
    expect(sent.data.compareBatch).toMatchObject({ responsibleName: '李负责', lineCount: 2 });
    const { id } = sent.data.compareBatch;
    await world.get(FollowingService).follow(id);
    world.registry.answerLines(world.registry.asked.at(-1)!.requestId, [1, 2], true);
    await world.get(FollowingService).follow(id);
    const back = await graph.ask<{ registryComparisons: object; comparisonLines: object }>(
      'auditor',
      `query ($id: ID!) { registryComparisons { nodes { rounds settledAt counts { outcome count } } } comparisonLines(id: $id) { lineNo personMask outcome isDeathMarked } }`,
      { id },
    );
    expect(back.data).toMatchObject({
      registryComparisons: {
        nodes: [
          {
            rounds: 1,
            settledAt: expect.any(String) as string,
            counts: [
              { outcome: 'MATCH', count: 1 },
              { outcome: 'MISMATCH', count: 1 },
            ],
          },
        ],
      },
      comparisonLines: [
        { lineNo: 1, personMask: '张** 3402**************', outcome: 'MATCH', isDeathMarked: false },
        { lineNo: 2, personMask: '别* 3402**************', outcome: 'MISMATCH' },
      ],
    });
  });

  it('nowhere in an answer stands a whole number or name of whoever was asked about', async () => {
    await verify();
    await graph.ask(
      'auditor',
      '{ registryQuestions { nodes { personMask attempts { clerkName } } } registryNominations { name } }',
    );
    const text = graph.answers.join('\n');
    for (const secret of [NUMBER, NAME, numberOf('1980-05-05', 1)]) expect(text).not.toContain(secret);
    expect(text).toContain('张** 3402');
  });
});
