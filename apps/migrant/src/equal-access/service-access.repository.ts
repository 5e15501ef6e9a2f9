import type { Read, Tx } from '@app/database';
import type { AccessLine } from '@app/figures';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { DecidedRequest, Published, WaitingRequests } from './service-access.types';

const COUNTY = `left(r.first_code, 6) || '000000'`;

/** The SQL about the figures of equal access: what comes out of requests is counts and days, no id and no name. */
@Injectable()
export class ServiceAccessRepository {
  decided(read: Read, prefix: string, from: Day, until: Day): Promise<DecidedRequest[]> {
    return read.query(
      `select e.code as service, ${COUNTY} as county, r.household, r.decided_on - r.received_on as days,
         r.state = 'served' as "isGranted", r.was_held as "wasHeld", cardinality(r.demanded) as papers
         from service_request r join service_entitlement e on e.id = r.entitlement_id
        where r.first_code ^@ $1 and r.decided_on >= $2::date and r.decided_on < $3::date`,
      [prefix, from, until],
    );
  }

  waiting(read: Read, prefix: string, until: Day): Promise<WaitingRequests[]> {
    return read.query(
      `select e.code as service, ${COUNTY} as county, r.household, count(*)::integer as waiting
         from service_request r join service_entitlement e on e.id = r.entitlement_id
        where r.first_code ^@ $1 and r.received_on < $2::date and r.state <> 'withdrawn'
          and (r.decided_on is null or r.decided_on >= $2::date)
        group by 1, 2, 3`,
      [prefix, until],
    );
  }

  async isFrozen(read: Read, quarter: string): Promise<boolean> {
    const rows = await read.query('select from service_access where quarter = $1 limit 1', [quarter]);
    return rows.length > 0;
  }

  /** Every published line, the newest quarter first, corrections behind what they correct. */
  async published(
    read: Read,
    filter: { prefix: string; service: string | null; quarter: string | null; limit: number },
  ): Promise<Published[]> {
    return read.query(
      `select service, division_code as "divisionCode", quarter, correction, max(frozen_at) as "frozenAt",
         jsonb_agg(jsonb_build_object('household', household, 'cases', cases, 'granted', granted, 'held', held, 'asked', asked,
           'papers', papers, 'daysMedian', days_median, 'daysMedianLow', days_median_low, 'daysMedianHigh', days_median_high,
           'daysNinth', days_ninth, 'waiting', waiting) order by household) as lines
         from service_access
        where division_code ^@ $1 and ($2::text is null or service = $2) and ($3::text is null or quarter = $3)
        group by 1, 2, 3, 4 order by quarter desc, division_code, service, correction limit $4`,
      [filter.prefix, filter.service, filter.quarter, filter.limit],
    );
  }

  async insert(
    tx: Tx,
    row: { service: string; county: string; quarter: string; correction: number; line: AccessLine; at: Date },
  ): Promise<void> {
    const { line } = row;
    await tx.query(
      `insert into service_access (service, division_code, quarter, correction, household, cases, granted, held, asked, papers,
         days_median, days_median_low, days_median_high, days_ninth, waiting, frozen_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        row.service,
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
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`service-access:${quarter}`]);
  }
}
