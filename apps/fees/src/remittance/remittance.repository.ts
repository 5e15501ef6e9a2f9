import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { HashedLine } from './remittance.rules';
import type { RemittanceState } from './remittance.state';
import type { OpenShare, RemittanceLineRow, RemittancePartRow, RemittanceRow, Standing } from './remittance.types';

const REMITTANCE = `id, county_code as "countyCode", day, state, line_count as "lineCount", total_fen as "totalFen",
  encode(content_hash, 'hex') as "contentHash", drafted_by as "draftedBy", drafted_at as "draftedAt", prepared_by as "preparedBy",
  approved_by as "approvedBy", approved_at as "approvedAt", file_id as "fileId", ended_on as "endedOn", end_note as "endNote"`;

export interface RemittanceChange {
  readonly prepared?: { readonly by: string; readonly at: Date };
  readonly approved?: { readonly by: string; readonly at: Date; readonly steppedUpAt: Date; readonly hash: string };
  readonly fileId?: string;
  readonly ended?: { readonly by: string; readonly on: Day; readonly note: string };
}

/** The SQL about remittances. */
@Injectable()
export class RemittanceRepository {
  /** What stands in the accounts of collected money and is promised to nobody. */
  standing(read: Read, prefix: string): Promise<Standing[]> {
    return read.query<Standing>(
      `select split_part(code, ':', 2) as "countyCode", split_part(code, ':', 3) as level, split_part(code, ':', 4)::int as year,
              credits_posted - debits_posted - debits_pending as fen
         from ledger_account where code ^@ 'collected:' and split_part(code, ':', 2) ^@ $1 and credits_posted - debits_posted - debits_pending > 0
        order by 1, 2, 3`,
      [prefix],
    );
  }

