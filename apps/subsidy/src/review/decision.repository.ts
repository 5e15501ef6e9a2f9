import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** Where a person's word about a claim leaves it. */
const DECIDED = ['confirmed', 'refused', 'withdrawn'];

export const isDecision = (state: string): boolean => DECIDED.includes(state);

/** Joined wherever a decision about claim `c` is put into words. */
export const JOIN_DETERMINATION = 'left join determination d on d.id = c.determination_id';

/**
 * A decision about claim `c` on determination `d`, in SQL: canonical JSON (RFC 8785: keys in order, no spaces, every
 * value a text), so that what was hashed for a county in one statement can be checked by anybody, value by value.
 */
export const decisionText = (state: string, at: string): string =>
  `'{' || array_to_string(array[${Object.entries({
    amountFen: `case when d.id is null then c.amount_fen when d.outcome = 'ELIGIBLE' then d.amount_fen end`,
    claim: 'c.id',
    claimNo: 'c.claim_no',
    day: `((${at})::timestamptz at time zone 'Asia/Shanghai')::date`,
    outcome: 'd.outcome',
    programme: 'c.programme',
    state,
    version: 'd.version',
    year: 'c.claim_year',
  })
    .map(([key, value]) => `'"${key}":' || coalesce(to_json((${value})::text)::text, 'null')`)
    .join(', ')}], ',') || '}'`;

/** Canonical texts that may have been decided about a claim; the audit log says which were. */
export interface DecisionTexts {
  readonly id: string;
  readonly texts: readonly string[];
}

@Injectable()
export class DecisionRepository {
  /**
   * Claims point at their newest determination only, so every one there was is put into words, and none for what was
   * decided before there was one.
   */
  texts(tx: Tx, claimNo: string): Promise<DecisionTexts[]> {
    return tx.query(
      `select c.id, array_agg(${decisionText('e.to_state', 'e.at')}) as texts
         from claim c join claim_event e on e.claim_id = c.id and e.to_state = any($2)
         cross join lateral (
           select d.id, d.outcome, d.version, d.amount_fen from determination d where d.claim_id = c.id
           union all select null, null, null, null) d
        where c.claim_no = $1 group by c.id`,
      [claimNo, DECIDED],
    );
  }
}
