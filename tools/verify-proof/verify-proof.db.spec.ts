import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { AuditLog, auditRecorder, type DecisionProof } from '@app/audit';
import { createTestDatabase, type TestDatabase } from '@app/testing';

const SCRIPT = path.join(__dirname, 'verify-proof.mjs');

let world: TestDatabase;
let folder: string;
let log: AuditLog;
let proof: DecisionProof;

const claim = randomUUID();
const text = `{"amountFen":"360000","claim":"${claim}","claimNo":"C一","day":"2026-03-31","outcome":"ELIGIBLE","programme":"YEB","state":"confirmed","version":"v","year":"2026"}`;

beforeAll(async () => {
  world = await createTestDatabase();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-proof-'));
  const database = await world.open('subsidy', { recorder: auditRecorder('subsidy') });
  log = new AuditLog('subsidy', database, folder);
  // The decision lies somewhere in the middle of a log that is no power of two.
  for (const count of [301, 1, 440]) {
    const contents = Array.from({ length: count }, (_, i) =>
      createHash('sha256')
        .update(count === 1 ? text : `${i}`)
        .digest(),
    );
    const subjects = contents.map(() => (count === 1 ? claim : randomUUID()));
    await database.write((tx) =>
      tx.query(`select audit_decide('claim', $1::uuid[], $2::bytea[])`, [subjects, contents]),
    );
  }
  await world.settled();
  await log.seal();
  proof = await log.prove({ subjectType: 'claim', subject: claim, name: 'C一', texts: ['no', text] });
});
afterAll(async () => {
  await world.drop();
  fs.rmSync(folder, { recursive: true });
});

function check(given: unknown, ...options: string[]): { code: number | null; says: string } {
  const file = path.join(folder, 'proof.json');
  fs.writeFileSync(file, typeof given === 'string' ? given : JSON.stringify(given));
  // Somewhere else, with an empty environment: it needs nothing of this repository.
  const copy = path.join(folder, 'verify-proof.mjs');
  fs.copyFileSync(SCRIPT, copy);
  const { status, stdout, stderr } = spawnSync(process.execPath, [copy, file, ...options], {
    encoding: 'utf8',
    cwd: folder,
    env: {},
  });
  return { code: status, says: stdout + stderr };
}

/** A proof as somebody who doctors it sees it. */
interface Copy {
  decision: Record<string, unknown>;
  entry: Record<string, unknown>;
  leafIndex: number;
  path: string[];
  checkpoint: string;
}

const changed = (change: (copy: Copy) => void): unknown => {
  const copy = JSON.parse(JSON.stringify(proof)) as Copy;
  change(copy);
  return copy;
};

const published = (name: string) => path.join(log.folder, name);

describe('the proof of a decision', () => {
  it('holds, offline and without anything of ours', () => {
    const { code, says } = check(proof);
    expect(says).toContain('成立：申请 C一');
    expect(says).toMatch(
      /Holds: the decision on claim C一 of 2026-03-31 \(confirmed, 360000 fen\) is leaf \d+ of the log yangyu\/subsidy/,
    );
    expect(says).toContain('compare it with the published one');
    expect(code).toBe(0);
  });

  it('holds against the key and the checkpoint that others keep', () => {
    const { code, says } = check(proof, '--key', published('key'), '--checkpoint', published('checkpoint'));
    expect(says).not.toContain('compare');
    expect(code).toBe(0);
  });

  it('tells of nobody but the claim it is about', () => {
    expect(proof.entry.subjects).toEqual([claim]);
    expect(Object.keys(proof).sort()).toEqual([
      'checkpoint',
      'decision',
      'entry',
      'format',
      'leafIndex',
      'path',
      'publicKey',
    ]);
  });

  it.each<[string, (copy: Copy) => void, string]>([
    ['another amount', (copy) => (copy.decision.amountFen = '3600000'), 'words of the decision'],
    ['another claim', (copy) => (copy.decision.claim = randomUUID()), 'words of the decision'],
    [
      'words and entry altered alike',
      (copy) => {
        copy.decision.amountFen = '1';
        copy.entry.content = createHash('sha256').update(text.replace('360000', '1')).digest('hex');
      },
      'path does not lead',
    ],
    ['another officer', (copy) => (copy.entry.actor = 'somebody else'), 'path does not lead'],
    ['another time', (copy) => (copy.entry.at = '2020-01-01T00:00:00.000000Z'), 'path does not lead'],
    ['another place', (copy) => (copy.leafIndex -= 1), 'Does not hold'],
    ['a place beyond the end', (copy) => (copy.leafIndex = 100_000), 'path does not fit'],
    ['a shorter path', (copy) => copy.path.pop(), 'Does not hold'],
    ['a longer path', (copy) => copy.path.push(copy.path[0]!), 'path does not fit'],
    ['a changed path', (copy) => copy.path.reverse(), 'path does not lead'],
    [
      'another root',
      (copy) => (copy.checkpoint = copy.checkpoint.replace(/\n[^\n]{44}\n/, `\n${'A'.repeat(43)}=\n`)),
      'not signed',
    ],
    ['another size', (copy) => (copy.checkpoint = copy.checkpoint.replace(/\n(\d+)\n/, '\n1$1\n')), 'Does not hold'],
    ['no signature', (copy) => (copy.checkpoint = copy.checkpoint.split('\n\n')[0] + '\n\n'), 'not signed'],
    ['an entry that is no decision', (copy) => (copy.entry.kind = 'read'), 'words of the decision'],
  ])('does not hold with %s', (_, change, reason) => {
    const { code, says } = check(changed(change));
    expect(says).toContain(reason);
    expect(says).toContain('不成立');
    expect(code).toBe(1);
  });

  it('does not hold when a stranger signed it, though the stranger’s key is inside', async () => {
    const other = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-proof-'));
    const stranger = new AuditLog('subsidy', await world.open('subsidy'), other);
    const forged = {
      ...proof,
      publicKey: (await stranger.prove({ subjectType: 'claim', subject: claim, name: 'C一', texts: [text] })).publicKey,
    };
    expect(check(forged)).toMatchObject({ code: 1, says: expect.stringContaining('not signed') });
    expect(check(proof, '--key', published('key')).code).toBe(0);
    fs.writeFileSync(path.join(other, 'key'), forged.publicKey);
    expect(check(proof, '--key', path.join(other, 'key'))).toMatchObject({ code: 1 });
    fs.rmSync(other, { recursive: true });
  });

  it('cannot be read when it is none', () => {
    for (const text of ['', '[]', '{"format":"yangyu-proof-v1"}', 'null']) expect(check(text).code).toBe(2);
  });
});
