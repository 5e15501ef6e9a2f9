import { Refusal } from '@app/kernel';
import { GraphQLError } from 'graphql';
import { presentError } from './present';

/** As the server hands an error over: wrapped, with the place it came from. */
function present(cause: Error | undefined, code = 'INTERNAL_SERVER_ERROR', message = cause?.message ?? '') {
  const bugs: [string, unknown][] = [];
  const error = new GraphQLError(message, { path: ['claims', 1], originalError: cause, extensions: { code } });
  const wrapped = new GraphQLError(message, { path: ['claims', 1], originalError: error, extensions: { code } });
  return { shown: presentError(wrapped.toJSON(), wrapped, (...bug) => bugs.push(bug)), bugs };
}

describe('an error of the graph', () => {
  it('shows a refusal with its code, its two sentences and its facts', () => {
    const refusal = new Refusal('CLAIM_CLOSED', { zh: '已结。', en: 'Closed.' }, { id: 'c1' });
    const { shown, bugs } = present(refusal);
    expect(shown).toEqual({
      message: 'Closed. 已结。',
      path: ['claims', 1],
      extensions: { code: 'CLAIM_CLOSED', facts: { id: 'c1' }, sentence: { zh: '已结。', en: 'Closed.' } },
    });
    expect(bugs).toEqual([]);
  });

  it('shows of a bug only the number under which the log has it', () => {
    const bug = new Error('duplicate key value: insert into registration.person values (340202…)');
    const { shown, bugs } = present(bug);
    expect(shown.extensions.code).toBe('INTERNAL');
    expect(bugs).toEqual([[shown.extensions.facts.id, bug]]);
    expect(JSON.stringify(shown)).not.toMatch(/insert|340202|at .*\.ts/);
  });

  it('says of an id that is none, or text that cannot be stored, that it cannot be read', () => {
    for (const state of ['22P02', '22021']) {
      const refused = Object.assign(new Error('invalid input syntax for type uuid: "x"'), { code: state });
      const { shown, bugs } = present(refused);
      expect(shown.extensions.code).toBe('VALUE_UNREADABLE');
      expect(JSON.stringify(shown)).not.toContain('uuid');
      expect(bugs).toEqual([]);
    }
  });

  it('does not believe a bug that calls itself a bad request', () => {
    expect(present(new Error('select secret'), 'BAD_REQUEST').shown.extensions.code).toBe('INTERNAL');
  });

  it("keeps the reader's own words for a request that does not fit the schema", () => {
    const { shown } = present(undefined, 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field "x" on type "Query".');
    expect(shown.message).toBe('Cannot query field "x" on type "Query".');
    expect(shown.extensions).toEqual({
      code: 'GRAPHQL_VALIDATION_FAILED',
      facts: {},
      sentence: { zh: '查询不符合接口定义，请对照字段说明修改。', en: 'Cannot query field "x" on type "Query".' },
    });
  });

  it("cuts the reader's own words short, and tells of a name that was cut in two as little as of a whole one", () => {
    expect(present(undefined, 'GRAPHQL_PARSE_FAILED', 'a'.repeat(95_000)).shown.message).toHaveLength(500);
    const cut = present(undefined, 'BAD_USER_INPUT', `${'a'.repeat(490)} got "王小明王小明王小明"`).shown;
    expect(cut.message).toBe(`${'a'.repeat(490)} got "…`);
    expect(cut.extensions.sentence.en).toBe(cut.message);
  });
});
