import { randomUUID } from 'node:crypto';
import { countyOf, type DivisionCode } from '@app/kernel';
import type { CountyWorld } from './county-world';

/** A recovery case of a county: stated, confirmed, its facts found, something said and a letter written. */
export interface PlantedRecovery {
  readonly recoveryId: string;
}

const NOBODY = '00';

/** As it lies in the fees app in the middle of its facts; planted by hand, so that nobody of a test has taken a step in it. */
export async function plantRecovery(
  world: Pick<CountyWorld, 'database'>,
  payee: { readonly division: string; readonly ownKey: Buffer | null },
): Promise<PlantedRecovery> {
  const county = countyOf(payee.division as DivisionCode);
  const recoveryId = randomUUID();
  const run = (sql: string, parameters: unknown[] = [recoveryId]) => world.database.admin(sql, parameters);
  await run(
    `insert into fees.recovery_case (id, case_no, ground, programme, division_code, payee_name, payee_key, wrong_from, wrong_until,
       paid_on, wrong_fen, still_fen, reference, found_on, opened_on, opened_by, opened_at, limitation_ends)
     values ($1, $2, 'office-error', 'YEB', $3, '示例', $4, '2025-06-01', '2026-01-01', '2025-09-30', 60000, 60000, '核查1号',
       '2026-03-02', '2026-03-02', 'planted', '2026-03-02', '2029-03-02')`,
    [recoveryId, `planted-${recoveryId}`, county, payee.ownKey],
  );
  await run(`insert into fees.recovery_share (case_id, level, year, fen) values ($1, 'county', 2025, 60000)`);
  await run(
    `insert into fees.recovery_line (case_id, n, division_code, payment_ref, paid_on, paid_fen, wrong_fen)
     values ($1, 1, $2, $3, '2025-09-30', 120000, 60000)`,
    [recoveryId, county, recoveryId],
  );
  const step = (seq: number, act: string, from: string, to: string, actor: string) =>
    run(
      `insert into fees.recovery_event (case_id, seq, act, from_state, to_state, actor, on_day, at)
       values ($1, $2, $3, $4, $5, $6, '2026-03-02', '2026-03-02')`,
      [recoveryId, seq, act, from, to, actor],
    );
  await step(1, 'propose', 'new', 'proposed', 'planted');
  await step(2, 'confirm', 'proposed', 'detected', 'planted-2');
  await step(3, 'begin', 'detected', 'fact-finding', 'planted-2');
  await run(
    `update fees.recovery_case set cause = 'authority-error', is_in_good_faith = true, gone_fen = 0, finding = '发放了两次。',
       document_no = '核查1号' where id = $1`,
  );
  await step(4, 'establish', 'fact-finding', 'fact-finding', 'planted-2');
  await run(
    `insert into fees.recovery_statement (id, case_id, words, is_own_hand, said_on, taken_by, at)
     values (gen_random_uuid(), $1, '我有话要说。', true, '2026-03-02', 'planted', '2026-03-02')`,
  );
  return { recoveryId };
}

/** Every operation on a recovery case, as the matrix asks them; what is said is usable, so that only who asks matters. */
export const RECOVERY_STEPS: Readonly<Record<string, (id: string) => string>> = Object.fromEntries(
  Object.entries({
    confirmRecovery: '',
    beginRecovery: '',
    establishRecoveryFacts:
      'facts: { cause: FRAUD, isInGoodFaith: false, gone: "0", finding: "发放了两次。", documentNo: "核查1号" }',
    findRecoveryFactsAgain: 'why: "意见显示事实不同"',
    askForRecoveryHearing: '',
    speakInRecovery: 'words: "我有话要说。"',
    holdRecoveryHearing: 'record: "听证笔录全文"',
    referRecovery: 'to: "示例区公安分局"',
    decideRecovery: 'reasons: "应当返还多付的部分。"',
    releaseRecovery: 'why: "已经不存在了"',
    waiveRecovery: 'by: HARDSHIP, why: "生活困难的"',
    correctRecovery: 'why: "事实已更正"',
    remindOfRecovery: '',
    applyRecoveryToCourt: 'courtRef: "（2026）示例1号"',
    endRecoveryCourt: 'why: "法院终结执行"',
    writeRecoveryNotice: '',
    ceaseRecovery: 'why: "不再追回了"',
  }).map(([name, rest]) => [
    `Mutation.${name}`,
    (id: string) => `mutation { ${name}(${[`id: ${JSON.stringify(id)}`, rest].filter(Boolean).join(', ')}) { id } }`,
  ]),
);

/** What an officer states about a county. */
export const proposal = (division: string): string => {
  const county = countyOf(division as DivisionCode);
  return `mutation { proposeRecovery(input: { ground: OFFICE_ERROR, programme: "YEB", divisionCode: ${JSON.stringify(county)}, payeeName: "示例",
    from: "2025-06-01", until: "2026-01-01", lines: [{ paymentRef: "${NOBODY}", paidOn: "2025-09-30", paid: "2", wrong: "1" }],
    shares: [{ level: "county", year: 2025, amount: "1" }], documentNo: "核查1号", facts: "发放了两次。" }) { id } }`;
};
