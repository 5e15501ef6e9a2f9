import { type Caller, PUBLIC, Requires } from '@app/access';
import { day, type DivisionCode } from '@app/kernel';
import { graphql } from 'graphql';
import { GraphContext, inGroups, inOrder } from './context';
import { Field, Mutation, Query, Reference, References, Resolver } from './decorators';
import { buildMergedSchema, listOperations } from './schema';

const PERSONS = [
  { id: 'p1', name: '王一', householdId: 'h1', born: null },
  { id: 'p2', name: '李二', householdId: 'h1', born: day('2024-02-29') },
  { id: 'p3', name: '张三', householdId: 'h2', born: day('2022-01-01') },
];
type Person = (typeof PERSONS)[number];

const registrationSdl = `
  "A person."
  type Person @key(fields: "id") @shows(word: "public") {
    "The id." id: ID!
    "The name." name: String!
    "The day of birth." born: Day
    "The household." household: Household!
  }
  "A household."
  type Household @key(fields: "id") @shows(word: "public") { "The id." id: ID! "Who lives there." members: [Person!]! }
  extend type Query { "One person." person("Its id." id: ID!): Person }
`;
const subsidySdl = `
  extend type Person @key(fields: "id") { id: ID! @external "What is paid for the child." awarded: Fen! }
  "A claim."
  type Claim @shows(word: "public") { "The id." id: ID! "The child." child: Person! }
  extend type Query { "All claims." claims: [Claim!]! "What was sent." echo("A day." day: Day, "Money." fen: Fen, "Any." json: JSON): JSON! }
  extend type Mutation { "Reviews a claim." reviewClaim("Its id." id: ID!): Claim! }
`;

/** The owner of persons, counting how often it is asked and for how many. */
@Resolver('Person')
class PersonResolver {
  readonly batches: string[][] = [];

  @Query()
  @Requires('person.read')
  person({ id }: { id: string }): Person | null {
    return PERSONS.find((person) => person.id === id) ?? null;
  }

  @Field()
  household(person: Person): { id: string } {
    return { id: person.householdId };
  }

  @References()
  find(refs: { id: string }[]): Promise<(Person | null)[]> {
    const ids = refs.map(({ id }) => id);
    this.batches.push(ids);
    return Promise.resolve(
      inOrder(
        ids,
        PERSONS.filter(({ id }) => ids.includes(id)),
        ({ id }) => id,
      ),
    );
  }
}

@Resolver('Household')
class HouseholdResolver {
  readonly batches: string[][] = [];

  @Field()
  members({ id }: { id: string }, _args: object, context: GraphContext): Promise<Person[]> {
    return context
      .loader<string, Person[]>('household.members', (ids) => {
        this.batches.push([...ids]);
        return Promise.resolve(inGroups(ids, PERSONS, ({ householdId }) => householdId));
      })
      .load(id);
  }

  @Reference()
  find(ref: { id: string }): Promise<{ id: string }> {
    return Promise.resolve(ref);
  }
}

@Resolver('Person')
class AwardResolver {
  @Field()
  awarded({ id }: { id: string }): bigint {
    return BigInt(id.slice(1)) * 360_000n;
  }
}

@Resolver()
class ClaimResolver {
  constructor(private readonly children: (string | object)[] = ['p1', 'p2', 'p3', 'p1']) {}

  @Query()
  @Requires(PUBLIC)
  claims() {
    return this.children.map((child, index) => ({
      id: `c${index}`,
      child: typeof child === 'string' ? { id: child } : child,
    }));
  }

  @Query('echo')
  @Requires(PUBLIC)
  repeat(args: Record<string, unknown>) {
    return { ...args, kinds: Object.values(args).map((value) => typeof value) };
  }

  @Mutation()
  @Requires('claim.review')
  reviewClaim({ id }: { id: string }, context: GraphContext) {
    return { id: `${id} by ${context.getCaller().id}`, child: { id: 'p1' } };
  }
}

const sources = [
  { app: 'registration', sdl: registrationSdl },
  { app: 'subsidy', sdl: subsidySdl },
];
const reviewer: Caller = {
  id: 'u1',
  name: '石溪',
  roles: ['township-reviewer'],
  division: '340202100000' as DivisionCode,
};

