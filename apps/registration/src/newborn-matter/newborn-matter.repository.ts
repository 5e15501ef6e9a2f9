import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { SubCaseState } from './newborn-matter.state';
import type {
  ChannelReason,
  ChannelRow,
  Item,
  ItemRow,
  KnownParent,
  ParentRole,
  SubCaseView,
} from './newborn-matter.types';

export interface KnownNotice {
  readonly hash: Buffer;
  readonly matterId: string;
  readonly caseNo: string;
  readonly receivedAt: Date;
  readonly certificateKey: Buffer | null;
  readonly childName: string | null;
  readonly fatherKey: Buffer | null;
}

export interface MatterRow {
  readonly id: string;
  readonly divisionCode: string;
  readonly childId: string;
  readonly childName: string | null;
  readonly sex: number;
  readonly born: Day;
  readonly certificateSealed: Buffer | null;
  readonly certificateKey: Buffer | null;
  readonly channel: 'joint' | 'single';
  readonly channelReasons: readonly ChannelReason[];
  readonly startedBy: 'hospital' | 'parents' | 'township';
  readonly openedOn: Day;
  readonly openedAt: Date;
}

export interface ParentRow {
  readonly id: string;
  readonly role: ParentRole;
  readonly personId: string | null;
  readonly name: string;
  readonly sealed: Buffer;
  readonly key: Buffer;
  readonly mask: string;
}

/** A part as it is locked for a change. */
export type SubCaseRow = Omit<SubCaseView, 'isOverdue' | 'remindedAt'> & { readonly claimEvents: number };

export interface Move {
  readonly id: string;
  readonly events: number;
  readonly from: SubCaseState;
  readonly to: SubCaseState;
  readonly reason: string | null;
  readonly reference: string | null;
}

const SUB_CASE = `s.id, s.matter_id as "matterId", s.item, s.authority, s.working_days as "workingDays", s.source, s.state, s.events,
  s.opened_on as "openedOn", s.due_on as "dueOn", s.applicant, s.reason, s.reference, s.claim_state as "claimState", s.claim_events as "claimEvents"`;

