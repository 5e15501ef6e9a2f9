import { type Caller, Requires } from '@app/access';
import { Notes } from '@app/database';
import type { DivisionCode } from '@app/kernel';
import { buildSchema, graphql } from 'graphql';
import { GraphContext } from './context';
import { Field, Query, References, Resolver } from './decorators';
import { buildSubgraphSchema } from './schema';
import { federationSdl } from './subgraph';

const registration = {
  app: 'registration',
  sdl: `
    "A person."
    type Person @key(fields: "id") @shows(word: "public", kind: "person") {
      "The id." id: ID!
      "The name." name: String! @shows(word: "person.basics")
    }
    extend type Query { "One person." person("Its id." id: ID!): Person }
  `,
};
const subsidy = {
  app: 'subsidy',
  sdl: `
    extend type Person @key(fields: "id") { id: ID! @external "What is paid." awarded: Fen! @shows(word: "public") }
    "A claim."
    type Claim @key(fields: "id") @shows(word: "public") { "The id." id: ID! "The child." child: Person! "Where it lives." household: Household }
    extend type Query { "All claims." claims: [Claim!]! }
  `,
};
const households = {
  app: 'households',
  sdl: '"A household." type Household @key(fields: "id") @shows(word: "public") { "The id." id: ID! "Its size." size: Int! }',
};
const sources = [registration, subsidy, households];

@Resolver('Person')
class PersonResolver {
  readonly batches: string[][] = [];

  @Query()
  @Requires('person.read')
  person({ id }: { id: string }) {
    return { id };
  }

  @References()
  @Requires('person.basics')
  find(refs: { id: string }[]) {
    const ids = refs.map(({ id }) => id);
    this.batches.push(ids);
    const rows = ids.map((id) => (id === 'gone' ? null : { id, name: `名${id}` }));
    new Notes().disclose(
      'person',
      rows.filter((row) => row !== null),
    );
    return Promise.resolve(rows);
  }
}

@Resolver('Claim')
class ClaimResolver {
  @Query()
  @Requires('claim.read')
  claims() {
    return [{ id: 'c1', child: { id: 'p1' }, household: { id: 'h1' } }];
  }

  @References()
  find(refs: { id: string }[]) {
    return Promise.resolve(refs.map(({ id }) => ({ id, child: { id: `child of ${id}` }, household: null })));
  }
}

@Resolver('Person')
class AwardResolver {
  @Field()
  awarded({ id }: { id: string }): bigint {
    return BigInt(id.length);
  }
}

const reviewer: Caller = {
  id: 'u1',
  name: '石溪',
  roles: ['township-reviewer'],
  division: '340202100000' as DivisionCode,
};

function build(app: string, ...resolvers: object[]) {
  const schema = buildSubgraphSchema({ app, sources, resolvers });
  const ask = async (source: string, representations?: unknown, context = new GraphContext(reviewer)) => {
    const { data, errors } = await graphql({
      schema,
      source,
      contextValue: context,
      variableValues: { representations },
    });
    const codes = errors?.map(({ originalError }) => (originalError as { code?: string } | undefined)?.code);
    return { data: JSON.parse(JSON.stringify(data ?? null)) as unknown, codes, errors, context };
  };
  return { schema, ask };
}
const ENTITIES = 'query ($representations: [_Any!]!) { _entities(representations: $representations)';

