import type { Tx } from '@app/database';
import type { AuditEntry } from './leaf';

/** One line to be written; who acted, what for and when come from the signed context of the transaction. */
export interface Line {
  readonly kind: 'read' | 'done' | 'refused';
  readonly subjectType: string | null;
  readonly subjects: readonly string[];
  readonly fields: readonly string[];
  readonly code: string | null;
}

/** The columns of an entry `e` as they are hashed. */
export const ENTRY = `e.id::text as id, e.xid::text as xid, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  e.kind, e.actor, e.operation, e.permission, e.purpose, e.case_ref as "caseRef", e.request_id as "requestId", e.division,
  e.subject_type as "subjectType", e.subjects, e.fields, e.code, encode(e.content, 'hex') as content`;

/** All lines of a transaction in one statement. */
export async function appendLines(tx: Tx, schema: string, lines: readonly Line[]): Promise<void> {
  await tx.query(`select ${schema}.audit_append($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`, [
    lines.map(({ kind }) => kind),
    lines.map(({ subjectType }) => subjectType),
    lines.map(({ subjects }) => arrayLiteral(subjects)),
    lines.map(({ fields }) => arrayLiteral(fields)),
    lines.map(({ code }) => code),
  ]);
}

const arrayLiteral = (texts: readonly string[]): string => `{${texts.map((text) => JSON.stringify(text)).join(',')}}`;

/**
 * For the select list of a statement over rows that were decided: one entry a row, whatever their number. `subject`
 * is the id of what was decided about, `text` the canonical text of the decision.
 */
export const decidedSql = (subjectType: string, subject: string, text: string): string =>
  `audit_decide('${subjectType}', array_agg(${subject} order by ${subject}),
     array_agg(sha256(convert_to(${text}, 'UTF8')) order by ${subject}))`;

/** Decisions about a subject with their places in the tree, oldest first; those not sealed yet have none. */
export async function decisionsAbout(
  tx: Tx,
  subjectType: string,
  subject: string,
): Promise<{ entry: AuditEntry; leafIndex: number | null }[]> {
  const rows = await tx.query<AuditEntry & { leafIndex: string | null }>(
    `select ${ENTRY}, l.leaf_index::text as "leafIndex" from audit_entry e left join audit_leaf l on l.entry_id = e.id
      where e.kind = 'decided' and e.subject_type = $1 and e.subjects = array[$2::uuid] order by e.xid, e.id`,
    [subjectType, subject],
  );
  return rows.map(({ leafIndex, ...entry }) => ({ entry, leafIndex: leafIndex === null ? null : Number(leafIndex) }));
}

/** Somebody looked at a thing or did something about it. */
export interface Access {
  readonly at: Date;
  readonly actor: string;
  readonly operation: string;
  readonly purpose: string;
  readonly caseRef: string | null;
  readonly fields: readonly string[];
}

/** Who looked at each of these or acted about them, the newest first, as far as the asker may know: at most `most` each. */
export function accessesTo(
  tx: Tx,
  subjectType: string,
  subjects: readonly string[],
  most: number,
): Promise<(Access & { subject: string })[]> {
  return tx.query(
    `select s.id as subject, e.* from unnest($2::uuid[]) as s (id)
       cross join lateral (
         select at, actor, operation, purpose, case_ref as "caseRef", fields from audit_about($1, s.id, $3)) e`,
    [subjectType, subjects, most],
  );
}