/** The only SQL that opens newborn matters and moves their parts. */
@Injectable()
export class NewbornMatterRepository {
  /** Two notices of one child, or two clicks, are served one after the other. */
  async lock(tx: Tx, about: Buffer): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('newborn:' || encode($1, 'hex'), 0))`, [about]);
  }

  /** What this hospital told under a reference, and what its matter says of the child by now. */
  async findNotice(tx: Tx, reference: string): Promise<KnownNotice | undefined> {
    const [row] = await tx.query<KnownNotice>(
      `select n.content_hash as hash, n.matter_id as "matterId", m.case_no as "caseNo", n.received_at as "receivedAt",
              m.certificate_key as "certificateKey", m.child_name as "childName", f.number_key as "fatherKey"
         from birth_notice n join newborn_matter m on m.id = n.matter_id
         left join newborn_parent f on f.matter_id = m.id and f.role = 'father'
        where n.agency = guard_text('actor') and n.reference = $1`,
      [reference],
    );
    return row;
  }

  async addNotice(tx: Tx, reference: string, hash: Buffer, matterId: string, at: Date): Promise<void> {
    await tx.query(
      'insert into birth_notice (reference, content_hash, matter_id, received_at) values ($1, $2, $3, $4)',
      [reference, hash, matterId, at],
    );
  }

  /** The one registered person who holds this number; nobody while two do. */
  async findParent(tx: Tx, key: Buffer): Promise<KnownParent | undefined> {
    const rows = await tx.query<KnownParent>(
      `select id, division_code as "divisionCode", marital_status as "maritalStatus" from person
        where id_number_key = $1 and not id_number_shared and status <> 1 limit 2`,
      [key],
    );
    return rows.length === 1 ? rows[0] : undefined;
  }

  /** The child, where the household registry was faster than the hospital. */
  async findChild(tx: Tx, certificateKey: Buffer): Promise<string | undefined> {
    const rows = await tx.query<{ id: string }>(
      'select id from person where birth_certificate_key = $1 and status <> 1 limit 2',
      [certificateKey],
    );
    return rows.length === 1 ? rows[0]!.id : undefined;
  }

  /**
   * By certificate; else the only matter for a child of this parent, born that day and of that sex, where one side has no
   * certificate. A hospital that has told of such a child means another one, perhaps its twin.
   */
  async findMatter(
    tx: Tx,
    of: {
      certificateKey: Buffer | null;
      parentKeys: readonly Buffer[];
      born: Day;
      sex: number;
      name: string | null;
      isNotice: boolean;
    },
  ): Promise<{ id: string } | undefined> {
    const [same] = await tx.query<{ id: string }>('select id from newborn_matter where certificate_key = $1', [
      of.certificateKey,
    ]);
    if (same) return same;
    const rows = await tx.query<{ id: string; name: string | null }>(
      `select distinct m.id, m.child_name as name
         from newborn_matter m join newborn_parent p on p.matter_id = m.id
        where p.number_key = any($1::bytea[]) and m.born = $2 and m.sex = $3
          and (m.certificate_key is null or $4::bytea is null)
          and not ($5::boolean and exists (select from birth_notice n where n.matter_id = m.id))`,
      [of.parentKeys, of.born, of.sex, of.certificateKey, of.isNotice],
    );
    const alike = rows.filter(({ name }) => name === null || of.name === null || name === of.name);
    return alike.length === 1 ? alike[0] : undefined;
  }

  async insertMatter(tx: Tx, matter: MatterRow): Promise<void> {
    await tx.query(
      `insert into newborn_matter (id, division_code, child_id, child_name, sex, born, certificate_sealed, certificate_key, channel,
         channel_reasons, started_by, opened_on, opened_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        matter.id,
        matter.divisionCode,
        matter.childId,
        matter.childName,
        matter.sex,
        matter.born,
        matter.certificateSealed,
        matter.certificateKey,
        matter.channel,
        matter.channelReasons,
        matter.startedBy,
        matter.openedOn,
        matter.openedAt,
      ],
    );
  }

  /** The child, and what the register and the matter know of it already. */
  async childOf(
    tx: Tx,
    id: string,
  ): Promise<{ id: string; isCertified: boolean; hasCertificate: boolean; parents: ParentRole[] }> {
    const [row] = await tx.query<{
      id: string;
      isCertified: boolean;
      hasCertificate: boolean;
      mother: boolean;
      father: boolean;
    }>(
      `select p.id, m.certificate_key is not null as "isCertified", p.birth_certificate_key is not null as "hasCertificate",
              p.mother_id is not null or p.mother_key is not null as mother, p.father_id is not null or p.father_key is not null as father
         from newborn_matter m join person p on p.id = m.child_id where m.id = $1`,
      [id],
    );
    const { mother, father, ...child } = row!;
    return { ...child, parents: [...(mother ? ['mother' as const] : []), ...(father ? ['father' as const] : [])] };
  }

  /** What a later notice or application adds; what is known already stays. */
  async complete(
    tx: Tx,
    id: string,
    more: { childName: string | null; certificateSealed: Buffer | null; certificateKey: Buffer | null },
  ): Promise<void> {
    await tx.query(
      `update newborn_matter set child_name = coalesce(child_name, $2),
         certificate_sealed = case when certificate_key is null then $3 else certificate_sealed end,
         certificate_key = coalesce(certificate_key, $4) where id = $1`,
      [id, more.childName, more.certificateSealed, more.certificateKey],
    );
  }

  async insertParents(tx: Tx, matterId: string, parents: readonly ParentRow[]): Promise<void> {
    for (const parent of parents) {
      await tx.query(
        `insert into newborn_parent (id, matter_id, role, division_code, person_id, name, number_sealed, number_key, number_mask)
         select $1, m.id, $3, m.division_code, $4, $5, $6, $7, $8 from newborn_matter m where m.id = $2
         on conflict (matter_id, role) do nothing`,
        [parent.id, matterId, parent.role, parent.personId, parent.name, parent.sealed, parent.key, parent.mask],
      );
    }
  }

  async insertSubCases(tx: Tx, matterId: string, items: readonly ItemRow[]): Promise<void> {
    await tx.query(
      `insert into newborn_sub_case (matter_id, item, authority, working_days, source)
       select $1, i.* from unnest($2::text[], $3::text[], $4::smallint[], $5::text[]) as i`,
      [
        matterId,
        items.map(({ item }) => item),
        items.map(({ authority }) => authority),
        items.map(({ workingDays }) => workingDays),
        items.map(({ source }) => source),
      ],
    );
  }

  /** Every row in force on a day for a place, of whatever region. */
  itemRows(read: Tx, division: string, on: Day): Promise<ItemRow[]> {
    return read.query(
      `select region, item, authority, is_offered as "isOffered", working_days as "workingDays", lower(valid) as "from", source, status
         from newborn_item where $1 ^@ region and valid @> $2::date order by item, region`,
      [division, on],
    );
  }

  async channelRow(read: Tx, division: string, on: Day): Promise<ChannelRow | undefined> {
    const [row] = await read.query<ChannelRow>(
      `select region, age_months_max as "ageMonthsMax", needs_wedlock as "needsWedlock", local_parents as "localParents", source
         from newborn_channel where $1 ^@ region and valid @> $2::date order by length(region) desc limit 1`,
      [division, on],
    );
    return row;
  }

  /** Locks the parts of a matter that the caller may see. */
  lockSubCases(tx: Tx, matterId: string): Promise<SubCaseRow[]> {
    return tx.query(
      `select ${SUB_CASE} from newborn_sub_case s where s.matter_id = $1 order by s.item for no key update`,
      [matterId],
    );
  }

  async lockSubCase(tx: Tx, id: string): Promise<SubCaseRow | undefined> {
    const [row] = await tx.query<SubCaseRow>(
      `select ${SUB_CASE} from newborn_sub_case s where s.id = $1 for no key update`,
      [id],
    );
    return row;
  }

  async move(tx: Tx, moves: readonly Move[], at: Date): Promise<void> {
    if (moves.length === 0) return;
    await tx.query(
      `insert into newborn_event (sub_case_id, seq, from_state, to_state, reason, reference, at)
       select m.id, m.events + 1, m.from_state, m.to_state, m.reason, m.reference, $7
         from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
              as m (id, events, from_state, to_state, reason, reference) order by m.id`,
      [
        moves.map(({ id }) => id),
        moves.map(({ events }) => events),
        moves.map(({ from }) => from),
        moves.map(({ to }) => to),
        moves.map(({ reason }) => reason),
        moves.map(({ reference }) => reference),
        at,
      ],
    );
  }

  async setDeadline(tx: Tx, id: string, openedOn: Day, dueOn: Day | null): Promise<void> {
    await tx.query('update newborn_sub_case set opened_on = $2, due_on = $3 where id = $1', [id, openedOn, dueOn]);
  }

  async setApplicant(tx: Tx, id: string, applicant: ParentRole): Promise<void> {
    await tx.query('update newborn_sub_case set applicant = $2 where id = $1', [id, applicant]);
  }

  async setClaim(tx: Tx, id: string, state: string, events: number): Promise<void> {
    await tx.query('update newborn_sub_case set claim_state = $2, claim_events = $3 where id = $1', [
      id,
      state,
      events,
    ]);
  }

  /** Roles of the named parents, and which of them the caller is. */
  parents(read: Tx, matterId: string): Promise<{ role: ParentRole; isCaller: boolean }[]> {
    return read.query(
      `select role, number_key is not distinct from guard_key() as "isCaller" from newborn_parent where matter_id = $1 order by role desc`,
      [matterId],
    );
  }

  /** Ends the household registrations that the register has learnt of. Returns how many. */
  async endRegistered(tx: Tx, at: Date): Promise<number> {
    const rows = await tx.query(
      `insert into newborn_event (sub_case_id, seq, from_state, to_state, reason, at)
       select s.id, s.events + 1, s.state, 'done', 'HUKOU_KNOWN', $1
         from newborn_sub_case s join newborn_matter m on m.id = s.matter_id
        where s.item = 'household-registration' and s.state <> 'done'
          and exists (select from person p
                       where p.id = m.child_id and p.status in (0, 8, 9) and (p.household_id is not null or p.id_number_key is not null)
                      union all
                      select from person p
                       where p.birth_certificate_key = m.certificate_key and p.status in (0, 8, 9)
                         and (p.household_id is not null or p.id_number_key is not null))
        order by s.id returning 1`,
      [at],
    );
    return rows.length;
  }

  /** Open parts whose deadline could not be counted yet. */
  withoutDeadline(tx: Tx): Promise<{ id: string; openedOn: Day; workingDays: number }[]> {
    return tx.query(
      `select id, opened_on as "openedOn", working_days as "workingDays" from newborn_sub_case
        where state = 'open' and due_on is null and opened_on is not null order by id limit 5000`,
    );
  }

  /** Notes one reminder for each open part that is due by `soon` or was due before today. */
  async remind(tx: Tx, today: Day, soon: Day, at: Date): Promise<number> {
    const rows = await tx.query(
      `insert into newborn_reminder (sub_case_id, kind, due_on, made_at)
       select id, case when due_on < $1::date then 'overdue' else 'due-soon' end, due_on, $3 from newborn_sub_case
        where state = 'open' and due_on <= $2::date order by id
       on conflict do nothing returning 1`,
      [today, soon, at],
    );
    return rows.length;
  }

  /** Which claim is asked for by a part, with keys and a mask and nothing else of the parent. */
  async claim(
    read: Tx,
    subCaseId: string,
  ): Promise<
    | {
        caseNo: string;
        state: SubCaseState;
        item: Item;
        openedOn: Day | null;
        born: Day;
        childId: string;
        certificateKey: string | null;
        role: ParentRole | null;
        applicantKey: string | null;
        applicantMask: string | null;
      }
    | undefined
  > {
    const [row] = await read.query<{
      caseNo: string;
      state: SubCaseState;
      item: Item;
      openedOn: Day | null;
      born: Day;
      childId: string;
      certificateKey: string | null;
      role: ParentRole | null;
      applicantKey: string | null;
      applicantMask: string | null;
    }>(
      `select m.case_no as "caseNo", s.state, s.item, s.opened_on as "openedOn", m.born, m.child_id as "childId",
              encode(m.certificate_key, 'hex') as "certificateKey", p.role, encode(p.number_key, 'hex') as "applicantKey",
              p.number_mask as "applicantMask"
         from newborn_sub_case s join newborn_matter m on m.id = s.matter_id
         left join newborn_parent p on p.matter_id = m.id and p.role = s.applicant
        where s.id = $1`,
      [subCaseId],
    );
    return row;
  }
}