  /** Held until the transaction ends: a county is remitted by one at a time. */
  async hold(tx: Tx, county: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('remittance:' || $1, 0))`, [county]);
  }

  async liveOn(read: Read, county: string, day: Day): Promise<RemittanceRow | undefined> {
    const [row] = await read.query<RemittanceRow>(
      `select ${REMITTANCE} from remittance where county_code = $1 and day = $2 and state not in ('failed', 'cancelled')`,
      [county, day],
    );
    return row;
  }

  /** Shares of what was received for a budget and is in no remittance, oldest first. */
  openShares(read: Read, { countyCode, level, year }: Omit<Standing, 'fen'>): Promise<OpenShare[]> {
    return read.query<OpenShare>(
      `select "stepId", pair, fen from (
         select s.step_id as "stepId", t.receivable_id || ' ' || t.receipt_id as pair, t.at, t.no,
                s.fen - coalesce((select sum(p.fen) from remittance_part p join remittance_line l on l.id = p.line_id
                                    join remittance m on m.id = l.remittance_id
                                   where p.step_id = s.step_id and p.level = s.level and p.year = s.year
                                     and m.state not in ('failed', 'cancelled')), 0)::bigint as fen
           from receivable_step_share s join receivable_step t on t.id = s.step_id join receivable r on r.id = t.receivable_id
          where t.kind = 'received' and s.level = $2 and s.year = $3 and r.division_code ^@ left($1, 6)) o
        where fen > 0 order by at, no, "stepId"`,
      [countyCode, level, year],
    );
  }

  /** What of a budget was given back again, by receivable and bank receipt. */
  async returned(read: Read, { countyCode, level, year }: Omit<Standing, 'fen'>): Promise<Map<string, Fen>> {
    const rows = await read.query<{ pair: string; fen: Fen }>(
      `select t.receivable_id || ' ' || t.receipt_id as pair, sum(s.fen)::bigint as fen
         from receivable_step_share s join receivable_step t on t.id = s.step_id join receivable r on r.id = t.receivable_id
        where t.kind = 'returned' and s.level = $2 and s.year = $3 and r.division_code ^@ left($1, 6) group by 1`,
      [countyCode, level, year],
    );
    return new Map(rows.map(({ pair, fen }) => [pair, fen]));
  }

  async insert(
    tx: Tx,
    remittance: { id: string; countyCode: string; day: Day; totalFen: Fen; hash: Buffer; at: Date },
    lines: readonly (HashedLine & { id: string; parts: readonly { stepId: string; fen: Fen }[] })[],
  ): Promise<void> {
    const { id, countyCode, day, totalFen, hash, at } = remittance;
    await tx.query(
      `insert into remittance (id, county_code, day, state, line_count, total_fen, content_hash, drafted_at)
       values ($1, $2, $3, 'drafted', $4, $5, $6, $7)`,
      [id, countyCode, day, lines.length, totalFen, hash, at],
    );
    for (const line of lines) {
      await tx.query(
        `insert into remittance_line (id, remittance_id, line, level, year, fen, route, transfer_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [line.id, id, line.line, line.level, line.year, line.fen, line.route, line.transferId],
      );
      await tx.query(
        `insert into remittance_part (line_id, step_id, level, year, fen)
         select $1, p.step_id, $2, $3, p.fen from unnest($4::uuid[], $5::bigint[]) p (step_id, fen) order by p.step_id`,
        [line.id, line.level, line.year, line.parts.map(({ stepId }) => stepId), line.parts.map(({ fen }) => fen)],
      );
    }
  }

  async findForUpdate(tx: Tx, id: string): Promise<RemittanceRow | undefined> {
    return (
      await tx.query<RemittanceRow>(`select ${REMITTANCE} from remittance where id = $1 for no key update`, [id])
    )[0];
  }

  async find(read: Read, id: string): Promise<RemittanceRow | undefined> {
    return (await read.query<RemittanceRow>(`select ${REMITTANCE} from remittance where id = $1`, [id]))[0];
  }

  inState(read: Read, state: RemittanceState): Promise<RemittanceRow[]> {
    return read.query<RemittanceRow>(`select ${REMITTANCE} from remittance where state = $1 order by day, id`, [state]);
  }

  /** Newest day first; `after` is day and id of the last one seen. */
  list(
    read: Read,
    prefix: string,
    span: { from: Day | null; until: Day | null },
    after: readonly string[] | null,
    limit: number,
  ): Promise<RemittanceRow[]> {
    return read.query<RemittanceRow>(
      `select ${REMITTANCE} from remittance
        where county_code ^@ $1 and ($2::date is null or day >= $2) and ($3::date is null or day < $3)
          and ($4::date is null or (day, id) < ($4::date, $5::uuid)) order by day desc, id desc limit $6`,
      [prefix, span.from, span.until, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  lines(read: Read, remittanceIds: readonly string[]): Promise<RemittanceLineRow[]> {
    return read.query<RemittanceLineRow>(
      `select id, remittance_id as "remittanceId", line, level, year, fen, route, transfer_id as "transferId"
         from remittance_line where remittance_id = any ($1) order by remittance_id, line`,
      [remittanceIds],
    );
  }

  /** Every fen of these lines, back to the receivable's share and the payment. */
  parts(read: Read, lineIds: readonly string[]): Promise<RemittancePartRow[]> {
    return read.query<RemittancePartRow>(
      `select p.line_id as "lineId", p.step_id as "stepId", t.receivable_id as "receivableId", r.matter_id as "matterId",
              t.receipt_id as "bankReceiptId", s.fen as "shareFen", p.fen, f.number as "receiptNumber", t.on_day as "receivedOn"
         from remittance_part p join receivable_step_share s on (s.step_id, s.level, s.year) = (p.step_id, p.level, p.year)
         join receivable_step t on t.id = p.step_id join receivable r on r.id = t.receivable_id
         left join fiscal_receipt f on f.step_id = t.id and f.state = 'issued'
        where p.line_id = any ($1) order by p.line_id, t.at, t.no, p.step_id`,
      [lineIds],
    );
  }

  async move(tx: Tx, id: string, to: RemittanceState, change: RemittanceChange): Promise<void> {
    const { prepared, approved, fileId, ended } = change;
    await tx.query(
      `update remittance set state = $2, prepared_by = coalesce($3, prepared_by), prepared_at = coalesce($4, prepared_at),
         approved_by = coalesce($5, approved_by), approved_at = coalesce($6, approved_at), stepped_up_at = coalesce($7, stepped_up_at),
         approved_hash = coalesce(decode($8, 'hex'), approved_hash), file_id = coalesce($9, file_id), ended_by = $10, ended_on = $11,
         end_note = $12
        where id = $1`,
      [
        id,
        to,
        prepared?.by ?? null,
        prepared?.at ?? null,
        approved?.by ?? null,
        approved?.at ?? null,
        approved?.steppedUpAt ?? null,
        approved?.hash ?? null,
        fileId ?? null,
        ended?.by ?? null,
        ended?.on ?? null,
        ended?.note ?? null,
      ],
    );
  }
}
