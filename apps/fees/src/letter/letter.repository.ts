import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { LetterRow, LetterText } from './letter.types';

const COLUMNS = `id, no, kind, about_id as "aboutId", division_code as "divisionCode", office_name as "officeName",
  recipient_name as "recipientName", pdf_sha256 as "pdfSha256", made_by as "madeBy", made_on as "madeOn"`;

export interface NewLetter extends LetterText {
  readonly id: string;
  readonly no: string;
  readonly pdf: Buffer;
  readonly pdfSha256: Buffer;
  readonly codeHash: Buffer;
  readonly madeOn: Day;
  readonly at: Date;
}

/** The SQL about letters. */
@Injectable()
export class LetterRepository {
  /** The next number of a county and year; whoever asks at the same time waits for this transaction. */
  async nextCount(tx: Tx, county: string, year: number): Promise<number> {
    const [row] = await tx.query<{ last: number }>(
      `insert into letter_counter as c (county_code, year, last) values ($1, $2, 1)
       on conflict (county_code, year) do update set last = c.last + 1 returning last`,
      [county, year],
    );
    return row!.last;
  }

  async insert(tx: Tx, letter: NewLetter): Promise<void> {
    const { lines, paragraphs, small, title, recipient } = letter;
    await tx.query(
      `insert into letter (id, no, kind, about_id, division_code, office_name, recipient_name, recipient_key, content, pdf, pdf_sha256,
         code_hash, made_on, made_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        letter.id,
        letter.no,
        letter.kind,
        letter.aboutId,
        letter.divisionCode,
        letter.officeName,
        recipient.name,
        recipient.key,
        JSON.stringify({ title, lines, paragraphs, small }),
        letter.pdf,
        letter.pdfSha256,
        letter.codeHash,
        letter.madeOn,
        letter.at,
      ],
    );
  }

  about(read: Read, aboutIds: readonly string[]): Promise<LetterRow[]> {
    return read.query<LetterRow>(`select ${COLUMNS} from letter where about_id = any ($1) order by made_at, no`, [
      aboutIds,
    ]);
  }

  byIds(read: Read, ids: readonly string[]): Promise<LetterRow[]> {
    return read.query<LetterRow>(`select ${COLUMNS} from letter where id = any ($1)`, [ids]);
  }

  own(read: Read): Promise<LetterRow[]> {
    return read.query<LetterRow>(
      `select ${COLUMNS} from letter where recipient_key = guard_key() order by made_at desc, no desc`,
    );
  }

  async recipientKey(read: Read, id: string): Promise<Buffer | null> {
    const [row] = await read.query<{ key: Buffer | null }>(`select recipient_key as key from letter where id = $1`, [
      id,
    ]);
    return row?.key ?? null;
  }

  async withPdf(read: Read, id: string): Promise<(LetterRow & { readonly pdf: Buffer }) | undefined> {
    const [row] = await read.query<LetterRow & { pdf: Buffer }>(`select ${COLUMNS}, pdf from letter where id = $1`, [
      id,
    ]);
    return row;
  }

  async byCode(read: Read, codeHash: Buffer): Promise<LetterRow | undefined> {
    const [row] = await read.query<LetterRow>(`select ${COLUMNS} from letter where code_hash = $1`, [codeHash]);
    return row;
  }
}
