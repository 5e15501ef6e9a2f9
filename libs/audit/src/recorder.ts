import type { Notes, Recorder, WorkContext } from '@app/database';
import { appendLines, type Line } from './entry.repository';

/** Writes what a transaction disclosed and changed into the audit log of a schema, in one statement. */
export function auditRecorder(schema: string): Recorder {
  return {
    record: (tx, context, kind, notes) => appendLines(tx, schema, linesOf(context, kind, notes)),
    refused: (tx, _context, code) => appendLines(tx, schema, [{ ...ABOUT_NOBODY, kind: 'refused', code }]),
  };
}

const ABOUT_NOBODY = { subjectType: null, subjects: [], fields: [], code: null } as const;

/** One line for each kind of thing; what was done is a line even if it is about nobody. */
export function linesOf(context: WorkContext, kind: 'read' | 'done', notes: Notes): Line[] {
  const lines: Line[] = [...notes.read].map(([subjectType, ids]) => ({
    kind: 'read',
    subjectType,
    subjects: [...ids].sort(),
    fields: context.fields?.[subjectType] ?? [],
    code: null,
  }));
  if (kind === 'read') return lines;
  for (const [subjectType, ids] of notes.changed) {
    lines.push({ kind, subjectType, subjects: [...ids].sort(), fields: [], code: null });
  }
  return notes.changed.size === 0 ? [{ ...ABOUT_NOBODY, kind }, ...lines] : lines;
}
