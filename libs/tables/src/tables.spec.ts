import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Refusal } from '@app/kernel';
import * as fc from 'fast-check';
import * as iconv from 'iconv-lite';
import { csvLine, openRejects, readTable, type TableLine } from './index';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tables-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const COLUMNS = { required: ['id', 'name'], optional: ['note'] } as const;
type Line = TableLine<'id' | 'name' | 'note'>;

let files = 0;
function fileOf(content: string | Buffer): string {
  const file = path.join(folder, `${++files}.csv`);
  fs.writeFileSync(file, content);
  return file;
}

async function linesOf(content: string | Buffer, options?: { fromLine?: number; batchRows?: number }): Promise<Line[]> {
  const table = await readTable(fileOf(content), COLUMNS);
  const lines: Line[] = [];
  for await (const batch of table.batches(options)) lines.push(...batch.lines);
  return lines;
}

const short = (line: Line): unknown[] =>
  'problem' in line
    ? [line.line, line.problem.code]
    : [line.line, line.cells.id, line.cells.name, ...(line.cells.note ? [line.cells.note] : [])];

const shortLines = async (content: string | Buffer): Promise<unknown[]> => (await linesOf(content)).map(short);

const refusalOf = async (content: string | Buffer): Promise<unknown[]> => {
  const error: unknown = await linesOf(content).catch((e: unknown) => e);
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${String(error)}`);
  return [error.code, error.facts];
};

describe('reading a table', () => {
  const text = 'id,name\n1,张三\n2,古丽·艾买提\n3,𠮷㛃䶮𬱖\n';

  it.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with byte order mark', Buffer.from('\uFEFF' + text), 'utf-8'],
    ['GB18030', iconv.encode(text, 'gb18030'), 'gb18030'],
    ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n')), 'utf-8'],
    ['no last line end', Buffer.from(text.trimEnd()), 'utf-8'],
    ['another column order and upper case', Buffer.from('NAME, ID \n张三,1\n古丽·艾买提,2\n𠮷㛃䶮𬱖,3\n'), 'utf-8'],
  ])('gives the same rows from %s', async (_, content, encoding) => {
    expect((await linesOf(content)).map(short)).toEqual([
      [2, '1', '张三'],
      [3, '2', '古丽·艾买提'],
      [4, '3', '𠮷㛃䶮𬱖'],
    ]);
    expect(await readTable(fileOf(content), COLUMNS)).toMatchObject({
      encoding,
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
      lineCount: 4,
    });
  });

  it('reads the character 龴, which old and new GB18030 tables place differently, as the standard of 2022 does', async () => {
    expect(await shortLines(Buffer.from('69642c6e616d650a312cfe59c4fac4fac4fa0a', 'hex'))).toEqual([
      [2, '1', '龴您您您'],
    ]);
  });

  it.each<[string, string, unknown[]]>([
    [
      'commas, quotes and line ends in quotes',
      'id,name\n1,"a,""b""\nc"\n2,d\n',
      [
        [2, '1', 'a,"b"\nc'],
        [4, '2', 'd'],
      ],
    ],
    [
      'empty cells and a quoted empty cell',
      'id,name,note\n1,,\n,"",x\n',
      [
        [2, '1', ''],
        [3, '', '', 'x'],
      ],
    ],
    [
      'blank lines as nothing',
      'id,name\n\n1,a\n  \n2,b\n\n',
      [
        [3, '1', 'a'],
        [5, '2', 'b'],
      ],
    ],
    ['blanks around values, which protect long numbers in spreadsheets', 'id,name\n\t1, 张三　\n', [[2, '1', '张三']]],
    ['nothing from a header alone', 'id,name\n', []],
    [
      'too few and too many columns',
      'id,name\n1\n2,b,c\n3,d\n',
      [
        [2, 'ROW_COLUMN_COUNT'],
        [3, 'ROW_COLUMN_COUNT'],
        [4, '3', 'd'],
      ],
    ],
    [
      'a quote inside a value',
      'id,name\n1,a"b\n2,"c"d\n3,e\n',
      [
        [2, 'ROW_QUOTES'],
        [3, 'ROW_QUOTES'],
        [4, '3', 'e'],
      ],
    ],
    [
      'a quote that is never closed, without losing the rows after it',
      'id,name\n1,"a\n2,b\n3,c\n',
      [
        [2, 'ROW_QUOTES'],
        [3, '2', 'b'],
        [4, '3', 'c'],
      ],
    ],
  ])('reads %s', async (_, content, expected) => {
    expect(await shortLines(content)).toEqual(expected);
  });

  it('names the line whose bytes are damaged, and reads the others', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `${i},王${i}\n`).join('');
    const content = Buffer.concat([
      Buffer.from(`id,name\n${rows}9,`),
      Buffer.of(0xed, 0xa0, 0x80),
      Buffer.from('\n10,赵\n'),
    ]);
    expect((await shortLines(content)).slice(-2)).toEqual([
      [11, 'ROW_ENCODING'],
      [12, '10', '赵'],
    ]);
  });

  it('keeps reading across blocks of the file and resumes at any batch', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i},"安徽省, ${i}${i % 7 ? '' : '\n号'}"`);
    const table = await readTable(fileOf(`id,name\n${rows.join('\n')}\n`), COLUMNS);
    const whole: unknown[] = [];
    const starts: [number, number][] = [];
    for await (const batch of table.batches({ batchRows: 7001 })) {
      whole.push(...batch.lines.map(short));
      starts.push([batch.nextLine, whole.length]);
    }
    expect(whole.length).toBe(60_000);
    expect(whole.at(-1)).toEqual([60_000 + 8572 + 1, '59999', '安徽省, 59999']);
    for (const [fromLine, index] of starts.slice(0, 3)) {
      const [first] = (await table.batches({ fromLine }).next()).value!.lines;
      expect(short(first)).toEqual(whole[index]);
    }
  });

  it('gives back what was written, whatever the text', async () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', '中', '𠮷', ' ', "'", ';') })
      .map((s) => `x${s}x`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), async (rows) => {
        const content = [['id', 'name'] as [string, string], ...rows].map((row) => csvLine(row)).join('');
        const read = await linesOf(content);
        expect(read.map((line) => ('cells' in line ? [line.cells.id, line.cells.name] : line))).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });
});

