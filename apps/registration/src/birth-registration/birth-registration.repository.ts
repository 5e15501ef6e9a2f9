import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { refuse } from './birth-registration.errors';
import type { ParameterRow } from './birth-registration.rules';
import type { BirthRegistrationState } from './birth-registration.state';
import type {
  ActionRow,
  Asker,
  BirthRegistrationRow,
  Channel,
  ChildRow,
  CommitmentInput,
  CommitmentRow,
  Look,
  PartyRow,
} from './birth-registration.types';
import type { Prepared, StoredParty } from './birth-statement.types';

const KIND = 'birth_registration';

const ROWS = `select r.id, r.division_code as "divisionCode", r.channel, r.owner, r.state, r.version, r.notices, r.look,
    r.received_on as "receivedOn", r.due_on as "dueOn", r.registered_at as "registeredAt", r.ended_at as "endedAt",
    r.told_where as "toldWhere", v.expected_month as "expectedMonth", v.child_count as "childCount",
    v.declared_code as "declaredCode", v.judged
  from birth_registration r join birth_registration_version v on v.registration_id = r.id and v.version = r.version`;

/** Without a deadline last, so that a page can go on behind any of them. */
const DUE = `coalesce(r.due_on, '9999-12-31'::date)`;

export interface ListFilter {
  readonly prefix: string;
  readonly state?: BirthRegistrationState;
  readonly look?: Look;
  readonly isAnyLook?: boolean;
  /** Only what was due before this day. */
  readonly dueBefore?: Day;
}

export interface Change {
  readonly state?: BirthRegistrationState;
  readonly version?: number;
  readonly notices?: number;
  readonly look?: Look | null;
  readonly owner?: string;
  readonly dueOn?: Day | null;
  readonly partyKeys?: readonly Buffer[];
  readonly registeredAt?: Date;
  readonly endedAt?: Date;
  readonly toldWhere?: string;
}

const COLUMNS: Readonly<Record<keyof Change, string>> = {
  state: 'state',
  version: 'version',
  notices: 'notices',
  look: 'look',
  owner: 'owner',
  dueOn: 'due_on',
  partyKeys: 'party_keys',
  registeredAt: 'registered_at',
  endedAt: 'ended_at',
  toldWhere: 'told_where',
};

/** The SQL about birth registrations, their versions and their journal. */
@Injectable()
export class BirthRegistrationRepository {
  parameters(read: Tx): Promise<ParameterRow[]> {
    return read.query(`select region, name, value, lower(valid) as "from", upper(valid) as until, source
      from birth_registration_parameter order by region, name, valid`);
  }

