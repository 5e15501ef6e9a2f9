import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { CertificateState } from './certificate.state';
import type {
  CertificateFilter,
  CertificateView,
  HolderRole,
  HolderView,
  LedgerRow,
  SchemeRow,
} from './certificate.types';

const VIEW = `select c.id, c.number, c.office_code as "officeCode", c.fits_scheme as "fitsScheme", c.issued_on as "issuedOn",
  c.child_name as "childName", c.child_born as "childBorn", c.grade, c.state, c.events, c.cancel_from as "cancelFrom",
  c.cancelled_on as "cancelledOn", c.replaces_id as "replacesId" from certificate c`;

export interface StoredHolder {
  readonly id: string;
  readonly role: HolderRole;
  readonly name: string;
  readonly personId: string | null;
  readonly sealed: Buffer | null;
  readonly key: Buffer | null;
  readonly mask: string | null;
}

/** A holder as a wish to cancel needs them. */
export interface HolderWish {
  readonly id: string;
  readonly role: HolderRole;
  readonly isCaller: boolean;
  readonly hasWished: boolean;
  readonly isDead: boolean;
}

export interface NewCertificate extends Pick<
  LedgerRow,
  'number' | 'officeCode' | 'issuedOn' | 'childName' | 'childBorn' | 'grade' | 'sourceRef'
> {
  readonly id: string;
  readonly schemeId: string | null;
  readonly fitsScheme: boolean;
  readonly replacesId: string | null;
  readonly hash: Buffer;
}

export interface Reject {
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly isWarning: boolean;
}

/** The only SQL about legacy certificates. */
@Injectable()
export class CertificateRepository {
  schemes(read: Tx): Promise<SchemeRow[]> {
    return read.query(
      `select id, region, pattern, template, lower(valid) as "from", upper(valid) as until from certificate_scheme order by region, valid`,
    );
  }

  async find(read: Tx, ids: readonly string[]): Promise<CertificateView[]> {
    return read.disclose(
      'certificate',
      await read.query<CertificateView>(`${VIEW} where c.id = any($1::uuid[])`, [ids]),
    );
  }

