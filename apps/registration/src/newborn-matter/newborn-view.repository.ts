import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { MatterView, ParentView, SubCaseEventView, SubCaseView } from './newborn-matter.types';

const MATTER = `select m.id, m.case_no as "caseNo", m.division_code as "divisionCode", m.child_id as "childId",
  m.child_name as "childName", m.sex, m.born, m.certificate_key is not null as "hasCertificate", m.channel,
  m.channel_reasons as "channelReasons", m.started_by as "startedBy", m.opened_on as "openedOn", m.opened_at as "openedAt"
  from newborn_matter m`;

const SUB_CASE = `select s.id, s.matter_id as "matterId", s.item, s.authority, s.working_days as "workingDays", s.source, s.state,
  s.events, s.opened_on as "openedOn", s.due_on as "dueOn", s.applicant, s.reason, s.reference, s.claim_state as "claimState",
  coalesce(s.state = 'open' and s.due_on < $1::date, false) as "isOverdue",
  (select max(r.made_at) from newborn_reminder r where r.sub_case_id = s.id) as "remindedAt"
  from newborn_sub_case s`;

/** Reading newborn matters; what moves them stands in the other repository. */
@Injectable()
export class NewbornViewRepository {
  async matters(read: Tx, ids: readonly string[]): Promise<MatterView[]> {
    return read.disclose(
      'newborn_matter',
      await read.query<MatterView>(`${MATTER} where m.id = any($1::uuid[])`, [ids]),
    );
  }

  async byCaseNo(read: Tx, caseNo: string): Promise<MatterView[]> {
    return read.disclose('newborn_matter', await read.query<MatterView>(`${MATTER} where m.case_no = $1`, [caseNo]));
  }

  /** The last of `limit` rows is for looking ahead only. */
  async list(read: Tx, prefix: string, after: readonly string[] | undefined, limit: number): Promise<MatterView[]> {
    const rows = await read.query<MatterView>(
      `${MATTER} where m.division_code ^@ $1 and ($2::uuid is null or m.id < $2::uuid) order by m.id desc limit $3`,
      [prefix, after?.[0] ?? null, limit],
    );
    read.disclose('newborn_matter', rows.slice(0, limit - 1));
    return rows;
  }

  /** Everything the caller may see, the newest first: for a citizen, who sees a family's. */
  async all(read: Tx): Promise<MatterView[]> {
    return read.disclose('newborn_matter', await read.query<MatterView>(`${MATTER} order by m.id desc limit 50`));
  }

  async parents(read: Tx, matterIds: readonly string[]): Promise<ParentView[]> {
    const rows = await read.query<ParentView>(
      `select id, matter_id as "matterId", upper(role) as role, name, number_mask as "numberMask",
              case when person_id is not null then jsonb_build_object('id', person_id) end as person from newborn_parent
        where matter_id = any($1::uuid[]) order by matter_id, newborn_parent.role desc`,
      [matterIds],
    );
    return read.disclose('newborn_parent', rows);
  }

  async subCases(read: Tx, matterIds: readonly string[], today: Day): Promise<SubCaseView[]> {
    const rows = await read.query<SubCaseView>(
      `${SUB_CASE} where s.matter_id = any($2::uuid[]) order by s.matter_id, s.item`,
      [today, matterIds],
    );
    return read.disclose('newborn_sub_case', rows);
  }

  async subCasesByIds(read: Tx, ids: readonly string[], today: Day): Promise<SubCaseView[]> {
    const rows = await read.query<SubCaseView>(`${SUB_CASE} where s.id = any($2::uuid[])`, [today, ids]);
    return read.disclose('newborn_sub_case', rows);
  }

  events(read: Tx, subCaseIds: readonly string[]): Promise<SubCaseEventView[]> {
    return read.query(
      `select sub_case_id as "subCaseId", seq, from_state as "from", to_state as "to", actor, reason, at from newborn_event
        where sub_case_id = any($1::uuid[]) order by sub_case_id, seq`,
      [subCaseIds],
    );
  }

  /** Open parts in the order of their deadlines, those without one last; the last of `limit` rows is for looking ahead only. */
  async worklist(
    read: Tx,
    filter: { prefix: string; authority: string | null; isOverdue: boolean; today: Day },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<SubCaseView[]> {
    const rows = await read.query<SubCaseView>(
      `${SUB_CASE} join newborn_matter m on m.id = s.matter_id
        where s.state = 'open' and m.division_code ^@ $2 and ($3::text is null or s.authority = $3)
          and (not $4::boolean or s.due_on < $1::date)
          and ($5::date is null or (coalesce(s.due_on, 'infinity'), s.id) > ($5::date, $6::uuid))
        order by coalesce(s.due_on, 'infinity'), s.id limit $7`,
      [filter.today, filter.prefix, filter.authority, filter.isOverdue, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    read.disclose('newborn_sub_case', rows.slice(0, limit - 1));
    return rows;
  }
}