describe('refusing a file', () => {
  it.each<[string, string | Buffer, string, object]>([
    ['lacks columns', 'id,other\n1,2\n', 'TABLE_COLUMNS_MISSING', { missing: ['name'], found: ['id', 'other'] }],
    ['is separated by semicolons', 'id;name\n1;2\n', 'TABLE_COLUMNS_MISSING', { missing: ['id', 'name'] }],
    ['has a column twice', 'id,name,id\n', 'TABLE_COLUMNS_TWICE', { columns: ['id'] }],
    ['is empty', '', 'TABLE_EMPTY', {}],
    ['is a spreadsheet', Buffer.from('504b030414000600', 'hex'), 'TABLE_NOT_CSV', { kind: 'XLSX / ZIP' }],
    ['is UTF-16', Buffer.from('\uFEFFid,name\n', 'utf16le'), 'TABLE_NOT_CSV', { kind: 'UTF-16' }],
    ['has no line ends', Buffer.alloc(3 << 20, 'a'), 'TABLE_LINE_TOO_LONG', {}],
    [
      'mixes encodings',
      Buffer.concat([Buffer.from('id,name\n1,张三\n2,李四\n'), iconv.encode('3,王五\n4,赵六\n', 'gb18030')]),
      'TABLE_ENCODING_MIXED',
      { utf8Lines: 2, otherLines: 2, firstLine: 4 },
    ],
    [
      'says UTF-8 but is GB18030',
      Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), iconv.encode('id,name\n1,张三\n', 'gb18030')]),
      'TABLE_ENCODING_MIXED',
      { otherLines: 1 },
    ],
  ])('that %s', async (_, content, code, facts) => {
    expect(await refusalOf(content)).toEqual([code, expect.objectContaining(facts)]);
  });

  it('that is not there, with the path to check', async () => {
    await expect(readTable(path.join(folder, 'absent.csv'), COLUMNS)).rejects.toMatchObject({
      code: 'TABLE_FILE_MISSING',
    });
  });
});

describe('a file of rejects', () => {
  const sentence = { zh: '错', en: 'Wrong.' };

  it('runs no formula in a spreadsheet and shows Chinese there', async () => {
    const file = path.join(folder, 'rejects.csv');
    const rejects = await openRejects(file, 'claim_no');
    await rejects.add([
      { line: 2, column: 'sex', code: 'SEX_UNKNOWN', sentence, key: '=HYPERLINK("x")', further: ['A b', 'C d'] },
      { line: 3, column: '', code: 'ROW_QUOTES', sentence },
    ]);
    expect(fs.existsSync(file)).toBe(false);
    expect(await rejects.close()).toBe(2);
    expect(fs.readFileSync(file, 'utf8')).toBe(
      '\uFEFFline,column,code,sentence_zh,sentence_en,claim_no,further\r\n' +
        `2,sex,SEX_UNKNOWN,错,Wrong.,"'=HYPERLINK(""x"")",A b; C d\r\n` +
        '3,,ROW_QUOTES,错,Wrong.,,\r\n',
    );
  });
});