describe('the subgraph of an app', () => {
  it('has its own types, the bare keys of what it refers to, and nothing of anybody else', () => {
    const { schema } = build('subsidy', new ClaimResolver(), new AwardResolver());
    const fieldsOf = (name: string) =>
      Object.keys((schema.getType(name) as unknown as { getFields(): object }).getFields());
    expect(fieldsOf('Person')).toEqual(['id', 'awarded']);
    expect(fieldsOf('Household')).toEqual(['id']);
    expect(fieldsOf('Query')).toEqual(['claims', '_entities']);
    expect(String(schema.getType('_Service'))).toBe('undefined');
  });

  it('answers with references to others that hold their key and no more', async () => {
    const { ask } = build('subsidy', new ClaimResolver(), new AwardResolver());
    expect(await ask('{ claims { id child { __typename id awarded } household { id } } }')).toMatchObject({
      data: {
        claims: [{ id: 'c1', child: { __typename: 'Person', id: 'p1', awarded: '2' }, household: { id: 'h1' } }],
      },
    });
  });

  it('leaves what a failed operation does to others to whoever knows them all', async () => {
    const { ask } = build('subsidy', new ClaimResolver(), new AwardResolver());
    const { data, codes } = await ask('{ claims { id } other: claims { id } }', [], new GraphContext(undefined));
    expect([data, codes]).toEqual([{ claims: null, other: null }, ['NOT_SIGNED_IN', 'NOT_SIGNED_IN']]);
  });

  it('completes representations by their owner, in one batch, and says which of them lead nowhere', async () => {
    const persons = new PersonResolver();
    const { ask } = build('registration', persons);
    const asked = ['p1', 'gone', 'p2', 'p1'].map((id) => ({ __typename: 'Person', id, name: 'not believed' }));
    const { data, codes, errors } = await ask(`${ENTITIES} { __typename ... on Person { id name } } }`, asked);
    expect(persons.batches).toEqual([['p1', 'gone', 'p2']]);
    expect(codes).toEqual(['REFERENCE_NOT_FOUND']);
    expect(errors![0]!.path).toEqual(['_entities', 1, 'name']);
    expect(data).toEqual({
      _entities: [
        { __typename: 'Person', id: 'p1', name: '名p1' },
        null,
        { __typename: 'Person', id: 'p2', name: '名p2' },
        { __typename: 'Person', id: 'p1', name: '名p1' },
      ],
    });
  });

  it('asks the same permissions of a representation as of anything else', async () => {
    const { ask } = build('registration', new PersonResolver());
    const context = new GraphContext({ ...reviewer, roles: ['finance-officer'] });
    const { codes } = await ask(
      `${ENTITIES} { ... on Person { name } } }`,
      [{ __typename: 'Person', id: 'p1' }],
      context,
    );
    expect(codes).toEqual(['NOT_PERMITTED']);
    const nobody = await ask(
      `${ENTITIES} { ... on Person { name } } }`,
      [{ __typename: 'Person', id: 'p1' }],
      new GraphContext(undefined),
    );
    expect(nobody.codes).toEqual(['NOT_SIGNED_IN']);
  });

  it.each<[string, unknown]>([
    ['a type of another app', { __typename: 'Claim', id: 'c1' }],
    ['a type without a key', { __typename: 'PageInfo' }],
    ['the root', { __typename: 'Query', id: '1' }],
    ['no type', { id: 'p1' }],
    ['no key', { __typename: 'Person' }],
    ['a key that is no text', { __typename: 'Person', id: { $ne: '' } }],
    ['an inherited name', { __typename: 'constructor', id: 'p1' }],
    ['nothing but a number', 7],
    ['text', 'Person'],
  ])('refuses %s as a representation', async (_, representation) => {
    const persons = new PersonResolver();
    const { ask } = build('registration', persons);
    const { codes } = await ask(`${ENTITIES} { ... on Person { name } } }`, [representation]);
    expect(codes).toEqual(['REFERENCE_UNREADABLE']);
    expect(persons.batches).toEqual([]);
  });

  it('counts representations against the budget of objects', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ __typename: 'Person', id: String(index) }));
    const { ask } = build('registration', new PersonResolver());
    const { codes } = await ask(`${ENTITIES} { ... on Person { name } } }`, many, new GraphContext(reviewer, 29));
    expect(codes).toEqual(['ANSWER_TOO_LARGE']);
  });

  it('records what was asked for of whom: by itself, or by the word of the gateway that knows what its keys are for', async () => {
    const { ask } = build('registration', new PersonResolver());
    const query = `${ENTITIES} { __typename ...P } } fragment P on Person { id name }`;
    const asked = [{ __typename: 'Person', id: 'p1' }];
    expect((await ask(query, asked)).context.fields).toEqual({ person: ['id', 'name'] });
    const told = new GraphContext(reviewer, undefined, { asked: { Person: ['name', 'invented'], Claim: ['id'] } });
    expect((await ask(query, asked, told)).context.fields).toEqual({ person: ['name'] });
  });

  it('does not build when a type of nobody is used, a type of its own is not completed, or another app answers', () => {
    const lost = { app: 'lost', sdl: 'extend type Query { "None." none: Nowhere }' };
    expect(() => buildSubgraphSchema({ app: 'lost', sources: [...sources, lost], resolvers: [] })).toThrow(
      'lost refers to Nowhere, which no app declares with a @key',
    );
    expect(() => build('registration')).toThrow('Person has a @key but nobody completes a reference to it');
    expect(() => build('registration', new PersonResolver(), new ClaimResolver())).toThrow(
      'ClaimResolver.claims: the SDL has no Query.claims',
    );
  });
});

describe('its SDL for composition', () => {
  it('says which keys resolve here, and that base types are everybody’s', () => {
    const sdl = federationSdl(sources, 'subsidy');
    expect(sdl).toContain('type Claim @key(fields: "id") {');
    expect(sdl).toContain('type Person @key(fields: "id") {');
    expect(sdl).toContain('type Household @key(fields: "id", resolvable: false) {');
    expect(sdl).toContain('type PageInfo @shareable {');
    expect(sdl).toContain('type Query {');
    expect(sdl).not.toMatch(/@shows|@external|_entities/);
    const directives = 'directive @key(fields: String!, resolvable: Boolean) on OBJECT directive @shareable on OBJECT';
    expect(() => buildSchema(`${directives} ${sdl.slice(sdl.indexOf('\n'))}`)).not.toThrow();
  });
});
