import { PURPOSES } from '@app/access';
import { csvLine } from '@app/tables';
import { COLUMN_LABELS, TABLE_LABELS } from './label.rules';
import type { Cell, RecordAccess, WholeRecord } from './own-record.types';

/** What a program can read an exported record by. A field is added under the same number; another meaning is a new one. */
export const EXPORT_SCHEMA = { name: 'yangyu.migrant.own-record', version: 1 } as const;

/** Who it was, in words: the person, the system, or the office by its division; a name belongs to the officer. */
export function whoWas(access: Pick<RecordAccess, 'actor' | 'division'>, me: string): { zh: string; en: string } {
  if (access.actor === me) return { zh: '您本人', en: 'you yourself' };
  if (access.division === null) return { zh: '您的家人（本人办事）', en: 'your family, in their own matters' };
  if (access.actor.startsWith('system')) return { zh: '系统自动办理', en: 'the system by itself' };
  if (access.division === '') return { zh: '本系统所属机关', en: 'the authority of this installation' };
  return { zh: `区划 ${access.division} 的机关工作人员`, en: `an office of division ${access.division}` };
}

/** What for, in words. */
export function whatFor(purpose: string): { zh: string; en: string } {
  return Object.hasOwn(PURPOSES, purpose)
    ? PURPOSES[purpose as keyof typeof PURPOSES]
    : { zh: '系统运行', en: 'running the system' };
}

/** The whole record for programs. */
export function asJson(record: WholeRecord, me: string): string {
  const { person, held, accesses, kept, today } = record;
  const whole = {
    schema: EXPORT_SCHEMA.name,
    version: EXPORT_SCHEMA.version,
    madeOn: today,
    person,
    held: Object.fromEntries(held.map(({ table, rows }) => [table, rows])),
    withheld: held.flatMap(({ table, withheld }) =>
      Object.entries(withheld).map(([column, why]) => ({ table, column, why })),
    ),
    accesses: accesses.map((access) => ({
      at: access.at.toISOString(),
      kind: access.kind,
      who: whoWas(access, me),
      purpose: whatFor(access.purpose),
      operation: access.operation,
      caseRef: access.caseRef,
      fields: access.fields,
    })),
    kept: kept.map(({ saidZh, saidEn, ...rest }) => ({ ...rest, said: { zh: saidZh, en: saidEn } })),
  };
  return JSON.stringify(whole, null, 2);
}

/** The same for people: section, what, value, as a table that a spreadsheet opens. */
export function asCsv(record: WholeRecord, me: string): string {
  const lines = [csvLine(['部分 section', '条 no', '项目 what', '内容 value'])];
  for (const { table, rows, withheld } of record.held) {
    const label = TABLE_LABELS[table] ?? table;
    for (const [n, row] of rows.entries()) {
      for (const [column, value] of Object.entries(row))
        lines.push(csvLine([label, n + 1, COLUMN_LABELS[column] ?? column, wordsOf(value)]));
      for (const [column, why] of Object.entries(withheld))
        lines.push(csvLine([label, n + 1, COLUMN_LABELS[column] ?? column, `（不导出 left out: ${why}）`]));
    }
  }
  for (const [n, access] of record.accesses.entries()) {
    const [who, purpose] = [whoWas(access, me), whatFor(access.purpose)];
    const did = access.kind === 'read' ? '查阅 read' : '办理 acted';
    const said = `${access.at.toISOString()} ${who.zh} ${who.en}；${did}；${purpose.zh} ${purpose.en}；${access.operation}`;
    lines.push(csvLine(['谁查阅、办理过 who asked', n + 1, access.fields.join(' '), said]));
  }
  for (const [n, one] of record.kept.entries()) {
    const until = one.dueOn ?? '尚未开始计时 the time does not run yet';
    const held = one.held.map(({ zh, en }) => `${zh} ${en}`).join('；');
    lines.push(
      csvLine([
        '保存期限 how long it is kept',
        n + 1,
        `${one.saidZh} ${one.saidEn}`,
        [until, one.source, held].filter(Boolean).join('；'),
      ]),
    );
  }
  return '\uFEFF' + lines.join('');
}

const wordsOf = (value: Cell): string => {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
