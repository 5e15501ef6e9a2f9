import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { ComparisonRow, LineOutcome, LineRow, OpenComparison, SealedLine } from './comparison.types';

const COLUMNS = `c.id, c.purpose, c.legal_basis as "legalBasis", c.division_code as "divisionCode", c.officer,
  n.name as "responsibleName", n.unit_name as "unitName", c.line_count as "lineCount", c.asked_at as "askedAt",
  c.due_on as "dueOn", c.settled_at as "settledAt",
  (select count(*)::int from comparison_round r where r.comparison_id = c.id) as rounds`;

/** Comparisons, the rounds in which they were handed over, and their lines. */
@Injectable()
export class ComparisonRepository {
  async insert(
    tx: Tx,
    comparison: {
      id: string;
      purpose: string;
      legalBasis: string;
      divisionCode: string;
      officer: string;
      nominationId: string;
      lineCount: number;
    },
    at: Date,
    dueOn: Day,
  ): Promise<void> {
    const { id, purpose, legalBasis, divisionCode, officer, nominationId, lineCount } = comparison;
    await tx.query(
      `insert into comparison (id, purpose, legal_basis, division_code, officer, nomination_id, line_count, asked_at, due_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, purpose, legalBasis, divisionCode, officer, nominationId, lineCount, at, dueOn],
    );
  }

  async insertLines(
    tx: Tx,
    comparisonId: string,
    lines: readonly (SealedLine & { personKey: Buffer; personMask: string })[],
  ): Promise<void> {
    await tx.query(
      `insert into comparison_line (id, comparison_id, line_no, person_key, person_mask, number_sealed, name_sealed)
       select id, $1, line_no, person_key, person_mask, number_sealed, name_sealed
         from unnest($2::uuid[], $3::int[], $4::bytea[], $5::text[], $6::bytea[], $7::bytea[])
           l (id, line_no, person_key, person_mask, number_sealed, name_sealed)`,
      [
        comparisonId,
        lines.map(({ id }) => id),
        lines.map(({ lineNo }) => lineNo),
        lines.map(({ personKey }) => personKey),
        lines.map(({ personMask }) => personMask),
        lines.map(({ numberSealed }) => numberSealed),
        lines.map(({ nameSealed }) => nameSealed),
      ],
    );
  }

  async insertRound(tx: Tx, id: string, comparisonId: string, number: number): Promise<void> {
    await tx.query(
      'insert into comparison_round (id, comparison_id, number) values ($1, $2, $3) on conflict (comparison_id, number) do nothing',
      [id, comparisonId, number],
    );
  }

  async open(read: Read, limit: number): Promise<{ id: string }[]> {
    return read.query<{ id: string }>('select id from comparison where settled_at is null order by asked_at limit $1', [
      limit,
    ]);
  }

  /** One that has lines without a result, with its newest round. */
  async findOpen(read: Read, id: string): Promise<OpenComparison | undefined> {
    const [row] = await read.query<OpenComparison>(
      `select c.id, c.purpose, c.legal_basis as "legalBasis", c.division_code as "divisionCode", c.nomination_id as "nominationId",
              c.due_on as "dueOn", r.id as "roundId", r.number as round, r.handed_over_at is not null as "isHandedOver",
              r.finished_at is not null as "isFinished"
         from comparison c join comparison_round r on r.comparison_id = c.id
        where c.id = $1 and c.settled_at is null order by r.number desc limit 1`,
      [id],
    );
    return row;
  }

  /** The comparison that a round belongs to, while it is open. */
  async ofRound(read: Read, roundId: string): Promise<string | undefined> {
    const [row] = await read.query<{ id: string }>(
      `select c.id from comparison_round r join comparison c on c.id = r.comparison_id
        where r.id = $1 and r.handed_over_at is not null`,
      [roundId],
    );
    return row?.id;
  }

  async waitingLines(read: Read, comparisonId: string): Promise<SealedLine[]> {
    return read.query<SealedLine>(
      `select id, line_no as "lineNo", number_sealed as "numberSealed", name_sealed as "nameSealed"
         from comparison_line where comparison_id = $1 and outcome = 'waiting' order by line_no`,
      [comparisonId],
    );
  }

  /** One who takes results in at a time, so that a result that comes twice counts once. */
  async lock(tx: Tx, comparisonId: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`comparison:${comparisonId}`]);
  }

  async markHandedOver(tx: Tx, roundId: string, at: Date): Promise<void> {
    await tx.query('update comparison_round set handed_over_at = coalesce(handed_over_at, $2) where id = $1', [
      roundId,
      at,
    ]);
  }

  async markFinished(tx: Tx, roundId: string, at: Date): Promise<void> {
    await tx.query('update comparison_round set finished_at = coalesce(finished_at, $2) where id = $1', [roundId, at]);
  }

  async settleLines(
    tx: Tx,
    lines: readonly { id: string; outcome: LineOutcome; content: Buffer | null }[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `update comparison_line l set outcome = s.outcome, content_sealed = s.content, settled_at = $4
         from unnest($1::uuid[], $2::text[], $3::bytea[]) s (id, outcome, content)
        where l.id = s.id and l.outcome = 'waiting'`,
      [lines.map(({ id }) => id), lines.map(({ outcome }) => outcome), lines.map(({ content }) => content), at],
    );
  }

  /** What is still without a result at the deadline gets none. */
  async giveUp(tx: Tx, comparisonId: string, at: Date): Promise<void> {
    await tx.query(
      `update comparison_line set outcome = 'no-reply', settled_at = $2 where comparison_id = $1 and outcome = 'waiting'`,
      [comparisonId, at],
    );
  }

  /** @returns Whether no line waits any more. */
  async settleIfDone(tx: Tx, comparisonId: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update comparison c set settled_at = $2 where id = $1 and settled_at is null
          and not exists (select from comparison_line l where l.comparison_id = c.id and l.outcome = 'waiting') returning id`,
      [comparisonId, at],
    );
    return rows.length === 1;
  }

  async list(
    read: Read,
    prefix: string,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ComparisonRow[]> {
    return read.query<ComparisonRow>(
      `select ${COLUMNS} from comparison c join nomination n on n.id = c.nomination_id
        where c.division_code ^@ $1 and ($2::timestamptz is null or (c.asked_at, c.id) < ($2, $3::uuid))
        order by c.asked_at desc, c.id desc limit $4`,
      [prefix, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  async find(read: Read, id: string): Promise<ComparisonRow | undefined> {
    const [row] = await read.query<ComparisonRow>(
      `select ${COLUMNS} from comparison c join nomination n on n.id = c.nomination_id where c.id = $1`,
      [id],
    );
    return row;
  }

  async counts(read: Read, ids: readonly string[]): Promise<{ id: string; outcome: LineOutcome; count: number }[]> {
    return read.query(
      `select comparison_id as id, outcome, count(*)::int as count from comparison_line
        where comparison_id = any($1::uuid[]) group by 1, 2 order by 1, 2`,
      [ids],
    );
  }

  async lines(read: Read, comparisonId: string, afterNo: number, limit: number): Promise<LineRow[]> {
    const rows = await read.query<LineRow>(
      `select id, line_no as "lineNo", person_mask as "personMask", outcome, content_sealed as "contentSealed"
         from comparison_line where comparison_id = $1 and line_no > $2 order by line_no limit $3`,
      [comparisonId, afterNo, limit],
    );
    return read.disclose('comparison_line', rows);
  }
}
