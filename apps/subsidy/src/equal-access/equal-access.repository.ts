import type { Read, Tx } from '@app/database';
import type { AccessLine } from '@app/figures';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { DecidedClaim, Published, WaitingClaim } from './equal-access.types';

const COUNTY = `left(c.division_code, 6) || '000000'`;

/** Questions that are about the bank and no paper of the family's. */
const OF_THE_BANK = ['ACCOUNT_REPAIR', 'BANK_CONTRADICTION'];

/** The SQL about the figures of equal access: what comes out of claims is counts and days, no id and no name. */
@Injectable()
export class EqualAccessRepository {
  /** Claims whose first decision fell into the days: how long it took from submission, and what was asked before. */
  decided(read: Read, prefix: string, from: Day, until: Day): Promise<DecidedClaim[]> {
    return read.query(
      `with decision as (
         select distinct on (claim_id) claim_id, seq, to_state, at, (at at time zone 'Asia/Shanghai')::date as decided_on
           from claim_event where to_state in ('confirmed', 'refused') order by claim_id, seq)
       select c.programme, ${COUNTY} as county, b.person_id as "personId", c.submitted_on as "submittedOn",
         f.moved_in_on as "movedInOn", greatest(d.decided_on - c.submitted_on, 0) as days, d.to_state = 'confirmed' as "isGranted",
         exists (select from claim_event h where h.claim_id = c.id and h.to_state = 'held' and h.seq < d.seq) as "wasHeld",
         (select count(*)::integer from review_case r where r.claim_id = c.id and not r.reason = any ($4) and r.opened_at <= d.at) as papers
         from decision d join claim c on c.id = d.claim_id join beneficiary b on b.id = c.beneficiary_id
         left join person_fact f on f.person_id = b.person_id
        where c.division_code ^@ $1 and d.decided_on >= $2::date and d.decided_on < $3::date`,
      [prefix, from, until, OF_THE_BANK],
    );
  }

  /** Claims submitted before a day and not decided by then. */
  waiting(read: Read, prefix: string, until: Day): Promise<WaitingClaim[]> {
    return read.query(
      `select c.programme, ${COUNTY} as county, b.person_id as "personId", c.submitted_on as "submittedOn",
         f.moved_in_on as "movedInOn"
         from claim c join beneficiary b on b.id = c.beneficiary_id left join person_fact f on f.person_id = b.person_id
        where c.division_code ^@ $1 and c.submitted_on < $2::date
          and not exists (select from claim_event e where e.claim_id = c.id and e.to_state in ('confirmed', 'refused', 'withdrawn')
                and (e.at at time zone 'Asia/Shanghai')::date < $2::date)`,
      [prefix, until],
    );
  }

  async isFrozen(read: Read, quarter: string): Promise<boolean> {
    const rows = await read.query('select from equal_access where quarter = $1 limit 1', [quarter]);
    return rows.length > 0;
  }

  /** Every published line, the newest quarter first, corrections behind what they correct. */
  async published(
    read: Read,
    filter: { prefix: string; programme: string | null; quarter: string | null; limit: number },
  ): Promise<Published[]> {
    return read.query(
      `select programme, division_code as "divisionCode", quarter, correction, max(frozen_at) as "frozenAt",
         jsonb_agg(jsonb_build_object('household', household, 'cases', cases, 'granted', granted, 'held', held, 'asked', asked,
           'papers', papers, 'daysMedian', days_median, 'daysMedianLow', days_median_low, 'daysMedianHigh', days_median_high,
           'daysNinth', days_ninth, 'waiting', waiting) order by household) as lines
         from equal_access
        where division_code ^@ $1 and ($2::text is null or programme = $2) and ($3::text is null or quarter = $3)
        group by 1, 2, 3, 4 order by quarter desc, division_code, programme, correction limit $4`,
      [filter.prefix, filter.programme, filter.quarter, filter.limit],
    );
  }

  async insert(
    tx: Tx,
    row: { programme: string; county: string; quarter: string; correction: number; line: AccessLine; at: Date },
  ): Promise<void> {
    const { line } = row;
    await tx.query(
      `insert into equal_access (programme, division_code, quarter, correction, household, cases, granted, held, asked, papers,
         days_median, days_median_low, days_median_high, days_ninth, waiting, frozen_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        row.programme,
        row.county,
        row.quarter,
        row.correction,
        line.household,
        line.cases,
        line.granted,
        line.held,
        line.asked,
        line.papers,
        line.daysMedian,
        line.daysMedianLow,
        line.daysMedianHigh,
        line.daysNinth,
        line.waiting,
        row.at,
      ],
    );
  }

  /** One at a time, so that two workers do not freeze a quarter twice. */
  async lock(tx: Tx, quarter: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`equal-access:${quarter}`]);
  }
}