  /** The last of `limit` rows is for looking ahead only. */
  async list(
    read: Tx,
    filter: CertificateFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<CertificateView[]> {
    const rows = await read.query<CertificateView>(
      `${VIEW} where c.office_code ^@ $1 and ($2::text is null or c.number = $2)
          and ($3::uuid is null or exists (select from certificate_holder h where h.certificate_id = c.id and h.person_id = $3))
          and ($4::uuid is null or c.id > $4::uuid) order by c.id limit $5`,
      [filter.prefix, filter.number, filter.holderId, after?.[0] ?? null, limit],
    );
    read.disclose('certificate', rows.slice(0, limit - 1));
    return rows;
  }

  /** Everything the caller may see: for a citizen, what they hold. */
  async all(read: Tx): Promise<CertificateView[]> {
    return read.disclose('certificate', await read.query<CertificateView>(`${VIEW} order by c.id limit 50`));
  }

  async holders(read: Tx, certificateIds: readonly string[]): Promise<HolderView[]> {
    const rows = await read.query<HolderView>(
      `select id, certificate_id as "certificateId", upper(role) as role, name, number_mask as "numberMask",
              case when person_id is not null then jsonb_build_object('id', person_id) end as person,
              wished_on is not null as "wishesCancellation"
         from certificate_holder where certificate_id = any($1::uuid[]) order by certificate_id, certificate_holder.role desc`,
      [certificateIds],
    );
    return read.disclose('certificate_holder', rows);
  }

  /** Issued to this holder for a child born that day, and not replaced since; a number narrows. */
  async findIssued(
    tx: Tx,
    of: { holderId: string; childBorn: Day; number: string | null },
  ): Promise<CertificateView[]> {
    const rows = await tx.query<CertificateView>(
      `${VIEW} where c.child_born = $2 and c.state <> 'replaced' and ($3::text is null or c.number = $3)
          and exists (select from certificate_holder h where h.certificate_id = c.id and h.person_id = $1)
        order by c.id for no key update`,
      [of.holderId, of.childBorn, of.number],
    );
    return tx.disclose('certificate', rows);
  }

  async lock(tx: Tx, id: string): Promise<CertificateView | undefined> {
    const [row] = await tx.query<CertificateView>(`${VIEW} where c.id = $1 for no key update`, [id]);
    return row;
  }

  /** Standing of every certificate with this number: for whoever shows a number and its code. */
  byNumber(read: Tx, number: string): Promise<{ id: string; state: CertificateState; cancelledOn: Day | null }[]> {
    return read.query(
      `select id, state, cancelled_on as "cancelledOn" from certificate where number = $1 order by id limit 20`,
      [number],
    );
  }

  async insert(tx: Tx, made: NewCertificate, holders: readonly StoredHolder[], at: Date): Promise<void> {
    await tx.query(
      `insert into certificate (id, number, office_code, scheme_id, fits_scheme, issued_on, child_name, child_born, grade, source_ref,
         replaces_id, row_hash, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        made.id,
        made.number,
        made.officeCode,
        made.schemeId,
        made.fitsScheme,
        made.issuedOn,
        made.childName,
        made.childBorn,
        made.grade,
        made.sourceRef,
        made.replacesId,
        made.hash,
        at,
      ],
    );
    for (const holder of holders) {
      await tx.query(
        `insert into certificate_holder (id, certificate_id, role, office_code, person_id, name, number_sealed, number_key, number_mask)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          holder.id,
          made.id,
          holder.role,
          made.officeCode,
          holder.personId,
          holder.name,
          holder.sealed,
          holder.key,
          holder.mask,
        ],
      );
    }
  }

  storedHolders(tx: Tx, certificateId: string): Promise<StoredHolder[]> {
    return tx.query(
      `select id, role, name, person_id as "personId", number_sealed as sealed, number_key as key, number_mask as mask
         from certificate_holder where certificate_id = $1 order by role`,
      [certificateId],
    );
  }

  wishes(tx: Tx, certificateId: string): Promise<HolderWish[]> {
    return tx.query(
      `select h.id, h.role, h.number_key is not distinct from guard_key() and guard_key() is not null as "isCaller",
              h.wished_on is not null as "hasWished", coalesce(p.died is not null or p.status = 9, false) as "isDead"
         from certificate_holder h left join person p on p.id = h.person_id where h.certificate_id = $1 order by h.role`,
      [certificateId],
    );
  }

  async noteWish(tx: Tx, holderIds: readonly string[], on: Day | null): Promise<void> {
    await tx.query(
      `update certificate_holder set wished_on = $2::date, wished_by = case when $2::date is not null then guard_text('actor') end
        where id = any($1::uuid[])`,
      [holderIds, on],
    );
  }

  async move(
    tx: Tx,
    { id, events, state }: Pick<CertificateView, 'id' | 'events' | 'state'>,
    to: CertificateState,
    reason: string,
    effectiveOn: Day | null,
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into certificate_event (certificate_id, seq, from_state, to_state, reason, effective_on, at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, events + 1, state, to, reason, effectiveOn, at],
    );
  }

  async nextSerial(tx: Tx): Promise<number> {
    const [row] = await tx.query<{ n: bigint }>(`select nextval('certificate_serial') as n`);
    return Number(row!.n);
  }

  /** What is on record of these numbers: the hash of the row, as hex, by `office/number`. */
  async known(tx: Tx, rows: readonly LedgerRow[]): Promise<Map<string, string>> {
    const found = await tx.query<{ key: string; hash: string }>(
      `select c.office_code || '/' || c.number as key, encode(c.row_hash, 'hex') as hash
         from unnest($1::text[], $2::text[]) as r (office, number) join certificate c on c.office_code = r.office and c.number = r.number`,
      [rows.map(({ officeCode }) => officeCode), rows.map(({ number }) => number)],
    );
    return new Map(found.map(({ key, hash }) => [key, hash]));
  }

  /** The one registered person who holds each number (hex). */
  async findPersons(tx: Tx, keys: readonly Buffer[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ key: string; id: string }>(
      `select encode(id_number_key, 'hex') as key, id from person
        where id_number_key = any($1::bytea[]) and not id_number_shared and status <> 1`,
      [keys],
    );
    return new Map(rows.map(({ key, id }) => [key, id]));
  }

  /** Holders whose person was registered after their certificate was taken in. */
  async linkHolders(tx: Tx): Promise<number> {
    const rows = await tx.query(
      `update certificate_holder h set person_id = p.id from person p
        where h.person_id is null and p.id_number_key = h.number_key and not p.id_number_shared and p.status <> 1 returning 1`,
    );
    return rows.length;
  }

  async addRejects(tx: Tx, sha256: string, rejects: readonly Reject[], at: Date): Promise<void> {
    await tx.query(
      `insert into certificate_reject (file_sha256, line, column_name, code, is_warning, at)
       select decode($1, 'hex'), r.*, $6 from unnest($2::int[], $3::text[], $4::text[], $5::boolean[]) as r`,
      [
        sha256,
        rejects.map(({ line }) => line),
        rejects.map(({ column }) => column),
        rejects.map(({ code }) => code),
        rejects.map(({ isWarning }) => isWarning),
        at,
      ],
    );
  }

  /** What a cancellation ends, with keys and nothing else of the holders. */
  async ended(
    read: Tx,
    id: string,
  ): Promise<{ number: string; officeCode: string; cancelledOn: Day | null; holderKeys: string[] } | undefined> {
    const [row] = await read.query<{
      number: string;
      officeCode: string;
      cancelledOn: Day | null;
      holderKeys: string[];
    }>(
      `select c.number, c.office_code as "officeCode", c.cancelled_on as "cancelledOn",
              array(select encode(h.number_key, 'hex') from certificate_holder h
                     where h.certificate_id = c.id and h.number_key is not null order by 1) as "holderKeys"
         from certificate c where c.id = $1`,
      [id],
    );
    return row;
  }
}