function build(children?: (string | object)[]) {
  const persons = new PersonResolver();
  const households = new HouseholdResolver();
  const resolvers = [persons, households, new AwardResolver(), new ClaimResolver(children), { a: 'provider of Nest' }];
  const schema = buildMergedSchema({ sources, resolvers });
  const ask = (source: string, { caller, objectsMax, variables }: Partial<Asked> = {}) =>
    graphql({ schema, source, contextValue: new GraphContext(caller, objectsMax), variableValues: variables });
  return { schema, persons, households, ask };
}
interface Asked {
  caller: Caller;
  objectsMax: number;
  variables: Record<string, unknown>;
}

const codes = (result: { errors?: readonly { originalError?: unknown }[] }) =>
  result.errors?.map(({ originalError }) => (originalError as { code?: string }).code);

describe('a reference across apps', () => {
  it('is completed by its owner, in one batch for the whole answer', async () => {
    const { ask, persons, households } = build();
    const result = await ask('{ claims { id child { id name born awarded household { members { name } } } } }');
    expect(result.errors).toBeUndefined();
    expect(persons.batches).toEqual([['p1', 'p2', 'p3']]);
    expect(households.batches).toEqual([['h1', 'h2']]);
    expect(JSON.parse(JSON.stringify(result.data)).claims[1]).toEqual({
      id: 'c1',
      child: {
        id: 'p2',
        name: '李二',
        born: '2024-02-29',
        awarded: '720000',
        household: { members: [{ name: '王一' }, { name: '李二' }] },
      },
    });
  });

  it('is not completed when only its key and the fields of others are asked for', async () => {
    const { ask, persons } = build();
    expect((await ask('{ claims { child { id awarded } } }')).errors).toBeUndefined();
    expect(persons.batches).toEqual([]);
  });

  it('that leads nowhere says so, and only there', async () => {
    const { ask } = build(['p1', 'p9']);
    const result = await ask('{ a: claims { child { id } } claims { child { name } } }');
    expect(codes(result)).toEqual(['REFERENCE_NOT_FOUND']);
    expect(result.errors![0]!.path).toEqual(['claims', 1, 'child', 'name']);
  });

  it('that fails later than its neighbour in a list does not end the process', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    const { ask } = build(['p9', { id: 'p1', name: null }]);
    const result = await ask('{ claims { child { name } } }');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(result.errors).toHaveLength(1);
    expect(unhandled).toEqual([]);
  });

  it('is asked for anew in the next operation, for facts change', async () => {
    const { ask, persons } = build(['p1']);
    await ask('{ claims { child { name } } }');
    await ask('{ claims { child { name } } }');
    expect(persons.batches).toEqual([['p1'], ['p1']]);
  });

  it('is completed only for those who may read its owner, when the owner says so', async () => {
    @Resolver('Person')
    class GuardedPersonResolver extends Object {
      @Query()
      @Requires('person.read')
      person() {
        return PERSONS[0];
      }

      @Field()
      household() {
        return { id: 'h1' };
      }

      @Requires('person.read')
      @Reference()
      find() {
        return PERSONS[0];
      }
    }
    const resolvers = [
      new GuardedPersonResolver(),
      new HouseholdResolver(),
      new AwardResolver(),
      new ClaimResolver(['p1']),
    ];
    const schema = buildMergedSchema({ sources, resolvers });
    const ask = (caller: Caller) =>
      graphql({ schema, source: '{ claims { child { name } } }', contextValue: new GraphContext(caller) });
    expect(codes(await ask({ ...reviewer, roles: ['finance-officer'] }))).toEqual(['NOT_PERMITTED']);
    expect((await ask(reviewer)).errors).toBeUndefined();
  });
});

