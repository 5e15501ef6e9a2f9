import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { AuditSteps } from './audit-steps';
import type { Config } from './config';
import type { Installation } from './installation';

const claim = randomUUID();
const text = `{"claim":"${claim}","claimNo":"C1"}`;

let world: TestDatabase;
let dataFolder: string;
let steps: AuditSteps;

beforeAll(async () => {
  world = await createTestDatabase();
  dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-audit-'));
  const [registration, subsidy, migrant, fees, exchange, gateway] = await Promise.all(
    ['registration', 'subsidy', 'migrant', 'fees', 'exchange', 'gateway'].map((schema) =>
      world.open(schema, { recorder: auditRecorder(schema) }),
    ),
  );
  const decisions = { textsOf: async () => ({ id: claim, texts: [text] }) };
  const installation = {
    registration,
    subsidy,
    migrant,
    fees,
    exchange,
    gateway,
    app: { get: () => decisions },
  } as unknown as Installation;
  steps = new AuditSteps(installation, { dataFolder } as Config);
  for (const database of [registration!, migrant!, fees!, exchange!, gateway!])
    await database.write(async () => undefined);
  await subsidy!.write((tx) =>
    tx.query(`select audit_decide('claim', $1::uuid[], $2::bytea[])`, [
      [claim],
      [createHash('sha256').update(text).digest()],
    ]),
  );
});
afterAll(async () => {
  await world.drop();
  fs.rmSync(dataFolder, { recursive: true });
});

describe('the audit verbs', () => {
  it('seal every schema, prove a decision, verify, and find what was altered', async () => {
    await world.settled();
    expect(await steps.seal()).toMatchObject([
      { schema: 'registration', added: 1, size: 1 },
      { schema: 'subsidy', added: 2, size: 2 },
      { schema: 'migrant', added: 1, size: 1 },
      { schema: 'fees', added: 1, size: 1 },
      { schema: 'exchange', added: 1, size: 1 },
      { schema: 'gateway', added: 1, size: 1 },
    ]);
    const file = path.join(dataFolder, 'proof.json');
    await world.settled();
    await steps.prove('C1', file);
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ decision: JSON.parse(text), leafIndex: 0 });
    expect(await steps.verify()).toMatchObject(Array.from({ length: 6 }, () => ({ finding: null })));

    const checkpoint = path.join(dataFolder, 'audit', 'subsidy', 'checkpoint');
    expect(await steps.verify(checkpoint)).toMatchObject([{ schema: 'subsidy', keptSize: 2, finding: null }]);
    await world.admin('set session_replication_role = replica');
    await world.admin(`update subsidy.audit_entry set actor = 'x' where kind = 'decided'`);
    expect(await steps.verify(checkpoint)).toMatchObject([{ finding: { code: 'AUDIT_ENTRY_EDITED', leaf: 0 } }]);
    expect(await steps.verify()).toMatchObject([
      { finding: null },
      { finding: { leaf: 0 } },
      { finding: null },
      { finding: null },
      { finding: null },
      { finding: null },
    ]);
  });

  it('refuse a file that is no checkpoint of this installation', async () => {
    const file = path.join(dataFolder, 'other');
    await expect(steps.verify(file)).rejects.toMatchObject({ code: 'AUDIT_CHECKPOINT_UNREADABLE' });
    fs.writeFileSync(file, 'yangyu/elsewhere\n1\n');
    await expect(steps.verify(file)).rejects.toMatchObject({ code: 'AUDIT_CHECKPOINT_UNREADABLE' });
  });
});
