/**
 * Who may import what. Each rule is seen to fire on a planted violation in test/boundaries.spec.ts, because a rule
 * about an import that cannot be resolved would pass silently.
 */

const SPEC = '\\.(spec|e2e-spec|fixture)\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere is invisible to every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libs-do-not-know-apps',
      comment: 'libs/ are tools. If it needs to know a benefit or a register, it belongs into an app.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|tools)/' },
    },
    {
      name: 'libs-do-not-know-apps',
      comment: 'libs/kernel is what all others stand on: it imports nothing of ours and no package.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: SPEC },
      to: { pathNot: '^libs/kernel/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'apps-do-not-import-apps',
      comment: 'Apps meet by asking the graph or by a job. Only standalone puts them into one process.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^(apps|tools)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-do-not-import-apps',
      comment: 'standalone wires the other apps together; it does not reach for their tables.',
      severity: 'error',
      from: { path: '^apps/standalone/' },
      to: { path: '^apps/(?!standalone/).+\\.(repository|entity)\\.ts$' },
    },
    {
      name: 'libs-by-the-front-door',
      comment: 'Import a library by its name, @app/x: what its index does not export is its own affair.',
      severity: 'error',
      from: { path: '^(?:libs/([^/]+)|(?:apps|test)/[^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$1/'] },
    },
    {
      name: 'slices-by-the-front-door',
      comment:
        'From another slice, import only its module, service, jobs, types, state or rules. Its tables and queries are its own.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/([^/]+)/', pathNot: [SPEC, '/migrations/', '^apps/standalone/'] },
      to: {
        path: '^apps/[^/]+/src/[^/]+/.+\\.ts$',
        pathNot: ['^apps/$1/src/$2/', '\\.(module|service|jobs|types|state|rules)\\.ts$'],
      },
    },
    {
      name: 'pure-files-stay-pure',
      comment:
        'States, rules and rates are the law: no database, no clock, no Nest; the kernel, the calendar, the rule engine, plain types and each other only.',
      severity: 'error',
      from: { path: '^apps/.+\\.(state|rules|rates)\\.ts$' },
      to: { pathNot: ['^libs/(kernel|rules|working-days|figures)/', '\\.(state|rules|rates|types)\\.ts$'] },
    },
    {
      name: 'only-repositories-query',
      comment: 'SQL and TypeORM live in *.repository.ts and *.entity.ts; everybody else asks those.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: [
          SPEC,
          '\\.(repository|entity)\\.ts$',
          '^apps/[^/]+/src/database\\.ts$',
          '^apps/standalone/src/place\\.ts$', // Makes the databases and roles before any app opens its own.
          '^libs/(database|jobs|testing)/',
        ],
      },
      to: { path: '(^|/)node_modules/(typeorm|pg|pg-copy-streams|@types/pg|@types/pg-copy-streams)/' },
    },
    {
      name: 'edges-do-not-touch-tables',
      comment: 'A resolver or processor names a permission and calls a service: one line.',
      severity: 'error',
      from: { path: '^apps/.+\\.(resolver|processor)\\.ts$' },
      to: { path: '\\.(repository|entity|client)\\.ts$' },
    },
    {
      name: 'tests-stay-outside',
      comment: 'What runs in production imports no test and no test tool.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '^libs/testing/'] },
      to: { path: [SPEC, '^test/', '^libs/testing/', '(^|/)node_modules/(fast-check|jest|@jest|@nestjs/testing)/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types', 'typings'],
    },
  },
};
