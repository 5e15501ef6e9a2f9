import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { Database, migrate, startCluster } from '@app/database';
import { Refusal, systemClock } from '@app/kernel';
import { Rotation, Vault } from '@app/vault';
import { Client } from 'pg';
import { SEALED_COLUMNS } from '../../apps/registration/src/person/sealed-columns.types';
import { openImport } from '../../apps/registration/src/registry-import/registry-import.fixture';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import type { BenchOptions, BenchTable } from './bench.types';
import { median, timed } from './samples';

const VALUES = 200_000;

interface Work {
  readonly what: string;
  /** The vault, and the same algorithm by bare node:crypto with a key object that is kept; per second. */
  readonly ours: number;
  readonly floor: number;
  /** Floor to ours; 1 would cost nothing. */
  readonly ratio: number;
}

export interface VaultFigures {
  readonly work: readonly Work[];
  readonly rotation: {
    readonly values: number;
    readonly valuesPerSecond: number;
    /** One UPDATE by the superuser that writes the same values of the same rows again. */
    readonly floorPerSecond: number;
    readonly ratio: number;
  };
}

/** Sealing, opening and indexing in memory; then a rotation of a register of `people` with durability on. */
export async function run({ people, runs, say }: BenchOptions): Promise<VaultFigures> {
  say(`每轮 ${VALUES} 个值`, 'values a turn');
  const work = measureWork(runs);
  say('轮换', 'rotating');
  return { work, rotation: await measureRotation(people, runs, say) };
}

function measureWork(runs: number): Work[] {
  const vault = new Vault(Buffer.alloc(32, 1));
  const key = createSecretKey(randomBytes(32));
  const texts = Array.from({ length: VALUES }, (_, i) => `34020220250101${String(i % 10_000).padStart(4, '0')}`);
  const place = (i: number) => ({ table: 'person', column: 'id_number_sealed', row: String(i) });
  const bound = (i: number) => Buffer.from(`person|id_number_sealed|${i}|1`);

  const seal = (text: string, i: number): Buffer => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound(i));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body]);
  };
  const open = (sealed: Buffer, i: number): string => {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13))
      .setAAD(bound(i))
      .setAuthTag(sealed.subarray(13, 29));
    return decipher.update(sealed.subarray(29), undefined, 'utf8') + decipher.final('utf8');
  };
  const [ours, bare] = [texts.map((text, i) => vault.seal(text, place(i))), texts.map(seal)];
  const sides: [string, (i: number) => unknown, (i: number) => unknown][] = [
    ['seal', (i) => vault.seal(texts[i]!, place(i)), (i) => seal(texts[i]!, i)],
    ['open', (i) => vault.open(ours[i]!, place(i)), (i) => open(bare[i]!, i)],
    [
      'blind index',
      (i) => vault.blindIndex('id-number', texts[i]!),
      (i) => createHmac('sha256', key).update('id-number').update('\0').update(texts[i]!).digest(),
    ],
  ];
  return sides.map(([what, one, other]) => {
    const seconds: [number[], number[]] = [[], []];
    for (let turn = 0; turn < runs; turn++) {
      for (const side of turn % 2 ? [1, 0] : [0, 1]) seconds[side]!.push(secondsOf(side ? other : one));
    }
    const [took, least] = seconds.map(median) as [number, number];
    return { what, ours: Math.round(VALUES / took), floor: Math.round(VALUES / least), ratio: round(took / least) };
  });
}

function secondsOf(work: (i: number) => unknown): number {
  const began = performance.now();
  for (let i = 0; i < VALUES; i++) work(i);
  return (performance.now() - began) / 1000;
}

async function measureRotation(people: number, runs: number, say: BenchOptions['say']) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  try {
    const url = (role: string) =>
      `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
    await migrate({ adminUrl: url('postgres'), rolePassword: cluster.superuserPassword }, [
      { schema: 'registration', folder: path.resolve('apps/registration/src/migrations') },
    ]);
    const recorder = auditRecorder('registration');
    const database = await Database.open({ url: url('registration_rw'), schema: 'registration', recorder });
    const admin = new Client({ connectionString: url('postgres'), options: '-c search_path=registration,public' });
    await admin.connect();
    try {
      const vault = Vault.fromFile(path.join(folder, 'vault.key'));
      const file = path.join(folder, 'registry.csv');
      await writeRegistry({ people, seed: 1, file });
      await openImport(database, systemClock, vault).import(file);
      return await rotateByTurns(
        new Rotation(vault, [{ schema: 'registration', database, columns: SEALED_COLUMNS }]),
        admin,
        runs,
        say,
      );
    } finally {
      await admin.end();
      await database.close();
    }
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function rotateByTurns(rotation: Rotation, admin: Client, runs: number, say: BenchOptions['say']) {
  const [ours, floor]: [number[], number[]] = [[], []];
  let values = 0;
  for (let turn = 1; turn <= runs; turn++) {
    await admin.query('vacuum analyze person');
    await admin.query('checkpoint');
    const [seconds, rotated] = await timed(() => rotation.rotate({ noticeMilliseconds: 0 }));
    values = rotated.columns.reduce((sum, { resealed }) => sum + resealed, 0);
    if (rotated.left + rotated.unreadable > 0) throw unfinished(rotated.left + rotated.unreadable);
    ours.push(seconds);

    await admin.query('vacuum analyze person');
    await admin.query('checkpoint');
    const [least] = await timed(async () => {
      for (const column of ['id_number_sealed', 'birth_certificate_sealed']) {
        await admin.query(`update person set ${column} = ${column} where ${column} is not null`);
      }
    });
    floor.push(least);
    say(`第 ${turn} 轮：${seconds.toFixed(1)} 秒，直接更新 ${least.toFixed(1)} 秒`, `turn ${turn}, against UPDATE`);
  }
  const [took, least] = [median(ours), median(floor)];
  return {
    values,
    valuesPerSecond: Math.round(values / took),
    floorPerSecond: Math.round(values / least),
    ratio: round(took / least),
  };
}

const round = (ratio: number): number => Number(ratio.toFixed(2));

const unfinished = (values: number): Refusal =>
  new Refusal('BENCH_WORK_DIFFERS', {
    zh: `轮换后仍有 ${values} 个值未重新密封。`,
    en: `${values} values were not re-sealed.`,
  });

export function tables({ work, rotation }: VaultFigures): BenchTable[] {
  return [
    {
      head: ['per second', 'vault', 'node:crypto', 'times as long'],
      rows: work.map(({ what, ours, floor, ratio }) => [what, ours, floor, ratio]),
    },
    {
      head: ['rotated values', 'per second', 'bare UPDATE', 'times as long'],
      rows: [[rotation.values, rotation.valuesPerSecond, rotation.floorPerSecond, rotation.ratio]],
    },
  ];
}
