import { constraintName, sqlState, type Read, type Tx } from '@app/database';
import type { Fen } from '@app/kernel';
import { refuse } from './ledger.errors';
import type { AccountKind, Balance, Ending, LedgerAccount, Transfer } from './ledger.types';

const COLUMNS = 'id, kind, debit, credit, fen, pending_id, code, ref, at';

/**
 * Double entry over the tables of ledger.sql in the schema of the transaction. Every method works inside the
 * caller's transaction: the money moves with the change it belongs to, or neither happens.
 */
export class Ledger {
  /** Opens accounts that do not exist yet. */
  async open(tx: Tx, accounts: readonly LedgerAccount[]): Promise<void> {
    const parameters = [accounts.map((account) => account.code), accounts.map((account) => account.kind)];
    await tx.query(
      `insert into ledger_account (code, kind) select * from unnest($1::text[], $2::text[]) a (code, kind) order by code
       on conflict (code) do nothing`,
      parameters,
    );
    const [other] = await tx.query<{ code: string }>(
      `select code from unnest($1::text[], $2::text[]) a (code, kind) join ledger_account l using (code)
        where l.kind <> a.kind`,
      parameters,
    );
    if (other) throw refuse.kindDiffers(other.code);
  }

  /** Moves money at once. */
  post(tx: Tx, transfers: readonly Transfer[]): Promise<void> {
    return this.write(tx, 'single', transfers);
  }

  /** Reserves money: the debited account can no longer give it to anyone else. */
  pend(tx: Tx, transfers: readonly Transfer[]): Promise<void> {
    return this.write(tx, 'pending', transfers);
  }

  /** Lets reserved money go to where it was promised. */
  settle(tx: Tx, endings: readonly Ending[]): Promise<void> {
    return this.end(tx, 'post', endings);
  }

  /** Makes reserved money available again. */
  void(tx: Tx, endings: readonly Ending[]): Promise<void> {
    return this.end(tx, 'void', endings);
  }

  /**
   * Moves money for every row of `select id, debit, credit, fen, code, ref, at`, in one statement: for bulk work.
   * The ids must be new. Returns how many moved.
   */
  async postFrom(tx: Tx, rows: string, parameters: readonly unknown[]): Promise<number> {
    const sql = `with moved as (
        insert into transfer (${COLUMNS})
        select r.id, 'single', r.debit, r.credit, r.fen, null, r.code, r.ref, r.at from (${rows}) r returning 1)
      select count(*) as moved from moved`;
    const [row] = await tx.query<{ moved: bigint }>(sql, parameters).catch(refused);
    return Number(row!.moved);
  }

  /** Locks accounts until the transaction ends and tells what they hold; the answer stays true while it is open. */
  async lock(tx: Tx, codes: readonly string[]): Promise<Balance[]> {
    await tx.query('select ledger_account_lock($1::text[])', [codes]);
    return this.balances(tx, codes);
  }

  async balance(read: Read, code: string): Promise<Balance | undefined> {
    return (await this.balances(read, [code]))[0];
  }

  /** Balances in code order, of the given accounts or of all whose code begins with `prefix`. */
  async balances(
    read: Read,
    codes: readonly string[] | { prefix: string; after?: string; limit?: number },
  ): Promise<Balance[]> {
    const columns = 'code, kind, debits_posted, credits_posted, debits_pending, credits_pending';
    const rows =
      'prefix' in codes
        ? await read.query<AccountRow>(
            `select ${columns} from ledger_account where starts_with(code, $1) and code > $2 order by code limit $3`,
            [codes.prefix, codes.after ?? '', codes.limit ?? null],
          )
        : await read.query<AccountRow>(
            `select ${columns} from ledger_account where code = any($1::text[]) order by code`,
            [codes],
          );
    return rows.map(balanceOf);
  }

  private async write(tx: Tx, kind: 'single' | 'pending', transfers: readonly Transfer[]): Promise<void> {
    await this.insertOnce(
      tx,
      transfers.map((t) => [t.id, kind, t.debit, t.credit, t.fen, null, t.code, t.ref ?? null, t.at] as const),
    );
  }

  private async end(tx: Tx, kind: 'post' | 'void', endings: readonly Ending[]): Promise<void> {
    const pending = await tx.query<{ id: string; debit: string; credit: string; fen: Fen; ref: string | null }>(
      `select id, debit, credit, fen, ref from transfer where id = any($1::uuid[]) and kind = 'pending'`,
      [endings.map((ending) => ending.pendingId)],
    );
    const byId = new Map(pending.map((row) => [row.id, row]));
    await this.insertOnce(
      tx,
      endings.map((ending) => {
        const row = byId.get(ending.pendingId);
        if (!row) throw refuse.notPending();
        return [ending.id, kind, row.debit, row.credit, row.fen, row.id, ending.code, row.ref, ending.at] as const;
      }),
    );
  }

  /** What is there already with the same content is left alone; with other content it is refused. */
  private async insertOnce(tx: Tx, rows: readonly TransferRow[]): Promise<void> {
    const parameters = Array.from({ length: 9 }, (_, column) => rows.map((row) => row[column]));
    const given = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::uuid[],
      $9::timestamptz[]) g (${COLUMNS})`;
    const [row] = await tx
      .query<{ moved: bigint }>(
        `with moved as (insert into transfer (${COLUMNS}) select * from ${given} on conflict (id) do nothing returning 1)
         select count(*) as moved from moved`,
        parameters,
      )
      .catch(refused);
    if (Number(row!.moved) === rows.length) return;
    const content = (of: string) =>
      `(${of}.kind, ${of}.debit, ${of}.credit, ${of}.fen, ${of}.pending_id, ${of}.code, ${of}.ref)`;
    const [other] = await tx.query<{ id: string }>(
      `select g.id from ${given} join transfer t on t.id = g.id where ${content('g')} is distinct from ${content('t')}`,
      parameters,
    );
    if (other) throw refuse.idReused(other.id);
  }
}

type TransferRow = readonly [string, string, string, string, Fen, string | null, string, string | null, Date];

interface AccountRow {
  code: string;
  kind: AccountKind;
  debits_posted: Fen;
  credits_posted: Fen;
  debits_pending: Fen;
  credits_pending: Fen;
}

const balanceOf = (row: AccountRow): Balance => ({
  code: row.code,
  kind: row.kind,
  debitsPosted: row.debits_posted,
  creditsPosted: row.credits_posted,
  debitsPending: row.debits_pending,
  creditsPending: row.credits_pending,
  available: row.credits_posted - row.debits_posted - row.debits_pending,
});

/** PostgreSQL decides; this puts its answer into words. */
function refused(error: unknown): never {
  const constraint = constraintName(error);
  if (constraint === 'ledger_account_has_cover') throw refuse.noCover();
  if (constraint === 'transfer_knows_its_accounts') throw refuse.unknownAccount();
  if (constraint === 'transfer_is_posted_or_voided_once' && sqlState(error) === '23505') throw refuse.notPending();
  if (constraint === 'transfer_ends_what_was_pending') throw refuse.notPending();
  throw error;
}
