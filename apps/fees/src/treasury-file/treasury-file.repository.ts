import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { NewTreasuryAccount, TreasuryAccount, TreasuryFile, TreasuryFileKind } from './treasury-file.types';

const FILE = `id, county_code as "countyCode", kind, day, no, message_id as "messageId", format, name, sha256, line_count as "lineCount",
  total_fen as "totalFen", state, path, written_at as "writtenAt"`;
const ACCOUNT = `id, county_code as "countyCode", purpose, lower(valid) as "validFrom", upper(valid) as "validUntil",
  holder_name as "holderName", account, bank, document`;

/** The SQL about files for the treasury's bank, and the accounts that they name. */
@Injectable()
export class TreasuryFileRepository {
  async find(read: Read, id: string): Promise<TreasuryFile | undefined> {
    return (await read.query<TreasuryFile>(`select ${FILE} from treasury_file where id = $1`, [id]))[0];
  }

  byIds(read: Read, ids: readonly string[]): Promise<TreasuryFile[]> {
    return read.query<TreasuryFile>(`select ${FILE} from treasury_file where id = any ($1)`, [ids]);
  }

  async findForUpdate(tx: Tx, id: string): Promise<TreasuryFile | undefined> {
    return (await tx.query<TreasuryFile>(`select ${FILE} from treasury_file where id = $1 for no key update`, [id]))[0];
  }

  /** Committed, and not yet put where the bank looks. */
  written(read: Read, kind: TreasuryFileKind): Promise<TreasuryFile[]> {
    return read.query<TreasuryFile>(
      `select ${FILE} from treasury_file where kind = $1 and state = 'written' order by written_at, id`,
      [kind],
    );
  }

  async nextNo(read: Read, county: string, kind: TreasuryFileKind, day: Day): Promise<number> {
    const [row] = await read.query<{ no: number }>(
      `select (1 + coalesce(max(no), 0))::int as no from treasury_file where county_code = $1 and kind = $2 and day = $3`,
      [county, kind, day],
    );
    return row!.no;
  }

  async insert(tx: Tx, file: Omit<TreasuryFile, 'state'>): Promise<void> {
    await tx.query(
      `insert into treasury_file (id, county_code, kind, day, no, message_id, format, name, sha256, line_count, total_fen, state, path, written_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'written', $12, $13)`,
      [
        file.id,
        file.countyCode,
        file.kind,
        file.day,
        file.no,
        file.messageId,
        file.format,
        file.name,
        file.sha256,
        file.lineCount,
        file.totalFen,
        file.path,
        file.writtenAt,
      ],
    );
  }

  async markHanded(tx: Tx, id: string, path: string, at: Date): Promise<void> {
    await tx.query(
      `update treasury_file set state = 'handed', path = $2, handed_at = $3 where id = $1 and state = 'written'`,
      [id, path, at],
    );
  }

  accounts(read: Read, prefix: string): Promise<TreasuryAccount[]> {
    return read.query<TreasuryAccount>(
      `select ${ACCOUNT} from treasury_account where county_code ^@ $1 order by county_code, purpose, valid`,
      [prefix],
    );
  }

  async accountOn(read: Read, county: string, purpose: string, on: Day): Promise<TreasuryAccount | undefined> {
    const [row] = await read.query<TreasuryAccount>(
      `select ${ACCOUNT} from treasury_account where county_code = $1 and purpose = $2 and valid @> $3::date`,
      [county, purpose, on],
    );
    return row;
  }

  /** The one before ends on the day on which this one begins. */
  async setAccount(tx: Tx, id: string, account: NewTreasuryAccount, at: Date): Promise<void> {
    await tx.query(
      `update treasury_account set valid = daterange(lower(valid), $3) where county_code = $1 and purpose = $2 and valid @> $3::date
          and lower(valid) < $3`,
      [account.countyCode, account.purpose, account.validFrom],
    );
    await tx.query(
      `insert into treasury_account (id, county_code, purpose, valid, holder_name, account, bank, document, set_at)
       values ($1, $2, $3, daterange($4, null), $5, $6, $7, $8, $9)`,
      [
        id,
        account.countyCode,
        account.purpose,
        account.validFrom,
        account.holderName,
        account.account,
        account.bank,
        account.document,
        at,
      ],
    );
  }
}