describe('an operation', () => {
  it('runs only for those whom its permission names', async () => {
    const { ask, persons } = build();
    expect(codes(await ask('{ person(id: "p1") { name } }'))).toEqual(['NOT_SIGNED_IN']);
    expect(
      codes(await ask('mutation { reviewClaim(id: "c") { id } }', { caller: { ...reviewer, roles: ['auditor'] } })),
    ).toEqual(['NOT_PERMITTED']);
    const done = await ask('mutation { reviewClaim(id: "c") { id child { name } } }', { caller: reviewer });
    expect(JSON.parse(JSON.stringify(done))).toEqual({
      data: { reviewClaim: { id: 'c by u1', child: { name: '王一' } } },
    });
    expect(persons.batches).toEqual([['p1']]);
  });

  it('stops calling resolvers once its budget of objects is spent', async () => {
    const { ask, households } = build(Array.from({ length: 50 }, () => 'p1'));
    const result = await ask('{ claims { child { household { members { name } } } } }', { objectsMax: 60 });
    expect(new Set(codes(result))).toEqual(new Set(['ANSWER_TOO_LARGE']));
    expect(households.batches).toEqual([]);
  });

  it('takes and gives days, money and JSON without loss', async () => {
    const { ask } = build();
    const source = 'query ($fen: Fen) { echo(day: "2024-02-29", fen: $fen, json: { a: [1, "二"] }) }';
    const result = await ask(source, { variables: { fen: '-900719925474099312' } });
    expect(result.data?.echo).toEqual({
      day: '2024-02-29',
      fen: '-900719925474099312',
      json: { a: [1, '二'] },
      kinds: ['string', 'bigint', 'object'],
    });
  });

  it.each([
    ['a day that does not exist', '{ echo(day: "2023-02-29") }', {}],
    ['money with a point', '{ echo(fen: "12.34") }', {}],
    ['money as a number', 'query ($fen: Fen) { echo(fen: $fen) }', { fen: 12 }],
  ])('does not take %s', async (_, source, variables) => {
    expect((await build().ask(source, { variables })).errors?.[0]?.message).toMatch(
      /A Day is|amount in Fen|Fen is written/,
    );
  });

  it('stands in the access list with what it requires', () => {
    expect(listOperations(build().schema)).toEqual([
      { operation: 'Query.person', requires: 'person.read' },
      { operation: 'Query.claims', requires: 'public' },
      { operation: 'Query.echo', requires: 'public' },
      { operation: 'Mutation.reviewClaim', requires: 'claim.review' },
    ]);
  });
});

describe('the graph does not build', () => {
  const withQuery =
    (sdl: string, ...resolvers: object[]) =>
    () =>
      buildMergedSchema({ sources: [{ app: 'one', sdl }], resolvers });

  class Bare {
    ping() {
      return 'pong';
    }
  }
  const ping = 'extend type Query { "Answers." ping: String! }';

  it('with an operation that names no permission', () => {
    @Resolver()
    class Open extends Bare {
      @Query()
      override ping() {
        return 'pong';
      }
    }
    expect(withQuery(ping, new Open())).toThrow("Open.ping needs @Requires('…') or @Requires(PUBLIC)");
  });

  it('with a permission that does not exist', () => {
    @Resolver()
    class Invented extends Bare {
      @Query()
      @Requires('ping.send' as 'person.read')
      override ping() {
        return 'pong';
      }
    }
    expect(withQuery(ping, new Invented())).toThrow('Invented.ping: there is no permission "ping.send"');
  });

  it('with an operation that nobody answers, or two', () => {
    expect(withQuery(ping, new Bare())).toThrow('Query.ping is answered by no resolver');
    @Resolver()
    class Pong {
      @Query()
      @Requires(PUBLIC)
      ping() {
        return 'pong';
      }
    }
    expect(withQuery(ping, new Pong(), new Pong())).toThrow('Pong.ping: Query.ping is answered twice');
  });

  it('with names that the SDL does not know, or lacks the words for: all in one error', () => {
    @Resolver('Thing')
    class Wrong {
      @Query()
      @Requires(PUBLIC)
      pong() {
        return '';
      }
      @Field()
      size() {
        return 1;
      }
      @Reference()
      find() {
        return null;
      }
    }
    const sdl =
      'type Thing @shows(word: "public") { id: ID! } "X." type Keyed @key(fields: "id") @shows(word: "public") { "x" id: ID! } ';
    expect(withQuery(sdl + ping, new Wrong())).toThrow(
      [
        'the graph cannot be built:',
        'Keyed has a @key but nobody completes a reference to it',
        'Query.ping is answered by no resolver',
        'Thing has no description',
        'Thing.id has no description',
        'Wrong.find: Thing has no @key in the SDL',
        'Wrong.pong: the SDL has no Query.pong',
        'Wrong.size: the SDL has no Thing.size',
      ].join('\n'),
    );
  });
});
