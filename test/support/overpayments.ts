import type { TestDatabase } from '@app/testing';

export interface MadeOverpayments {
  /** By one officer; another one has not looked yet. */
  readonly reportedId: string;
  /** Fees was told, asked, and it was changed since. */
  readonly takenUpId: string;
}

/** What was overpaid of a claim that is paid: one fen by an officer's report, two that fees has, one of them owed after all. */
export async function addOverpayments(
  { admin }: Pick<TestDatabase, 'admin'>,
  claimId: string,
): Promise<MadeOverpayments> {
  const insert = async (ground: string, fen: number, report: string): Promise<string> => {
    const [made] = await admin<{ id: string }>(
      `with made as (
         insert into subsidy.overpayment (claim_id, instruction_id, attempt_id, programme, county_code, ground, days, fen, paid_on, found_on,
           found_at, state, reported_by, evidence, note)
         select c.id, i.id, a.id, c.programme, left(c.division_code, 6) || '000000', $2, i.period, $3, '2026-03-01', '2026-03-02',
                '2026-03-02', ${report}
           from subsidy.claim c join subsidy.instruction i on i.claim_id = c.id and i.is_live
           join lateral (select id from subsidy.attempt where instruction_id = i.id order by no desc limit 1) a on true where c.id = $1
         returning id),
       shared as (
         insert into subsidy.overpayment_share (overpayment_id, level, year, fen) select id, 'county', 2026, $3 from made)
       select id from made`,
      [claimId, ground, fen],
    );
    return made!.id;
  };
  const reportedId = await insert('false-claim', 1, `'reported', 'test', '示例核〔2026〕1号', '冒用他人材料'`);
  const takenUpId = await insert('changed-fact', 2, `'found', null, null, null`);
  await admin(`update subsidy.overpayment set state = 'told', told_at = '2026-03-02' where id = $1`, [takenUpId]);
  await admin(`update subsidy.overpayment set state = 'taken-up', taken_up_at = '2026-03-02' where id = $1`, [
    takenUpId,
  ]);
  await admin(`insert into subsidy.overpayment_change values ($1, 1, -1, 'OWED_AFTER_ALL', null, '2026-03-03')`, [
    takenUpId,
  ]);
  await admin(`insert into subsidy.overpayment_doubt values ($1) on conflict do nothing`, [claimId]);
  return { reportedId, takenUpId };
}
