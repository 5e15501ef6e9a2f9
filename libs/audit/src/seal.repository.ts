import type { Tx } from '@app/database';
import { ENTRY } from './entry.repository';
import type { AuditEntry } from './leaf';
import type { ReadHashes, TreeNode } from './merkle';

export interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
}

/** Where the sealer stands: the key of the entry behind the last leaf. */
export interface Position {
  readonly xid: string;
  readonly id: string;
}

/** One sealer at a time: a second one waits here until the first has committed. */
export async function lockSealing(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('audit seal ' || current_schema(), 0))`);
}

export async function lastCheckpoint(tx: Tx): Promise<CheckpointRow | undefined> {
  const [row] = await tx.query<Stored>('select size, root, note from audit_checkpoint order by size desc limit 1');
  return row && checkpointOf(row);
}

export async function findCheckpoint(tx: Tx, size: number): Promise<CheckpointRow | undefined> {
  const [row] = await tx.query<Stored>('select size, root, note from audit_checkpoint where size = $1', [size]);
  return row && checkpointOf(row);
}

type Stored = Omit<CheckpointRow, 'size'> & { readonly size: bigint };
const checkpointOf = ({ size, ...row }: Stored): CheckpointRow => ({ ...row, size: Number(size) });

/** Leaves there are, by their last index; the sealer goes on behind it. */
export async function countLeaves(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ last: bigint | null }>('select max(leaf_index) as last from audit_leaf');
  return row!.last === null ? 0 : Number(row!.last) + 1;
}

export async function positionOf(tx: Tx, leafIndex: number): Promise<Position | undefined> {
  const [row] = await tx.query<Position>(
    `select e.xid::text as xid, e.id::text as id from audit_leaf l join audit_entry e on e.id = l.entry_id
      where l.leaf_index = $1`,
    [leafIndex],
  );
  return row;
}

/** Hashes of a level: of leaves at level 0, of complete subtrees above. */
export const storedHashes =
  (tx: Tx): ReadHashes =>
  async (level, first, count) => {
    const rows = await tx.query<{ hash: Buffer }>(
      level === 0
        ? 'select hash from audit_leaf where leaf_index >= $1 and leaf_index < $2 order by leaf_index'
        : `select hash from audit_node where level = ${level} and number >= $1 and number < $2 order by number`,
      [first, first + count],
    );
    return rows.map(({ hash }) => hash);
  };

/**
 * Entries behind a position whose transaction is over and has no older one running beside it: nothing can come before
 * them any more. In the order of their leaves.
 */
export function entriesToSeal(tx: Tx, after: Position, limit: number): Promise<AuditEntry[]> {
  return tx.query(
    `select ${ENTRY} from audit_entry e
      where (e.xid, e.id) > ($1::xid8, $2::int8) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by e.xid, e.id limit ${limit}`,
    [after.xid, after.id],
  );
}

export async function insertLeaves(
  tx: Tx,
  first: number,
  entryIds: readonly string[],
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.query(
    `insert into audit_leaf (leaf_index, entry_id, hash)
     select $1::int8 + place - 1, entry_id, hash from unnest($2::int8[], $3::bytea[]) with ordinality l (entry_id, hash, place)`,
    [first, entryIds, hashes],
  );
}

export async function insertNodes(tx: Tx, nodes: readonly TreeNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await tx.query(
    'insert into audit_node (level, number, hash) select * from unnest($1::int2[], $2::int8[], $3::bytea[])',
    [nodes.map(({ level }) => level), nodes.map(({ number }) => number), nodes.map(({ hash }) => hash)],
  );
}

export async function insertCheckpoint(tx: Tx, { size, root, note }: CheckpointRow): Promise<void> {
  await tx.query('insert into audit_checkpoint (size, root, note) values ($1, $2, $3)', [size, root, note]);
}
