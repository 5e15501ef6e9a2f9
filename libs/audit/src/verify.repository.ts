import type { Tx } from '@app/database';
import { ENTRY } from './entry.repository';
import type { AuditEntry } from './leaf';
import type { TreeNode } from './merkle';
import type { CheckpointRow, Position } from './seal.repository';

export interface LeafRow {
  readonly index: number;
  readonly entryId: string;
  readonly hash: Buffer;
}

/** Entries in the order in which they are sealed, sealed or not. */
export function entriesAfter(tx: Tx, after: Position, limit: number): Promise<AuditEntry[]> {
  return tx.query(
    `select ${ENTRY} from audit_entry e where (e.xid, e.id) > ($1::xid8, $2::int8) order by e.xid, e.id limit ${limit}`,
    [after.xid, after.id],
  );
}

export async function leavesFrom(tx: Tx, first: number, limit: number): Promise<LeafRow[]> {
  const rows = await tx.query<{ index: bigint; entryId: string; hash: Buffer }>(
    `select leaf_index as index, entry_id::text as "entryId", hash from audit_leaf where leaf_index >= $1
      order by leaf_index limit ${limit}`,
    [first],
  );
  return rows.map(({ index, ...row }) => ({ ...row, index: Number(index) }));
}

/** `at` is a number where a superuser wrote infinity. */
export type DatedCheckpoint = CheckpointRow & { readonly at: Date | number };

export async function checkpointsAfter(tx: Tx, size: number, limit: number): Promise<DatedCheckpoint[]> {
  const rows = await tx.query<Omit<DatedCheckpoint, 'size'> & { readonly size: bigint }>(
    `select size, root, note, at from audit_checkpoint where size > $1 order by size limit ${limit}`,
    [size],
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/** Of these complete subtrees, those that are not stored so. */
export async function nodesStoredOtherwise(tx: Tx, nodes: readonly TreeNode[]): Promise<TreeNode[]> {
  if (nodes.length === 0) return [];
  const rows = await tx.query<{ place: number }>(
    `select w.place::int as place from unnest($1::int2[], $2::int8[], $3::bytea[]) with ordinality w (level, number, hash, place)
      left join audit_node n on n.level = w.level and n.number = w.number where n.hash is distinct from w.hash`,
    [nodes.map(({ level }) => level), nodes.map(({ number }) => number), nodes.map(({ hash }) => hash)],
  );
  return rows.map(({ place }) => nodes[place - 1]!);
}

export async function isSealed(tx: Tx, entryId: string): Promise<boolean> {
  return (await tx.query('select from audit_leaf where entry_id = $1', [entryId])).length > 0;
}

export async function isThere(tx: Tx, entryId: string): Promise<boolean> {
  return (await tx.query('select from audit_entry where id = $1', [entryId])).length > 0;
}

export async function countEntriesAfter(tx: Tx, after: Position): Promise<number> {
  const [row] = await tx.query<{ n: bigint }>(
    'select count(*) as n from audit_entry where (xid, id) > ($1::xid8, $2::int8)',
    [after.xid, after.id],
  );
  return Number(row!.n);
}
