import type { CountyWorld } from './county-world';

/** What an old case of the repealed fee leaves behind in the fees app: ids of each kind of row there is. */
export interface PlantedLegacy {
  readonly caseId: string;
  readonly mispaidId: string;
  readonly reviewId: string;
  readonly noticeId: string;
  /** A letter of another kind to the same person. */
  readonly paperId: string;
}

/** An old case of a county, paid once too often, with an application to a court, a review, a notice and what was deleted. */
export async function plantLegacy(
  { database }: Pick<CountyWorld, 'database'>,
  county: string,
  ownKey: Buffer,
  mark: string,
): Promise<PlantedLegacy> {
  const one = async (sql: string, parameters: unknown[]) =>
    (await database.admin<{ id: string }>(sql, parameters))[0]!.id;
  await database.admin('insert into fees.legacy_fee_office (office_code) values ($1) on conflict do nothing', [county]);
  const caseId = await one(
    `insert into fees.legacy_fee_case (id, office_code, case_no, payer_name, number_sealed, number_key, number_mask, decided_on,
       levied_fen, paid_fen, mispaid_fen, close_out, court_state, source_ref, row_hash, taken_by, taken_at)
     values (gen_random_uuid(), $1, $2, '示例', 'x', $3, '3402', '2015-03-01', 100000, 40000, 5000,
       'CLOSED_PARTIAL_REMAINDER_CEASED', 'pending', 'planted', sha256('x'), 'planted', '2026-01-01') returning id`,
    [county, mark, ownKey],
  );
  const payment = (fen: number, error: string | null) =>
    one(
      `insert into fees.legacy_fee_payment (id, case_id, paid_on, fen, payer_name, error)
       values (gen_random_uuid(), $1, '2016-01-01', $2, '示例', $3) returning id`,
      [caseId, fen, error],
    );
  await payment(40_000, null);
  const mispaidId = await payment(5_000, 'twice');
  const reviewId = await one(
    `insert into fees.legacy_refund_review (id, case_id, payment_id, fen, state, found_by_unit, reason, opened_by, opened_on, opened_at)
     values (gen_random_uuid(), $1, $2, 5000, 'opened', true, '重复缴纳', 'planted', '2026-01-01', '2026-01-01') returning id`,
    [caseId, mispaidId],
  );
  const letter = (kind: string) =>
    one(
      `insert into fees.letter (id, no, kind, about_id, division_code, office_name, recipient_name, recipient_key, content, pdf,
         pdf_sha256, code_hash, made_by, made_on, made_at)
       values (gen_random_uuid(), $1, $2, $3, $4, '示例机关', '示例', $5, '{}', 'x', sha256('x'), sha256($6), 'planted', '2026-01-01',
         '2026-01-01') returning id`,
      [`${county}-${mark}-${kind}`, kind, caseId, county, ownKey, Buffer.from(`${county}-${mark}-${kind}`)],
    );
  const noticeId = await letter('legacy-closing');
  const paperId = await letter('recovery-notice');
  await database.admin(
    `insert into fees.legacy_deletion (office_code, taken_before, cases, payments, letters, by_actor, at)
     values ($1, '2015-01-01', 1, 1, 0, 'planted', '2026-01-01')`,
    [county],
  );
  return { caseId, mispaidId, reviewId, noticeId, paperId };
}
