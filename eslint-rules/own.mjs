/** Rules of our own: each one is an incident that was measured or paid for, with the reason in its message. */

const PARALLEL = new Set(['all', 'allSettled', 'race', 'any']);
const TRANSACTION_TYPES = new Set(['Tx', 'Read', 'EntityManager', 'QueryRunner']);
const TRANSACTION_NAMES = new Set(['tx', 'read']);

/** The declared name and type name of a parameter, through defaults and `private readonly` parameters. */
function declared(parameter) {
  if (parameter.type === 'AssignmentPattern') return declared(parameter.left);
  if (parameter.type === 'TSParameterProperty') return declared(parameter.parameter);
  const type = parameter.typeAnnotation?.typeAnnotation;
  return { name: parameter.name, type: type?.typeName?.name };
}

function holdsTransaction(node) {
  return (node.params ?? [])
    .map(declared)
    .some(({ name, type }) => TRANSACTION_NAMES.has(name) || TRANSACTION_TYPES.has(type));
}

const noParallelInTransaction = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      parallel:
        'Promise.{{name}} inside a transaction: when one branch throws, another goes on after the ROLLBACK, in autocommit. Await one after the other, or write one statement for the whole set.',
    },
  },
  create(context) {
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || callee.object.name !== 'Promise') return;
        if (!PARALLEL.has(callee.property.name)) return;
        if (!context.sourceCode.getAncestors(node).some(holdsTransaction)) return;
        context.report({ node, messageId: 'parallel', data: { name: callee.property.name } });
      },
    };
  },
};

const timeFromTheClock = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      now: 'Time comes from the Clock (@app/kernel), so that a test can set it and laws start on their day. To measure a duration use performance.now().',
    },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: 'now' });
    return {
      'NewExpression[callee.name="Date"][arguments.length=0]': report,
      'CallExpression[callee.name="Date"]': report,
      'CallExpression[callee.object.name="Date"][callee.property.name="now"]': report,
    };
  },
};

const environmentInConfig = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      environment:
        'Only config.ts reads the environment: parsed once, documented in one place, a wrong value stops the start.',
    },
  },
  create(context) {
    return {
      'MemberExpression[object.name="process"][property.name="env"]': (node) =>
        context.report({ node, messageId: 'environment' }),
    };
  },
};

export default {
  meta: { name: 'yangyu' },
  rules: {
    'no-parallel-in-transaction': noParallelInTransaction,
    'time-from-the-clock': timeFromTheClock,
    'environment-in-config': environmentInConfig,
  },
};
