import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { type Database, inContext, systemContext } from '@app/database';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { StatedTableRepository } from './stated-table.repository';
import { StatedTableService } from './stated-table.service';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stated-'));
const clock = new TestClock('2026-04-10');
let world: TestDatabase;
let database: Database;
let service: StatedTableService;

beforeAll(async () => {
  world = await createTestDatabase();
  database = await world.open('migrant', { recorder: auditRecorder('migrant') });
  service = new StatedTableService(database, clock, new StatedTableRepository());
});
afterAll(() => world.drop());
afterAll(() => fs.rmSync(folder, { recursive: true }));

const write = (...lines: string[]): string => {
  const file = path.join(folder, `${Math.random()}.csv`);
  fs.writeFileSync(file, ['division_code,direction,from,until,part,item,count', ...lines, ''].join('\n'));
  return file;
};
const asOfficer = <T>(division: string, work: () => Promise<T>) =>
  inContext(systemContext('test', { actor: 'officer', division }), work);

/** Figures of the source documents (domain/09): who came to a town, and who left it, the total's last digits unreadable. */
const CAME = [
  'total,total,"2,861"',
  'distance,cross-province,288',
  'distance,within-province,69',
  'distance,within-county,"2,504"',
  'sex,male,1310',
  'sex,female,1551',
];
const LEFT = [
  'total,total,20xx',
  'distance,cross-province,"1,993"',
  'distance,within-province,32',
  'distance,within-county,不详',
  'sex,male,1263',
  'sex,female,762',
  'apart,另计,282',
];
const of = (direction: string, figures: readonly string[], division = '510922100') =>
  figures.map((figure) => `${division},${direction},2008-01-01,2009-01-01,${figure}`);

describe('a file of stated tables', () => {
  it('is kept with its source, masked digits solved, and the same file again changes nothing', async () => {
    const file = write(...of('in', CAME), ...of('out', LEFT));
    const rejectsFile = path.join(folder, 'findings.csv');
    expect(await service.import(file, '某镇年度总结', { rejectsFile })).toMatchObject({
      added: 2,
      unchanged: 0,
      rejected: 0,
      findings: [],
    });
    expect(await service.import(file, '某镇年度总结')).toMatchObject({ added: 0, unchanged: 2 });
    const [came, left] = await asOfficer('5109', () => service.list('510922', undefined, 10));
    expect(came).toMatchObject({
      divisionCode: '510922100000',
      direction: 'in',
      from: '2008-01-01',
      source: '某镇年度总结',
    });
    expect(left!.figures.filter(({ part }) => part === 'total' || part === 'apart')).toEqual([
      { part: 'apart', item: '另计', count: 282, mask: null },
      { part: 'total', item: 'total', count: 2025, mask: '20xx' },
    ]);
    expect(left!.figures.find(({ item }) => item === 'within-county')).toMatchObject({ count: null, mask: null });
    expect(await asOfficer('3402', () => service.list('', undefined, 10))).toEqual([]);
  });

  it('with an error keeps that table out, and says in both languages which line is wrong and what to do', async () => {
    const wrong = CAME.map((figure) => figure.replace('288', '289'));
    const file = write(
      ...of('in', wrong),
      ...of('both', ['total,total,"2,989"', 'direction,out,"2,132"', 'direction,in,857'], '510923'),
    );
    const { added, rejected, findings } = await service.import(file, '某县');
    expect({ added, rejected }).toEqual({ added: 1, rejected: 1 });
    expect(findings).toEqual([
      {
        code: 'STATED_PARTS_DIFFER',
        line: 3,
        item: 'cross-province',
        isWarning: false,
        sentence: {
          zh: '第 3 行“cross-province”：该组各项之和为 2862，与合计 2861 相差 1，请核对各项或合计。',
          en: 'Line 3, "cross-province": the parts add up to 2862, 1 away from the total 2861; check the parts or the total.',
        },
      },
    ]);
  });

  it('with a warning is kept together with it', async () => {
    const file = write(...of('in', ['total,total,278', 'apart,一孩,202', 'apart,死亡,202'], '510924'));
    expect(await service.import(file, '某县')).toMatchObject({
      added: 1,
      findings: [{ code: 'STATED_EQUAL_COUNTS', isWarning: true }],
    });
    const [kept] = await asOfficer('510924', () => service.list('510924', undefined, 10));
    expect(kept!.warnings).toEqual(['STATED_EQUAL_COUNTS 死亡']);
  });

  it.each([
    ['51092,in,2008-01-01,2009-01-01,total,total,1', 'STATED_DIVISION'],
    ['510922,into,2008-01-01,2009-01-01,total,total,1', 'STATED_DIRECTION'],
    ['510922,in,2009-01-01,2009-01-01,total,total,1', 'STATED_PERIOD'],
    ['510922,in,2008-01-01,2009-02-30,total,total,1', 'STATED_PERIOD'],
    ['510922,in,2008-01-01,2009-01-01,order,first,1', 'STATED_PART'],
    ['510922,in,2008-01-01,2009-01-01,total,total,16、2万', 'STATED_COUNT_UNREADABLE'],
    ['510922,in,2008-01-01,2009-01-01,total', 'STATED_ROW_UNREADABLE'],
  ])('"%s" is told as %s', async (line, code) => {
    expect(await service.import(write(line), '某县')).toMatchObject({ added: 0, findings: [{ code, line: 2 }] });
  });

  it('needs a source', () =>
    expect(service.import(write(), ' ')).rejects.toMatchObject({ code: 'FLOW_STATED_NEEDS_A_SOURCE' }));
});
