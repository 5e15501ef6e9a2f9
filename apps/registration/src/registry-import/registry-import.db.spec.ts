import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Database } from '@app/database';
import { checkCharacter } from '@app/kernel';
import { csvLine } from '@app/tables';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import * as fc from 'fast-check';
import * as iconv from 'iconv-lite';
import { EXTRACT_COLUMNS, type ExtractColumn } from './extract-row.rules';
import { openImport } from './registry-import.fixture';
import type { RegistryImportService } from './registry-import.service';
import type { ImportOptions, ImportSummary } from './registry-import.types';

const EMPTY = `truncate registration.person, registration.person_history, registration.household, registration.division,
  registration.import_batch, registration.import_reject, registration.import_warning, registration.outbox, registration.change, registration.fact, registration.merge cascade`;

/** An import in a process of its own, compiled on the way as jest does. */
const KILLED_IMPORT = `
  const swc = require('@swc/core');
  const config = JSON.parse(require('fs').readFileSync('.swcrc', 'utf8'));
  config.jsc.baseUrl = process.cwd();
  require.extensions['.ts'] = (module, filename) =>
    module._compile(swc.transformSync(require('fs').readFileSync(filename, 'utf8'), { ...config, filename, swcrc: false }).code, filename);
  process.removeAllListeners('warning').on('warning', () => {});
  require('reflect-metadata');
  const load = (file) => require(process.cwd() + '/' + file + '.ts');
  const slice = 'apps/registration/src/registry-import/';
  const { Database, systemContext } = load('libs/database/src/index');
  const { systemClock } = load('libs/kernel/src/index');
  const { Vault } = load('libs/vault/src/index');
  const { openImport } = load('apps/registration/src/registry-import/registry-import.fixture');
  (async () => {
    const database = await Database.open({ url: process.env.DATABASE_URL, schema: 'registration', standing: systemContext('test') });
    await openImport(database, systemClock, new Vault(Buffer.alloc(32, 7))).import(process.env.IMPORT_FILE, { chunkRows: 2 });
  })();`;

type Row = Partial<Record<ExtractColumn, string>>;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'extract-'));
const vault = new Vault(Buffer.alloc(32, 7));
const clock = new TestClock('2026-04-01');
let world: TestDatabase;
let database: Database;
let service: RegistryImportService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('registration');
});
beforeEach(() => {
  service = newService(); // Each with nothing in memory from the test before.
});
beforeEach(() => world.admin(EMPTY));
afterAll(() => world.drop());
afterAll(() => fs.rmSync(folder, { recursive: true }));

const newService = (): RegistryImportService => openImport(database, clock, vault);

