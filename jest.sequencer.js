const { createRequire } = require('node:module');
const path = require('node:path');

/** Jest's own, of which it has one only. */
const { default: Sequencer } = createRequire(require.resolve('jest'))('@jest/test-sequencer');

/** Seconds of work, the server's too, of the files that have most of it, as last measured. What is not named here is short. */
const SECONDS = {
  'test/journeys/kill.e2e-spec.ts': 133,
  'test/security/canary.e2e-spec.ts': 64,
  'test/journeys/rotation.e2e-spec.ts': 60,
  'test/security/matrix.e2e-spec.ts': 56,
  'libs/audit/src/audit.db.spec.ts': 48,
  'apps/subsidy/src/reconciliation/reconciliation.db.spec.ts': 42,
  'test/journeys/command-line.e2e-spec.ts': 39,
  'apps/subsidy/src/disbursement/disbursement.db.spec.ts': 30,
  'test/journeys/two-divisions.e2e-spec.ts': 26,
  'apps/registration/src/registry-import/registry-import.db.spec.ts': 24,
  'test/journeys/newborn.e2e-spec.ts': 24,
  'test/faults/queue-faults.e2e-spec.ts': 23,
  'apps/registration/src/duplicate/duplicate.db.spec.ts': 22,
  'test/security/registry.e2e-spec.ts': 22, // Waits for time-outs, most of it.
  'test/journeys/one-family.e2e-spec.ts': 21,
  'test/journeys/workers-determine.e2e-spec.ts': 21,
  'apps/registration/src/quality/quality.db.spec.ts': 17,
  'test/security/mass-assignment.e2e-spec.ts': 17,
  'apps/registration/src/register/register-model.db.spec.ts': 16,
  'test/journeys/register-desk.e2e-spec.ts': 16,
  'test/journeys/merged-records.e2e-spec.ts': 15,
  'test/journeys/wrongly-dead.e2e-spec.ts': 15,
  'test/household-registry/fuzz.spec.ts': 15,
  'test/security/enumeration.e2e-spec.ts': 14,
  'libs/rules/src/fold.spec.ts': 12,
};

/** Long files first, on a fresh clone too, so that the workers end together: Jest alone would go by the size of the files. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path: file, context }) =>
      SECONDS[path.relative(context.config.rootDir, file).replaceAll('\\', '/')] ?? 0;
    return [...super.sort(tests)].sort((a, b) => seconds(b) - seconds(a));
  }
};
