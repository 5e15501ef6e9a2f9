import type { Read, Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { SetAsideAbout, SetAsideRow } from './set-aside.types';

const COLUMNS = `s.id, s.question_id as "questionId", l.comparison_id as "comparisonId", l.line_no as "lineNo",
  s.division_code as "divisionCode", s.reason, s.at, s.settled_by as "settledBy", s.settled_at as "settledAt", s.note`;
const FROM = 'set_aside s left join comparison_line l on l.id = s.comparison_line_id';

/** Replies that must not be used. */
@Injectable()
export class SetAsideRepository {
  async insert(tx: Tx, id: string, about: SetAsideAbout, sealed: Buffer, at: Date): Promise<void> {
    await tx.query(
      `insert into set_aside (id, question_id, comparison_line_id, division_code, reason, content_sealed, at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, about.questionId ?? null, about.lineId ?? null, about.divisionCode, about.reason, sealed, at],
    );
  }

  async list(
    read: Read,
    prefix: string,
    isOpen: boolean | undefined,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<SetAsideRow[]> {
    const rows = await read.query<SetAsideRow>(
      `select ${COLUMNS} from ${FROM}
        where s.division_code ^@ $1 and ($2::boolean is null or (s.settled_at is null) = $2)
          and ($3::timestamptz is null or (s.at, s.id) < ($3, $4::uuid))
        order by s.at desc, s.id desc limit $5`,
      [prefix, isOpen ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('set_aside', rows);
  }

  async get(read: Read, id: string): Promise<SetAsideRow | undefined> {
    const rows = await read.query<SetAsideRow>(`select ${COLUMNS} from ${FROM} where s.id = $1`, [id]);
    return read.disclose('set_aside', rows)[0];
  }

  async countOpen(read: Read, prefix: string): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      'select count(*)::int as n from set_aside where settled_at is null and division_code ^@ $1',
      [prefix],
    );
    return row!.n;
  }

  /** @returns Whether it was open. */
  async settle(tx: Tx, id: string, by: string, note: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update set_aside set settled_by = $2, note = $3, settled_at = $4 where id = $1 and settled_at is null returning id`,
      [id, by, note, at],
    );
    return rows.length === 1;
  }
}