/** A number of this county: born on `birth` (YYYYMMDD), `sequence` odd for men. */
function idNumber(birth: string, sequence: number): string {
  const digits = `340202${birth}${String(sequence).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
}

const person = (id: string, row: Row = {}): Row => ({
  registry_person_id: id,
  name: '王小明',
  sex: '1',
  ethnicity: '01',
  id_type: '111',
  birth_date: '1990-01-01',
  birth_certificate_no: 'X320101001',
  status: '0',
  household_no: '340000001',
  relation_to_head: '02',
  household_type: 'unified',
  division_code: '340202001001',
  marital_status: '10',
  updated_at: '2026-01-05 10:00:00',
  ...row,
});

let files = 0;
function fileOf(rows: readonly Row[], encode: (text: string) => Buffer = (text) => Buffer.from(text)): string {
  const lines = rows.map((row) => csvLine(EXTRACT_COLUMNS.map((column) => row[column])));
  const file = path.join(folder, `${++files}.csv`);
  fs.writeFileSync(file, encode(csvLine([...EXTRACT_COLUMNS]) + lines.join('')));
  return file;
}

const importRows = (rows: readonly Row[], options?: ImportOptions): Promise<ImportSummary> =>
  service.import(fileOf(rows), options);

const totals = ({ total, accepted, unchanged, rejected }: ImportSummary): number[] => [
  total,
  accepted,
  unchanged,
  rejected,
];

const one = async (id: string): Promise<Record<string, unknown>> =>
  (await world.admin('select * from registration.person where registry_person_id = $1', [id]))[0]!;

/** Everything that must stay as it is when nothing changes. */
const contents = async (): Promise<unknown> => ({
  persons: await world.admin('select * from registration.person order by id'),
  history: await world.admin('select * from registration.person_history order by id, recorded_until'),
  households: await world.admin('select * from registration.household order by id'),
  outbox: await world.admin('select * from registration.outbox order by id'),
});

describe('importing an extract', () => {
  it('keeps what the registry states, with numbers sealed and findable only by key', async () => {
    const number = idNumber('19900101', 15);
    await importRows([person('P1', { id_number: number, address: '镜湖区\\某街, "1"号', died: undefined } as Row)]);
    const row = await one('P1');
    expect(row).toMatchObject({
      name: '王小明',
      sex: 1,
      id_type: '111',
      id_number_mask: '3402**************',
      status: 0,
      relation_to_head: '02',
      division_code: '340202001001',
      address: '镜湖区\\某街, "1"号',
      id_number_key: vault.blindIndex('id-number', number),
      birth_certificate_key: vault.blindIndex('birth-certificate', 'X320101001'),
      source_updated_at: new Date('2026-01-05T02:00:00Z'),
    });
    const place = { table: 'registration.person', column: 'id_number_sealed', row: row.id as string };
    expect(vault.open(row.id_number_sealed as Buffer, place)).toBe(number);
    expect(JSON.stringify(await contents())).not.toContain(number);
  });

  it.each([
    ['GB18030', (text: string) => iconv.encode(text, 'gb18030'), 'gb18030'],
    ['UTF-8 with byte order mark', (text: string) => Buffer.from('\uFEFF' + text), 'utf-8'],
  ])('reads rare names from %s', async (_, encode, encoding) => {
    const summary = await service.import(
      fileOf([person('P1', { name: '𬱖𠮷㛃' }), person('P2', { name: '古丽·艾买提' })], encode),
    );
    expect([totals(summary), summary.encoding]).toEqual([[2, 2, 0, 0], encoding]);
    expect([(await one('P1')).name, (await one('P2')).name]).toEqual(['𬱖𠮷㛃', '古丽·艾买提']);
  });

  it('refuses a file that lacks columns before anything is written', async () => {
    const file = path.join(folder, 'short.csv');
    fs.writeFileSync(file, 'registry_person_id,name\n1,a\n');
    await expect(service.import(file)).rejects.toMatchObject({ code: 'TABLE_COLUMNS_MISSING' });
    expect(await world.admin('select * from registration.import_batch')).toEqual([]);
  });

  it('changes nothing when the same file comes again', async () => {
    const file = fileOf([
      person('P1', { id_number: idNumber('19900101', 15) }),
      person('P2', { updated_at: '2026-01-01' }),
      person('P2', { updated_at: '2026-01-02', name: '王大明' }),
      person('P3', { sex: '7' }),
    ]);
    expect(totals(await service.import(file))).toEqual([4, 3, 0, 1]);
    const before = await contents();
    expect(totals(await service.import(file))).toEqual([4, 0, 3, 1]);
    expect(await contents()).toEqual(before);
  });

  it('lets the newer row win, keeps what it replaced, and reports the older one', async () => {
    await importRows([person('P1', { name: '旧名' })]);
    clock.set('2026-04-02');
    expect(totals(await importRows([person('P1', { name: '新名', updated_at: '2026-02-01' })]))).toEqual([1, 1, 0, 0]);
    const older = await importRows([person('P1', { name: '旧名' })]);
    clock.set('2026-04-01');
    expect([totals(older), older.perCode.rejected]).toEqual([[1, 0, 0, 1], { ROW_OLDER_THAN_REGISTER: 1 }]);
    expect((await one('P1')).name).toBe('新名');
    const [history] = await world.admin('select * from registration.person_history');
    expect(history).toMatchObject({ name: '旧名', recorded_until: new Date('2026-04-02T04:00:00Z') });
  });

  it.each([
    ['in one chunk', 20_000],
    ['in chunks of their own', 1],
  ])('treats two rows of one person in one file like rows of two files, %s', async (_, chunkRows) => {
    const rows = [
      person('P1', { name: '一', updated_at: '2026-01-02' }),
      person('P1', { name: '二', updated_at: '2026-01-01' }),
      person('P1', { name: '三', updated_at: '2026-01-03' }),
      person('P1', { name: '三', updated_at: '2026-01-03' }),
      person('P1', { name: '四', updated_at: '2026-01-03' }),
    ];
    const summary = await importRows(rows, { chunkRows });
    expect([totals(summary), summary.perCode.rejected]).toEqual([
      [5, 2, 1, 2],
      { ROW_OLDER_THAN_REGISTER: 1, ROW_SAME_TIME_DIFFERENT: 1 },
    ]);
    expect((await one('P1')).name).toBe('三');
  });

  it('links parents wherever they stand: before, after, in another chunk, in a later file', async () => {
    const [father, mother] = [idNumber('19600101', 15), idNumber('19610101', 28)];
    const child = { father_id_number: father, mother_id_number: mother, birth_date: '1990-01-01', id_type: '' };
    const first = await importRows(
      [
        person('C1', child),
        person('F', { id_number: father.toLowerCase(), birth_date: '1960-01-01' }),
        person('C2', child),
        person('C3', { ...child, father_id_number: '340202600101015' }),
      ],
      { chunkRows: 2 },
    );
    expect(first.perCode.warnings).toMatchObject({ PARENT_NOT_FOUND: 3 });
    const fatherId = (await one('F')).id;
    for (const id of ['C1', 'C2', 'C3']) {
      expect(await one(id)).toMatchObject({ father_id: fatherId, mother_id: null });
    }
    await importRows([person('M', { id_number: mother, sex: '2', birth_date: '1961-01-01' })]);
    const motherId = (await one('M')).id;
    for (const id of ['C1', 'C2', 'C3']) expect(await one(id)).toMatchObject({ mother_id: motherId });
  });

  it('marks both holders of one number, links nobody to it, and undoes both when it was corrected', async () => {
    const shared = idNumber('19600101', 15);
    await importRows([
      person('C', { father_id_number: shared }),
      person('F1', { id_number: shared, birth_date: '1960-01-01' }),
    ]);
    const second = await importRows([person('F2', { id_number: shared, birth_date: '1960-01-01' })]);
    expect(second.perCode.warnings).toMatchObject({ NUMBER_SHARED: 1 });
    expect(await one('F1')).toMatchObject({ id_number_shared: true });
    expect(await one('F2')).toMatchObject({ id_number_shared: true });
    expect(await one('C')).toMatchObject({ father_id: null });

    await importRows([person('C2', { father_id_number: shared })]);
    expect(await one('C2')).toMatchObject({ father_id: null });

    const corrected = { id_number: idNumber('19600101', 33), birth_date: '1960-01-01', updated_at: '2026-03-01' };
    await importRows([person('F2', corrected)]);
    expect(await one('F1')).toMatchObject({ id_number_shared: false });
    expect(await one('F2')).toMatchObject({ id_number_shared: false });
    const fatherId = (await one('F1')).id;
    for (const id of ['C', 'C2']) expect(await one(id)).toMatchObject({ father_id: fatherId });
  });

  it('puts unknown divisions on record as unconfirmed, with the ones above them, and says so once each', async () => {
    const summary = await importRows([person('P1'), person('P2'), person('P3', { division_code: '340202' })]);
    expect(summary.perCode.warnings).toMatchObject({ DIVISION_UNKNOWN: 2 });
    const divisions = await world.admin(
      'select code, level, parent_code, status from registration.division order by code',
    );
    expect(divisions).toEqual([
      { code: '340000000000', level: 'province', parent_code: null, status: 'unconfirmed' },
      { code: '340200000000', level: 'city', parent_code: '340000000000', status: 'unconfirmed' },
      { code: '340202000000', level: 'county', parent_code: '340200000000', status: 'unconfirmed' },
      { code: '340202001000', level: 'township', parent_code: '340202000000', status: 'unconfirmed' },
      { code: '340202001001', level: 'village', parent_code: '340202001000', status: 'unconfirmed' },
    ]);
  });

  it('writes every rejected row with place, code and sentences, and no identity number', async () => {
    const bad = '340202199001010158';
    const [rejectsFile, warningsFile] = [path.join(folder, 'r.csv'), path.join(folder, 'w.csv')];
    await importRows(
      [
        person('=P1', { id_number: bad, sex: '5' }),
        person('P2', { name: '阿•不' }),
        person(bad, { status: '7' }),
        person('P\u0000', { name: '' }),
      ],
      { rejectsFile, warningsFile },
    );
    const lines = fs.readFileSync(rejectsFile, 'utf8').split('\r\n');
    expect(lines[1]).toBe(
      '2,id_number,ID_NUMBER_CHECK_DIGIT,第 2 行 id_number 列：证件号码的校验码不对，请核对原件。,"Line 2, column id_number: the check digit of the number is wrong; check it against the document.",\'=P1,SEX_UNKNOWN sex',
    );
    expect(lines.slice(2, 4).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['4', 'registry_person_id', 'REGISTRY_PERSON_ID_NOT_OPAQUE'],
      ['5', 'registry_person_id', 'TEXT_CONTROL_CHARACTER'],
    ]);
    expect(lines.join('')).not.toContain(bad);
    expect(fs.readFileSync(warningsFile, 'utf8')).toMatch(/3,name,NAME_SEPARATOR,.*U\+2022/);
  });

  it('tells the others once a batch, and only when something changed', async () => {
    const rows = [person('P1'), person('P2')];
    const file = fileOf(rows);
    await service.import(file, { chunkRows: 1 });
    await service.import(file);
    expect(await world.admin('select queue, name, payload from registration.outbox')).toEqual([
      { queue: 'subsidy', name: 'facts.pull', payload: { feed: 'registration.persons' } },
      { queue: 'migrant', name: 'residents.pull', payload: { feed: 'registration.persons' } },
      { queue: 'registration', name: 'duplicate.search', payload: { register: 'persons' } },
      { queue: 'registration', name: 'quality.refresh', payload: { register: 'persons' } },
    ]);
  });

  it('cannot be made to forget or falsify, even by hand in SQL', async () => {
    await importRows([person('P1'), person('P1', { name: '新名', updated_at: '2026-02-01' })]);
    for (const sql of [
      'delete from person',
      'delete from person_history',
      `update person_history set name = 'x'`,
      `insert into person_history select * from person_history`,
      'delete from import_reject',
      'truncate household cascade',
    ]) {
      await expect(database.write((tx) => tx.query(sql))).rejects.toThrow('permission denied');
    }
    await expect(world.admin('update registration.import_batch set total = total + 1')).rejects.toThrow('totals_agree');
    await expect(world.admin(`update registration.person set sex = 3`)).rejects.toThrow('gb2261_1');
  });
});

describe('an interrupted import', () => {
  const father = idNumber('19600101', 15);
  const rows = [
    person('C1', { father_id_number: father }),
    person('P2', { sex: 'x' }),
    person('F', { id_number: father, birth_date: '1960-01-01' }),
    person('P3', { updated_at: '2026-01-01' }),
    person('P3', { updated_at: '2026-01-02' }),
  ];
  const outcome = async (): Promise<unknown> => ({
    persons: await world.admin(`select c.registry_person_id, c.batch_line, f.registry_person_id as father
      from registration.person c left join registration.person f on f.id = c.father_id order by 1`),
    history: await world.admin('select registry_person_id, batch_line from registration.person_history'),
    warnings: await world.admin('select line, code from registration.import_warning order by line, code'),
    batch: await world.admin(
      'select state, total, accepted, unchanged, rejected, warnings from registration.import_batch',
    ),
    outbox: await world.admin('select name from registration.outbox'),
  });

  /** The service as a process with this failpoint would load it. */
  function serviceWithFailpoint(environment: Record<string, string>): RegistryImportService {
    let built: RegistryImportService | undefined;
    Object.assign(process.env, environment);
    jest.isolateModules(() => {
      const isolated =
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require() can be isolated
        require('./registry-import.fixture') as typeof import('./registry-import.fixture');
      built = isolated.openImport(database, clock, vault);
    });
    for (const name of Object.keys(environment)) delete process.env[name];
    return built!;
  }

  it('ends the same as one that was not, wherever it broke off', async () => {
    const file = fileOf(rows);
    const log = path.join(folder, 'failpoints');
    await serviceWithFailpoint({ YANGYU_FAILPOINT_LOG: log }).import(file, { chunkRows: 2 });
    const undisturbed = await outcome();
    const passes = fs.readFileSync(log, 'utf8').trim().split('\n');
    expect(passes).toHaveLength(8); // Two around each of three chunks, two around the end.

    for (const pass of passes) {
      await world.admin(EMPTY);
      const [name, count] = pass.split(' ');
      const broken = serviceWithFailpoint({ YANGYU_FAILPOINT: `${name}:${count}:throw` });
      await expect(broken.import(file, { chunkRows: 2 })).rejects.toThrow(`failpoint ${name}`);
      const rejectsFile = path.join(folder, 'resumed.csv');
      const summary = await newService().import(file, { chunkRows: 2, rejectsFile });
      if (name === 'registration.import.finished') continue; // It was over: the second import is another batch.
      expect([pass, await outcome()]).toEqual([pass, undisturbed]);
      expect(totals(summary)).toEqual([5, 4, 0, 1]);
      expect(fs.readFileSync(rejectsFile, 'utf8')).toMatch(/\r\n3,sex,SEX_UNKNOWN/);
    }
  });

  it('goes on at the line after the last commit', async () => {
    const file = fileOf(rows);
    const broken = serviceWithFailpoint({ YANGYU_FAILPOINT: 'registration.import.chunk:2:throw' });
    await expect(broken.import(file, { chunkRows: 2 })).rejects.toThrow('failpoint');
    expect((await newService().import(file, { chunkRows: 2 })).resumedAtLine).toBe(4);
  });

  it('survives kill -9 of its process', async () => {
    const file = fileOf(rows);
    await service.import(file, { chunkRows: 2 });
    const undisturbed = await outcome();
    await world.admin(EMPTY);
    const child = spawnSync(process.execPath, ['-e', KILLED_IMPORT], {
      cwd: path.join(__dirname, '../../../..'),
      env: {
        PATH: process.env.PATH,
        YANGYU_FAILPOINT: 'registration.import.committed:2:kill',
        IMPORT_FILE: file,
        DATABASE_URL: world.url('registration_rw'),
      },
      encoding: 'utf8',
    });
    expect([child.signal, child.stderr]).toEqual(['SIGKILL', '']);
    expect(await world.admin('select state, total from registration.import_batch')).toEqual([
      { state: 'reading', total: 4 },
    ]);
    await newService().import(file, { chunkRows: 2 });
    expect(await outcome()).toEqual(undisturbed);
  });

  it('is not overtaken by a second one of the same file', async () => {
    const file = fileOf(rows);
    const results = await Promise.allSettled([
      newService().import(file, { chunkRows: 1 }),
      newService().import(file, { chunkRows: 1 }),
    ]);
    const refused = results.filter((result) => result.status === 'rejected');
    for (const { reason } of refused)
      expect(['IMPORT_TAKEN_OVER', undefined]).toContain((reason as { code?: string }).code);
    const summary = await newService().import(file, { chunkRows: 1 });
    expect(summary.total).toBe(5);
    expect(await world.admin('select count(*)::int as n from registration.person')).toEqual([{ n: 3 }]);
    expect(await world.admin(`select from registration.import_batch where state <> 'done'`)).toEqual([]);
  });
});

describe('whatever stands in a file', () => {
  const cell = fc.constantFrom(
    'P1',
    'P2',
    '',
    '1',
    '2026-01-01',
    '2026-01-02 10:00:00',
    '王·明',
    '02',
    'x',
    '\u0000',
    '=1',
  );
  const row = fc.record(
    {
      registry_person_id: fc.constantFrom('A', 'B', 'C', 'D', 'E', ''),
      name: fc.constantFrom('甲', '乙', ''),
      updated_at: fc.constantFrom('2026-01-01', '2026-01-02', '2026-01-03', ''),
      id_number: fc.constantFrom('', idNumber('19600101', 15), idNumber('19900101', 15), '340202199001010158'),
      father_id_number: fc.constantFrom('', idNumber('19600101', 15), 'x'),
      address: cell,
      marital_status: fc.constantFrom('10', '20', '99'),
    },
    { requiredKeys: ['registry_person_id', 'name', 'updated_at'] },
  );

  it('every row is accepted, unchanged or rejected, and the next time none is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 25 }), fc.integer({ min: 1, max: 10 }), async (rows, chunkRows) => {
        await world.admin(EMPTY);
        const file = fileOf(rows.map(({ registry_person_id, ...rest }) => person(registry_person_id, rest)));
        const first = await newService().import(file, { chunkRows });
        expect(first.total).toBe(rows.length);
        expect(first.accepted + first.unchanged + first.rejected).toBe(rows.length);
        const rejects = await world.admin<{ line: number }>(
          'select distinct line from registration.import_reject r where batch_id = $1',
          [first.batchId],
        );
        expect(rejects).toHaveLength(first.rejected);
        const before = await contents();
        const second = await newService().import(file, { chunkRows: 11 - chunkRows });
        expect([second.accepted, second.rejected]).toEqual([0, first.rejected]);
        expect(await contents()).toEqual(before);
        // The newest content of every person is what the register holds, whatever the order and the chunks.
        const persons = await world.admin<{ n: number }>(`select count(*)::int as n from registration.person`);
        const lines = new Set(rejects.map(({ line }) => line));
        const ids = new Set(rows.filter((_, i) => !lines.has(i + 2)).map((r) => r.registry_person_id));
        expect(persons[0]!.n).toBe(ids.size);
      }),
      { numRuns: 20 },
    );
  });
});