  /** One at a time for one client's reference, so that the second click finds what the first one made. */
  async lockReference(tx: Tx, clientRef: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('birth:' || guard_text('actor') || ':' || $1, 0))`, [
      clientRef,
    ]);
  }

  async findFiled(tx: Tx, clientRef: string): Promise<{ id: string; requestHash: Buffer } | undefined> {
    const [row] = await tx.query<{ id: string; requestHash: Buffer }>(
      `select id, request_hash as "requestHash" from birth_registration
        where filed_by = guard_text('actor') and client_ref = $1`,
      [clientRef],
    );
    return row;
  }

  async insert(
    tx: Tx,
    row: {
      divisionCode: string;
      channel: Channel;
      clientRef: string;
      requestHash: Buffer;
      owner: string | null;
      partyKeys: readonly Buffer[];
      look: Look | null;
      receivedOn: Day;
      dueOn: Day | null;
      at: Date;
    },
  ): Promise<string> {
    const [made] = await tx.query<{ id: string }>(
      `insert into birth_registration (division_code, channel, client_ref, request_hash, owner, state, party_keys, look,
         received_on, due_on, recorded_at)
       values ($1, $2, $3, $4, $5, 'submitted', $6, $7, $8, $9, $10) returning id`,
      [
        row.divisionCode,
        row.channel,
        row.clientRef,
        row.requestHash,
        row.owner,
        row.partyKeys,
        row.look,
        row.receivedOn,
        row.dueOn,
        row.at,
      ],
    );
    return made!.id;
  }

  /** Everything that was stated, as a version of its own. */
  async insertVersion(
    tx: Tx,
    id: string,
    version: number,
    stated: Prepared,
    reason: string | null,
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into birth_registration_version (registration_id, version, expected_month, child_count, declared_code, reason, judged, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        version,
        stated.expectedMonth,
        stated.children.length,
        stated.declaredCode,
        reason,
        stated.judgement.reasons.map(({ code }) => code),
        at,
      ],
    );
    for (const party of stated.parties) await this.insertParty(tx, id, version, party);
    for (const child of stated.children) {
      await tx.query(
        `insert into birth_registration_child (registration_id, version, kind, birth_order, born_on, sex, certificate_key, certificate_mask)
         values ($1, $2, 'born', $3, $4, $5, $6, $7)`,
        [id, version, child.order, child.bornOn, child.sex, child.certificateKey, child.certificateMask],
      );
    }
    for (const [index, child] of stated.earlier.entries()) {
      await tx.query(
        `insert into birth_registration_child (registration_id, version, kind, birth_order, born_on, is_joint, is_adopted, is_living, is_before_marriage)
         values ($1, $2, 'earlier', $3, $4, $5, $6, $7, $8)`,
        [id, version, index + 1, child.bornOn, child.isJoint, child.isAdopted, child.isLiving, child.isBeforeMarriage],
      );
    }
    if (stated.commitment) await this.insertCommitment(tx, id, version, stated.commitment);
  }

  private async insertParty(tx: Tx, id: string, version: number, party: StoredParty): Promise<void> {
    await tx.query(
      `insert into birth_registration_party (id, registration_id, version, role, person_id, name, id_type, id_number_sealed,
         id_number_key, id_number_mask, hukou_code, residence_code, resident_since, has_permit, marital_status)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        party.id,
        id,
        version,
        party.role,
        party.personId,
        party.name,
        party.idType,
        party.idNumberSealed,
        party.idNumberKey,
        party.idNumberMask,
        party.hukou,
        party.residence,
        party.residentSince,
        party.hasPermit,
        party.marital,
      ],
    );
  }

  private async insertCommitment(tx: Tx, id: string, version: number, commitment: CommitmentInput): Promise<void> {
    await tx.query(
      `insert into birth_registration_commitment (registration_id, version, facts, text_version, signed_by, agent_name, agent_relation, signed_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        version,
        commitment.facts,
        commitment.textVersion,
        commitment.signedBy,
        commitment.agentName ?? null,
        commitment.agentRelation ?? null,
        commitment.signedOn,
      ],
    );
  }

  async act(
    tx: Tx,
    id: string,
    action: {
      kind: string;
      from: 'new' | BirthRegistrationState;
      to: BirthRegistrationState;
      version: number;
      items?: readonly string[];
      note?: string | null;
      at: Date;
    },
  ): Promise<void> {
    await tx.query(
      `insert into birth_registration_action (registration_id, seq, kind, from_state, to_state, version, items, note, at)
       select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from birth_registration_action where registration_id = $1`,
      [id, action.kind, action.from, action.to, action.version, action.items ?? [], action.note ?? null, action.at],
    );
    tx.concern(KIND, [id]);
  }

  /** One line in the audit log for a decision: who, what, and the digest of what it said. */
  async decided(tx: Tx, id: string, text: string): Promise<void> {
    await tx.query(
      `select audit_decide('birth_registration', array[$1::uuid], array[sha256(convert_to($2, 'UTF8'))])`,
      [id, text],
    );
  }

  async change(tx: Tx, id: string, change: Change): Promise<void> {
    const names = Object.keys(change) as (keyof Change)[];
    const sets = names.map((name, i) => `${COLUMNS[name]} = $${i + 2}`);
    await tx.query(`update birth_registration set ${sets.join(', ')} where id = $1`, [
      id,
      ...names.map((name) => change[name]),
    ]);
  }

  /** Locks the row: two officers pressing the button together are served one after the other. */
  async findForUpdate(tx: Tx, id: string): Promise<BirthRegistrationRow | undefined> {
    const rows = await tx.query<BirthRegistrationRow>(`${ROWS} where r.id = $1 for update of r`, [id]);
    return tx.disclose(KIND, rows)[0];
  }

  /** A citizen acts about what they filed, and a mother about what names her; a father named by her only looks. */
  async assertOwnAct(tx: Tx, id: string, { channel }: Asker): Promise<void> {
    if (channel !== 'online') return;
    const rows = await tx.query(
      `select from birth_registration r
        where r.id = $1 and (r.filed_by = guard_text('actor') or exists (
          select from birth_registration_party p where p.registration_id = r.id and p.version = r.version
             and p.role = 'mother' and p.id_number_key = guard_key()))`,
      [id],
    );
    if (rows.length === 0) throw refuse.notYours();
  }

  async byIds(read: Tx, ids: readonly string[]): Promise<BirthRegistrationRow[]> {
    return read.disclose(KIND, await read.query<BirthRegistrationRow>(`${ROWS} where r.id = any ($1::uuid[])`, [ids]));
  }

  /** A citizen's own: those that they are a parent in. */
  async ofOwn(read: Tx): Promise<BirthRegistrationRow[]> {
    return read.disclose(
      KIND,
      await read.query<BirthRegistrationRow>(
        `${ROWS} where guard_key() = any (r.party_keys) order by r.received_on desc, r.id limit 50`,
      ),
    );
  }

  /** The nearest deadline first. The last of `limit` rows is for looking ahead only. */
  async list(
    read: Tx,
    filter: ListFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<BirthRegistrationRow[]> {
    const rows = await read.query<BirthRegistrationRow>(
      `${ROWS} where r.division_code ^@ $1 and ($2::text is null or r.state = $2) and ($3::text is null or r.look = $3)
          and (not $4 or r.look is not null) and ($5::date is null or r.due_on < $5)
          and ($6::date is null or (${DUE}, r.id) > ($6::date, $7::uuid))
        order by ${DUE}, r.id limit $8`,
      [
        filter.prefix,
        filter.state ?? null,
        filter.look ?? null,
        filter.isAnyLook ?? false,
        filter.dueBefore ?? null,
        after?.[0] ?? null,
        after?.[1] ?? null,
        limit,
      ],
    );
    read.disclose(KIND, rows.slice(0, limit - 1));
    return rows;
  }

  /** The parents of the current versions. */
  async parties(read: Tx, ids: readonly string[]): Promise<PartyRow[]> {
    const rows = await read.query<PartyRow>(
      `select p.id, p.registration_id as "registrationId", p.role, p.person_id as "personId", p.name, p.id_type as "idType",
              p.id_number_mask as "idNumberMask", p.hukou_code as "hukouCode", p.residence_code as "residenceCode",
              p.resident_since as "residentSince", p.has_permit as "hasPermit", p.marital_status as "maritalStatus"
         from birth_registration_party p join birth_registration r on r.id = p.registration_id and r.version = p.version
        where p.registration_id = any ($1::uuid[]) order by p.registration_id, p.role desc`,
      [ids],
    );
    return read.disclose(KIND, rows, ({ registrationId }) => registrationId);
  }

  /** The same with what is sealed, for a version that goes on with them. */
  storedParties(tx: Tx, id: string): Promise<StoredParty[]> {
    return tx.query(
      `select p.id, p.role, p.person_id as "personId", p.name, p.id_type as "idType", p.id_number_sealed as "idNumberSealed",
              p.id_number_key as "idNumberKey", p.id_number_mask as "idNumberMask", p.hukou_code as hukou,
              p.residence_code as residence, p.resident_since as "residentSince", p.has_permit as "hasPermit",
              p.marital_status as marital
         from birth_registration_party p join birth_registration r on r.id = p.registration_id and r.version = p.version
        where p.registration_id = $1 order by p.role desc`,
      [id],
    );
  }

  /** The children of the current versions: of this birth, and the earlier ones that a text counts. */
  async children(read: Tx, ids: readonly string[]): Promise<ChildRow[]> {
    const rows = await read.query<ChildRow>(
      `select c.id, c.registration_id as "registrationId", c.kind, c.birth_order as "birthOrder", c.born_on as "bornOn", c.sex,
              c.certificate_mask as "certificateMask"
         from birth_registration_child c join birth_registration r on r.id = c.registration_id and r.version = c.version
        where c.registration_id = any ($1::uuid[]) order by c.registration_id, c.kind, c.birth_order`,
      [ids],
    );
    return read.disclose(KIND, rows, ({ registrationId }) => registrationId);
  }

  storedEarlier(tx: Tx, id: string): Promise<Prepared['earlier']> {
    return tx.query(
      `select c.born_on as "bornOn", c.is_joint as "isJoint", c.is_adopted as "isAdopted", c.is_living as "isLiving",
              c.is_before_marriage as "isBeforeMarriage"
         from birth_registration_child c join birth_registration r on r.id = c.registration_id and r.version = c.version
        where c.registration_id = $1 and c.kind = 'earlier' order by c.birth_order`,
      [id],
    );
  }

  async actions(read: Tx, ids: readonly string[]): Promise<ActionRow[]> {
    const rows = await read.query<ActionRow>(
      `select registration_id as "registrationId", seq, kind, from_state as "fromState", to_state as "toState", version, items,
              note, actor, at
         from birth_registration_action where registration_id = any ($1::uuid[]) order by registration_id, seq`,
      [ids],
    );
    return read.disclose(KIND, rows, ({ registrationId }) => registrationId);
  }

  /** Every letter that was ever signed for these, the newest first. */
  async commitments(read: Tx, ids: readonly string[]): Promise<CommitmentRow[]> {
    const rows = await read.query<CommitmentRow>(
      `select registration_id as "registrationId", version, facts, text_version as "textVersion", signed_by as "signedBy",
              agent_name as "agentName", agent_relation as "agentRelation", signed_on as "signedOn"
         from birth_registration_commitment where registration_id = any ($1::uuid[]) order by registration_id, version desc`,
      [ids],
    );
    return read.disclose(KIND, rows, ({ registrationId }) => registrationId);
  }
}
