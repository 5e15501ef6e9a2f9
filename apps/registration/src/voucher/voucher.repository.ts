import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { VoucherContent, VoucherRow, VoucherState } from './voucher.types';

const KIND = 'voucher';
const COLUMNS = `id, registration_id as "registrationId", no, status_index as "statusIndex", office_code as "officeCode",
  office_name as "officeName", holder_masks as "holderMasks", content, pdf_sha256 as "pdfSha256", issued_at as "issuedAt",
  state, ended_at as "endedAt"`;

export interface NewVoucher {
  readonly registrationId: string;
  readonly version: number;
  readonly no: string;
  readonly codeHash: Buffer;
  readonly officeCode: string;
  readonly officeName: string;
  readonly holderMasks: readonly string[];
  readonly content: Pick<VoucherContent, 'parties' | 'expectedMonth' | 'bornOn'>;
  readonly pdf: Buffer;
  readonly pdfSha256: Buffer;
  readonly at: Date;
}

/** The SQL about vouchers. */
@Injectable()
export class VoucherRepository {
  /** The next number of a county and year; whoever asks at the same time waits for this transaction. */
  async nextCount(tx: Tx, county: string, year: number): Promise<number> {
    const [row] = await tx.query<{ last: number }>(
      `insert into voucher_counter as c (county_code, year, last) values ($1, $2, 1)
       on conflict (county_code, year) do update set last = c.last + 1 returning last`,
      [county, year],
    );
    return row!.last;
  }

  async insert(tx: Tx, row: NewVoucher): Promise<string> {
    const [made] = await tx.query<{ id: string }>(
      `insert into voucher (registration_id, version, no, code_hash, office_code, office_name, holder_masks, content, pdf, pdf_sha256, issued_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
      [
        row.registrationId,
        row.version,
        row.no,
        row.codeHash,
        row.officeCode,
        row.officeName,
        row.holderMasks,
        JSON.stringify(row.content),
        row.pdf,
        row.pdfSha256,
        row.at,
      ],
    );
    return made!.id;
  }

  /** Ends what is valid of a registration; returns the ids. */
  async end(tx: Tx, registrationId: string, state: Exclude<VoucherState, 'valid'>, at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `update voucher set state = $2, ended_at = $3 where registration_id = $1 and state = 'valid' returning id`,
      [registrationId, state, at],
    );
    return rows.map(({ id }) => id);
  }

  async byIds(read: Tx, ids: readonly string[]): Promise<VoucherRow[]> {
    const rows = await read.query<VoucherRow>(`select ${COLUMNS} from voucher where id = any ($1::uuid[])`, [ids]);
    return read.disclose(KIND, rows);
  }

  async pdf(read: Tx, id: string): Promise<Buffer> {
    const [row] = await read.query<{ pdf: Buffer }>('select pdf from voucher where id = $1', [id]);
    return row!.pdf;
  }

  async ofRegistrations(read: Tx, ids: readonly string[]): Promise<VoucherRow[]> {
    const rows = await read.query<VoucherRow>(
      `select ${COLUMNS} from voucher where registration_id = any ($1::uuid[]) order by registration_id, status_index desc`,
      [ids],
    );
    return read.disclose(KIND, rows);
  }

  async byCode(read: Tx, codeHash: Buffer): Promise<VoucherRow | undefined> {
    const rows = await read.query<VoucherRow>(`select ${COLUMNS} from voucher where code_hash = $1`, [codeHash]);
    return read.disclose(KIND, rows)[0];
  }

  /** The state at a place of the status list. */
  async stateAt(read: Tx, index: number): Promise<VoucherState | undefined> {
    const [row] = await read.query<{ state: VoucherState }>('select state from voucher where status_index = $1', [
      index,
    ]);
    return row?.state;
  }

  async ended(read: Tx): Promise<{ ended: bigint[]; count: bigint }> {
    const rows = await read.query<{ i: bigint }>(
      `select status_index as i from voucher where state <> 'valid' order by 1`,
    );
    const [most] = await read.query<{ n: bigint | null }>('select max(status_index) as n from voucher');
    return { ended: rows.map(({ i }) => i), count: most?.n ?? 0n };
  }
}
