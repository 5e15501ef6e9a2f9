import {
  contextKey,
  type Database,
  inContext,
  signContext,
  sqlState,
  systemContext,
  type Tx,
  type WorkContext,
} from '@app/database';
import { divisionPrefix } from '@app/kernel';
import { Client } from 'pg';
import { assure } from '../support/assurance';
import { addMove } from '../support/moves';
import { addOverpayments } from '../support/overpayments';
import { addNewborns } from '../support/newborns';
import { plantBankReceipt } from '../support/bank-receipts';
import { plantServices } from '../support/equal-services';
import { plantInstalments } from '../support/instalments';
import { plantReceivable } from '../support/receivables';
import { plantLetters } from '../support/served-letters';
import { plantLegacy } from '../support/legacy-cases';
import { plantRecovery } from '../support/recoveries';
import { plantTreasury } from '../support/treasury';
import { openTwoCounties, OURS, THEIRS, type TwoCounties } from '../support/two-counties';

const CLAIM = (id: string) => `(select c.division_code from subsidy.claim c where c.id = ${id})`;
const BATCH = (id: string) => `(select b.division_code from subsidy.payment_batch b where b.id = ${id})`;
const PERSON = (id: string) => `(select f.division_code from subsidy.person_fact f where f.person_id = ${id})`;
const MATTER = (id: string) => `(select m.division_code from registration.newborn_matter m where m.id = ${id})`;
const SUB_CASE = (id: string) =>
  `(select ${MATTER('s.matter_id')} from registration.newborn_sub_case s where s.id = ${id})`;
const REGISTERED = (id: string) => `(select p.division_code from registration.person p where p.id = ${id})`;
const BIRTH = (id: string) => `(select r.division_code from registration.birth_registration r where r.id = ${id})`;
const COORDINATED = (id: string) => `(select o.from_division from migrant.coordination_request o where o.id = ${id})`;
const CHECKED = (id: string) =>
  `(select coalesce(${BIRTH('o.registration_id')}, ${MATTER('o.matter_id')}) from registration.registry_check o where o.id = ${id})`;
const RESIDENT = (id: string) => `(select r.divisions[1] from migrant.resident r where r.id = ${id})`;
const MOVE = (id: string) =>
  `(select case when d.from_elsewhere then d.to_county else d.from_county end from subsidy.authority_decision d where d.id = ${id})`;
const PAYEE = `(select min(c.division_code) from subsidy.claim c where c.applicant_key = t.holder_key)`;
const ACCOUNT = (code: string) => `case split_part(${code}, ':', 1) when 'source' then null
  when 'paying' then ${BATCH(`substr(${code}, 8)::uuid`)} else split_part(${code}, ':', 3) end`;

/** Where each row of a table belongs, as SQL over `t`, asked as superuser. */
const REQUEST = (id: string) => `(select r.first_code from migrant.service_request r where r.id = ${id})`;
const CONSENT = (id: string) => `(select c.division_code from migrant.support_consent c where c.id = ${id})`;
const VISIT = (id: string) => `(select ${CONSENT('v.consent_id')} from migrant.support_visit v where v.id = ${id})`;
const COMPLAINT = (id: string) => `(select c.about_code from migrant.complaint c where c.id = ${id})`;

const RECOVERED = (id: string) => `(select c.division_code from fees.recovery_case c where c.id = ${id})`;
const OWED = (id: string) => `(select r.division_code from fees.receivable r where r.id = ${id})`;
const PLAN = (id: string) => `(select p.division_code from fees.instalment_plan p where p.id = ${id})`;
const REFUNDED = (id: string) => `(select r.division_code from fees.refund r where r.id = ${id})`;
const REMITTED = (id: string) => `(select r.county_code from fees.remittance r where r.id = ${id})`;
const FEE_ACCOUNT = (code: string) =>
  `case split_part(${code}, ':', 1) when 'receivable' then ${OWED(`substr(${code}, 12)::uuid`)} else split_part(${code}, ':', 2) end`;
const DELIVERED = (id: string) => `(select d.division_code from fees.letter_delivery d where d.letter_id = ${id})`;
const ATTEMPTED = (id: string) =>
  `(select ${DELIVERED('a.letter_id')} from fees.delivery_attempt a where a.id = ${id})`;
const ADDRESSED = (key: string) => `(select min(l.division_code) from fees.letter l where l.recipient_key = ${key})`;
const REMEDY = (id: string) => `(select r.division_code from fees.remedy r where r.id = ${id})`;
const OVERPAID = (id: string) => `(select ${CLAIM('o.claim_id')} from subsidy.overpayment o where o.id = ${id})`;
const OLD_CASE = (id: string) => `(select c.office_code from fees.legacy_fee_case c where c.id = ${id})`;

const DIVISION_OF: Readonly<Record<string, string>> = {
  'registration.person': 't.division_code',
  'fees.letter_delivery': 't.division_code',
  'fees.delivery_attempt': DELIVERED('t.letter_id'),
  'fees.delivery_outcome': ATTEMPTED('t.attempt_id'),
  'fees.delivery_paper': DELIVERED('t.letter_id'),
  'fees.delivery_consent': ADDRESSED('t.owner_key'),
  'fees.delivery_consent_end': `(select ${ADDRESSED('c.owner_key')} from fees.delivery_consent c where c.id = t.consent_id)`,
  'fees.contestable_decision': 't.division_code',
  'fees.remedy': 't.division_code',
  'fees.remedy_event': REMEDY('t.remedy_id'),
  'fees.remedy_suspension': REMEDY('t.remedy_id'),
  'registration.person_history': 't.division_code',
  'registration.household': 't.division_code',
  'registration.newborn_matter': 't.division_code',
  'registration.newborn_parent': 't.division_code',
  'registration.birth_notice': MATTER('t.matter_id'),
  'registration.newborn_sub_case': MATTER('t.matter_id'),
  'registration.newborn_event': SUB_CASE('t.sub_case_id'),
  'registration.newborn_reminder': SUB_CASE('t.sub_case_id'),
  'registration.certificate': 't.office_code',
  'registration.certificate_holder': 't.office_code',
  'registration.certificate_event':
    '(select c.office_code from registration.certificate c where c.id = t.certificate_id)',
  'subsidy.newborn_claim': CLAIM('t.claim_id'),
  'subsidy.person_merge_claim': CLAIM('t.claim_id'),
  'registration.fact': REGISTERED('t.person_id'),
  'registration.change': REGISTERED('t.persons[1]'),
  'registration.merge': REGISTERED('t.from_id'),
  'registration.registry_event_taken': REGISTERED('t.person_id'),
  'registration.duplicate_pair': 't.division_code',
  'registration.not_same': REGISTERED('t.person_a'),
  'registration.quality_finding': 't.division_code',
  'registration.quality_word': '(select f.division_code from registration.quality_finding f where f.id = t.finding_id)',
  'registration.quality_month': 't.division_code',
  'registration.quality_month_line': 't.division_code',
  'registration.stated_total': 't.division_code',
  'registration.refiling': 't.new_code',
  'registration.birth_registration': 't.division_code',
  'registration.birth_registration_version': BIRTH('t.registration_id'),
  'registration.birth_registration_party': BIRTH('t.registration_id'),
  'registration.birth_registration_child': BIRTH('t.registration_id'),
  'registration.birth_registration_claimed': BIRTH('t.registration_id'),
  'registration.birth_registration_action': BIRTH('t.registration_id'),
  'registration.birth_registration_commitment': BIRTH('t.registration_id'),
  'registration.elsewhere_question': BIRTH('t.registration_id'),
  'registration.elsewhere_answer': `(select ${BIRTH('q.registration_id')} from registration.elsewhere_question q where q.id = t.question_id)`,
  'registration.voucher': BIRTH('t.registration_id'),
  'registration.registry_check': CHECKED('t.id'),
  'registration.registry_check_word': CHECKED('t.check_id'),
  'subsidy.person_fact': 't.division_code',
  'subsidy.person_fact_history': PERSON('t.person_id'),
  'subsidy.finding': PERSON('t.person_id'),
  'subsidy.claim': 't.division_code',
  'subsidy.claim_event': CLAIM('t.claim_id'),
  'subsidy.claim_finding': CLAIM('t.claim_id'),
  'subsidy.payee_account': PAYEE,
  'subsidy.determination_run': 't.division_code',
  'subsidy.determination_chunk': '(select r.division_code from subsidy.determination_run r where r.id = t.run_id)',
  'subsidy.determination': `coalesce(${CLAIM('t.claim_id')}, ${PERSON('t.person_id')})`,
  'subsidy.review_case': `coalesce(t.division_code, ${CLAIM('t.claim_id')})`,
  'subsidy.indicator': 't.division_code',
  'subsidy.payment_batch': 't.division_code',
  'subsidy.payment_calendar': 't.division_code',
  'subsidy.instruction': CLAIM('t.claim_id'),
  'subsidy.attempt': BATCH('t.batch_id'),
  'subsidy.batch_share': BATCH('t.batch_id'),
  'subsidy.approval': BATCH('t.batch_id'),
  'subsidy.bank_file': BATCH('t.batch_id'),
  'subsidy.bank_answer': BATCH('t.batch_id'),
  'subsidy.refused_answer': BATCH('t.batch_id'),
  'subsidy.bank_status_line': `(select ${BATCH('a.batch_id')} from subsidy.attempt a where a.id = t.attempt_id)`,
  'subsidy.ledger_account': ACCOUNT('t.code'),
  'subsidy.transfer': `coalesce(${ACCOUNT('t.debit')}, ${ACCOUNT('t.credit')})`,
  'subsidy.power_use': 't.county_code',
  // A request belongs to both its places; here the other one is of a third county.
  'migrant.coordination_request': 't.from_division',
  'migrant.coordination_act': COORDINATED('t.request_id'),
  'migrant.coordination_reminder': COORDINATED('t.request_id'),
  'migrant.coordination_message': COORDINATED('t.request_id'),
  'migrant.resident': 't.divisions[1]',
  'migrant.resident_origin': RESIDENT('t.resident_id'),
  'migrant.residence_notice': RESIDENT('t.resident_id'),
  'migrant.residence_period': RESIDENT('t.resident_id'),
  'migrant.own_request': RESIDENT('t.resident_id'),
  'migrant.retention_hold': RESIDENT('t.resident_id'),
  'subsidy.authority_decision': MOVE('t.id'),
  'subsidy.authority_period': MOVE('t.decision_id'),
  'subsidy.carried_claim': MOVE('t.decision_id'),
  'subsidy.enrolment_question': 't.county_code',
  'subsidy.place_matter': 't.from_county',
  'subsidy.overpayment': CLAIM('t.claim_id'),
  'subsidy.overpayment_share': OVERPAID('t.overpayment_id'),
  'subsidy.overpayment_change': OVERPAID('t.overpayment_id'),
  'subsidy.reimbursement': 't.debtor_county',
  'subsidy.reimbursement_share':
    '(select r.debtor_county from subsidy.reimbursement r where r.id = t.reimbursement_id)',
  'migrant.service_request': 't.first_code',
  'migrant.service_referral': REQUEST('t.request_id'),
  'migrant.service_request_action': REQUEST('t.request_id'),
  'migrant.support_consent': 't.division_code',
  'migrant.support_visit': CONSENT('t.consent_id'),
  'migrant.support_topic': VISIT('t.visit_id'),
  'migrant.support_note': VISIT('t.visit_id'),
  'migrant.complaint': 't.about_code',
  'migrant.complaint_hand_over': COMPLAINT('t.complaint_id'),
  'migrant.complaint_action': COMPLAINT('t.complaint_id'),
  'migrant.flow_figure': 't.division_code',
  'migrant.flow_correction': 't.division_code',
  'migrant.flow_stated': 't.division_code',
  'migrant.flow_stated_figure': '(select s.division_code from migrant.flow_stated s where s.id = t.stated_id)',
  'fees.recovery_case': 't.division_code',
  'fees.recovery_share': RECOVERED('t.case_id'),
  'fees.recovery_line': RECOVERED('t.case_id'),
  'fees.recovery_statement': RECOVERED('t.case_id'),
  'fees.recovery_event': RECOVERED('t.case_id'),
  'fees.receivable': 't.division_code',
  'fees.receivable_share': OWED('t.receivable_id'),
  'fees.receivable_step': OWED('t.receivable_id'),
  'fees.receivable_step_share': `(select ${OWED('s.receivable_id')} from fees.receivable_step s where s.id = t.step_id)`,
  'fees.payment_request': 't.division_code',
  'fees.instalment_plan': 't.division_code',
  'fees.instalment': PLAN('t.plan_id'),
  'fees.instalment_early': PLAN('t.plan_id'),
  'fees.instalment_declaration': PLAN('t.plan_id'),
  'fees.instalment_act': PLAN('t.plan_id'),
  'fees.receiving_account': 't.division_code',
  'fees.bank_notice': 't.division_code',
  'fees.bank_receipt': 't.division_code',
  'fees.bank_entry_aside': 't.division_code',
  'fees.match': 't.division_code',
  'fees.receipt_series': 't.division_code',
  'fees.receipt_gap': '(select s.division_code from fees.receipt_series s where s.id = t.series_id)',
  'fees.fiscal_receipt': 't.division_code',
  'fees.refund': 't.division_code',
  'fees.refund_account': REFUNDED('t.refund_id'),
  'fees.refund_step': REFUNDED('t.refund_id'),
  'fees.refund_payment': REFUNDED('t.refund_id'),
  'fees.treasury_account': 't.county_code',
  'fees.treasury_file': 't.county_code',
  'fees.remittance': 't.county_code',
  'fees.remittance_line': REMITTED('t.remittance_id'),
  'fees.remittance_part': `(select ${REMITTED('l.remittance_id')} from fees.remittance_line l where l.id = t.line_id)`,
  'fees.bank_day_total': 't.county_code',
  'fees.receipt_reconciliation': 't.county_code',
  'fees.receipt_difference': 't.county_code',
  'fees.receipt_month': 't.county_code',
  'fees.ledger_account': FEE_ACCOUNT('t.code'),
  'fees.transfer': FEE_ACCOUNT('t.credit'),
  'fees.letter': 't.division_code',
  'fees.legacy_fee_case': 't.office_code',
  'fees.legacy_fee_payment': OLD_CASE('t.case_id'),
  'fees.legacy_refund_review': OLD_CASE('t.case_id'),
  'fees.legacy_deletion': 't.office_code',
  'exchange.nomination': 't.division_code',
  'exchange.question': 't.division_code',
  'exchange.question_attempt': '(select q.division_code from exchange.question q where q.id = t.question_id)',
  'exchange.answer': '(select q.division_code from exchange.question q where q.id = t.question_id)',
  'exchange.set_aside': 't.division_code',
  'exchange.comparison': 't.division_code',
  'exchange.comparison_round': '(select c.division_code from exchange.comparison c where c.id = t.comparison_id)',
  'exchange.comparison_line': '(select c.division_code from exchange.comparison c where c.id = t.comparison_id)',
  'exchange.peer_outgoing': 't.from_division',
  'exchange.peer_incoming': 't.to_division',
  'exchange.enrolment_question': 't.division_code',
  'exchange.enrolment_ask': '(select q.division_code from exchange.enrolment_question q where q.id = t.question_id)',
};

/** Tables that one work of the house sees and no other; whoever sees claims does not see these. */
const WORD_OF: Readonly<Record<string, string>> = {
  'fees.letter': 'legacy-fee.read',
  'fees.legacy_fee_case': 'legacy-fee.read',
  'fees.legacy_fee_payment': 'legacy-fee.read',
  'fees.legacy_refund_review': 'legacy-fee.read',
};

/** Tables of no division, and why everybody with a context may see them. */
const SHARED: Readonly<Record<string, string>> = {
  'registration.division': 'public reference data',
  'registration.registry_feed_position': 'a position',
  'registration.division_succession': 'public reference data',
  'registration.quality_kind': 'the catalogue, public',
  'fees.receivable_check': 'ids of the running transaction; empty whenever somebody looks, and no right of the app’s',
  'registration.duplicate_run': 'counts of searches, for officers',
  'registration.import_batch': 'counts of imports, for officers',
  'registration.import_reject': 'codes by line, for officers',
  'registration.import_warning': 'codes by line, for officers',
  'registration.newborn_item': 'the rules, public',
  'registration.newborn_channel': 'the rules, public',
  'registration.newborn_state': 'the rules, public',
  'registration.newborn_state_move': 'the rules, public',
  'registration.certificate_scheme': 'the rules, public',
  'registration.certificate_state': 'the rules, public',
  'registration.certificate_state_move': 'the rules, public',
  'registration.certificate_reject': 'codes by line, for officers',
  'subsidy.fact_vital': 'ids of persons to look at',
  'subsidy.enrolment_peers': 'whether there is anybody to ask',
  'subsidy.fact_moved': 'ids of persons to look at',
  'subsidy.overpayment_doubt': 'ids of claims to look at',
  'subsidy.overpayment_move': 'the rules, public',
  'subsidy.portability_parameter': 'the rules, public',
  'subsidy.person_merge': 'opaque ids and keys that two authorities may share',
  'registration.birth_registration_parameter': 'the rules, public',
  'registration.birth_registration_move': 'the rules, public',
  'registration.sealed_column': 'names of columns',
  'registration.voucher_counter': 'counts of vouchers by county and year',
  'subsidy.import_batch': 'counts of imports, for officers',
  'subsidy.import_reject': 'codes by line, for officers',
  'subsidy.programme_version': 'the rules, public',
  'subsidy.claim_state': 'the rules, public',
  'subsidy.claim_state_move': 'the rules, public',
  'subsidy.batch_state_move': 'the rules, public',
  'subsidy.beneficiary': 'opaque keys that two authorities may share',
  'subsidy.fact_dirty': 'ids of persons to derive anew',
  'subsidy.feed_cursor': 'a position',
  'fees.remedy_move': 'the moves of a remedy',
  'fees.letter_counter': 'counts of letters by county and year',
  'fees.legacy_fee_office': 'which offices are sealed',
  'fees.parameter': 'deadlines and bounds by region',
  'fees.instalment_state': 'the rules, public',
  'fees.instalment_move': 'the rules, public',
  'fees.recovery_state': 'the rules, public',
  'fees.recovery_move': 'the rules, public',
  'fees.recovery_counter': 'counts of cases by county and year',
  'fees.payment_request_counter': 'counts of payment requests by county and year',
  'migrant.service_entitlement': 'the list of services, public',
  'migrant.service_request_move': 'the rules, public',
  'migrant.support_visit_move': 'the rules, public',
  'migrant.complaint_move': 'the rules, public',
  'migrant.service_access': 'published counts',
  'subsidy.equal_access': 'published counts',
  'migrant.parameter': 'deadlines and thresholds by region',
  'fees.sealed_column': 'names of columns',
  'migrant.sealed_column': 'names of columns',
  'migrant.coordination_state': 'the rules, public',
  'migrant.coordination_move': 'the rules, public',
  'migrant.coordination_hand_over_move': 'the rules, public',
  'migrant.personal_table': 'names of tables',
  'migrant.retention_class': 'the rules, public',
  'migrant.retention_holder': 'the rules, public',
  'migrant.retention_run': 'certificates name nobody',
  'migrant.retention_count': 'certificates name nobody',
  'migrant.retention_tombstone': 'keyed hashes that tell nothing',
  'migrant.division_succession': 'public reference data',
  'migrant.feed_position': 'a position',
  'migrant.flow_run': 'counts of closings, for officers',
  'migrant.flow_month': 'which months are closed and by which rules, public',
  'migrant.flow_published': 'published counts, small ones withheld',
  'migrant.flow_published_correction': 'published counts, small ones withheld',
  'exchange.parameter': 'what was agreed with other agencies',
  'exchange.record_seen': 'opaque keys and times',
  'exchange.quota_use': 'counts by unit',
  'exchange.line_state': 'the state of a connection',
  'exchange.peer_line_state': 'the state of a connection',
  'exchange.peer_refusal': 'counts by installation',
  'exchange.enrolment_quota': 'counts by installation',
  'exchange.feed_cursor': 'a position',
  'exchange.seen_message': 'ids of messages of other agencies',
  'exchange.sealed_column': 'names of columns',
  ...Object.fromEntries(
    ['registration', 'subsidy', 'migrant', 'fees', 'exchange', 'gateway'].flatMap((schema) =>
      ['outbox', 'inbox', 'delivery', 'quarantine'].map((name) => [`${schema}.${name}`, 'messages hold ids only']),
    ),
  ),
};

/** Tables that are the actor's own or nobody's: each has tests of its own. */
const APART =
  /\.(context_key|coordination_arrival|retention_key|retention_rehearsal|audit_\w+|reveal|lookup_\w+|revocation|migration|registry_event|enrolment_asked|\w*rate_limit\w*)$/;

let world: TwoCounties;
let databases: Record<string, Database>;
beforeAll(async () => {
  world = await openTwoCounties();
  await addNewborns(world);
  databases = {
    registration: await world.database.open('registration', { standing: undefined }),
    subsidy: await world.database.open('subsidy', { standing: undefined }),
    migrant: await world.database.open('migrant', { standing: undefined }),
    fees: await world.database.open('fees', { standing: undefined }),
    exchange: await world.database.open('exchange', { standing: undefined }),
  };
}, 120_000);
beforeAll(async () => {
  for (const county of [OURS, THEIRS]) {
    await plantSettled(county);
    const [paid] = await world.database.admin<{ id: string }>(
      `select id from subsidy.claim where state = 'paid' and division_code like $1 order by id limit 1`,
      [`${county.slice(0, 6)}%`],
    );
    await addMove(world.database, paid!.id);
    await addOverpayments(world.database, paid!.id);
    await plantMoved(county);
    await plantReceivable(world, { division: county, ownKey: null });
    await plantInstalments(world, { division: county, ownKey: null });
    await plantLegacy(world, county, Buffer.alloc(32, Number(county.slice(0, 6)) % 251), 'rows');
    await plantRecovery(world, { division: county, ownKey: null });
    const { requestId } = await plantReceivable(world, { division: county, ownKey: null });
    await plantBankReceipt(world, { division: county, requestId });
    await plantTreasury(world, { division: county, ownKey: null });
  }
  await plantFlows();
});
afterAll(async () => {
  await world?.close();
  assure('T32', 'Row-level security: no row of another county is seen or written, by whatever way', {
    tables: seen.tables,
    'ways around tried': seen.bypasses,
    'foreign rows looked for': seen.foreign,
    'foreign rows seen': seen.leaked,
    'callers at once': 64,
  });
});

/** What officers and searches leave behind in a county: a pair, a word about it, a contradiction, a month, a refiling. */
async function plantSettled(county: string): Promise<void> {
  const two = `(select (array_agg(id order by id))[1] as a, (array_agg(id order by id))[2] as b, min(division_code) as code
    from (select id, division_code from registration.person where division_code like '${county.slice(0, 6)}%' order by id limit 2) p) two`;
  for (const sql of [
    `insert into registration.duplicate_pair (person_a, person_b, division_a, division_b, division_code, score, verdict, levels, found_at, seen_at)
     select a, b, code, code, code, 300, 'look', '{name:same}', now(), now() from ${two}`,
    `insert into registration.not_same (person_a, person_b, reason, said_by, said_at) select a, b, '不是同一人', 'x', now() from ${two}`,
    `insert into registration.quality_finding (kind, subject_type, subject_id, division_code, owner_level, content, due_on, opened_at, seen_at)
     select 'DEAD_HEAD', 'person', a, code, 'township', sha256('x'), '2026-06-01', now(), now() from ${two}`,
    `insert into registration.quality_word (finding_id, reason, said_by, said_at)
     select f.id, '登记无误', 'x', now() from ${two} join registration.quality_finding f on f.subject_id = a`,
    `insert into registration.quality_month values ('${county}', '2026-03-01', 1000, 1, now())`,
    `insert into registration.quality_month_line (division_code, month, corrections, reason, recorded_at)
     values ('${county}', '2026-03-01', 1, 'later', now())`,
    `insert into registration.stated_total (division_code, persons, on_day, source, recorded_at)
     values ('${county}', 1, '2026-03-01', '统计公报', now())`,
    `insert into registration.change (id, kind, basis, reason, persons, actor, at)
     select gen_random_uuid(), 'merge', 'document', '同一人', array[a, b], 'x', now() from ${two}`,
    `insert into registration.merge (id, from_id, into_id, change_id)
     select gen_random_uuid(), a, b, c.id from ${two} join registration.change c on c.persons = array[a, b]`,
    `insert into registration.registry_event_taken (event_id, kind, registry_person_id, person_id, happened_at, outcome, taken_at)
     select 'e' || a, 'corrected', 'r', a, now(), 'applied', now() from ${two}`,
    `insert into registration.registry_check_word (check_id, note, said_by, said_at)
     select k.id, '已当面查看身份证', 'x', now() from registration.registry_check k where ${CHECKED('k.id')} like '${county.slice(0, 6)}%'`,
    `insert into migrant.coordination_request (id, way, app, matter, kind, purpose, legal_basis, from_division, to_division, fields,
       offered_sealed, responsible_division, asked_on, due_on, remind_on)
     values (md5('${county}')::uuid, 'inside', 'registration', '${county}', 'verify-fact', '核实情况', '人口与计划生育法第十四条',
       '${county}', '430202000000', '{office}', 'x', '${county}', '2026-04-01', '2026-04-09', '2026-04-07')`,
    `insert into migrant.coordination_act (id, request_id, kind, actor, state, responsible_division, at)
     values (gen_random_uuid(), md5('${county}')::uuid, 'ask', 'x', 'asked', '${county}', now())`,
    `insert into migrant.coordination_reminder (request_id, kind, to_division, on_day)
     values (md5('${county}')::uuid, 'before', '430202000000', '2026-04-07')`,
    `insert into migrant.coordination_message (id, request_id, seq, body_sealed, made_at)
     values (gen_random_uuid(), md5('${county}')::uuid, 1, 'x', now())`,
    `with r as (
       insert into migrant.resident (name, sex, divisions, recorded_by, recorded_at)
       values ('示例', 1, array['${county}'], 'x', now()) returning id),
     o as (
       insert into migrant.resident_origin (resident_id, division_code, valid, basis, recorded_by, recorded_at)
       select id, '${county}', '[2010-01-01,)', 'registry', 'x', now() from r),
     n as (
       insert into migrant.residence_notice (resident_id, source, reference, kind, place_code, starts, basis, recorded_by, recorded_at)
       select id, 'own', 'rows-' || id, 'stay', '${county}', '2024', 'declared', 'x', now() from r returning id, resident_id),
     q as (
       insert into migrant.own_request (resident_id, kind, wish, asked_by, asked_at, due_on)
       select id, 'objection', '不同意这样', 'x', now(), '2026-05-01' from r),
     h as (
       insert into migrant.retention_hold (resident_id, reason, reference, set_by, set_at)
       select id, 'suit', '试1号', 'x', now() from r)
     insert into migrant.residence_period (resident_id, notice_id, place_code, valid, certain, basis, recorded_by, recorded_at)
     select resident_id, id, '${county}', '[2024-01-01,)', '[2025-01-01,)', 'declared', 'x', now() from n`,
    `insert into registration.refiling (person_id, old_code, new_code, done_by, done_at) select a, '${county}', code, 'x', now() from ${two}`,
  ])
    await world.database.admin(sql);
}

/** What a family that moved leaves behind in a county. */
async function plantMoved(county: string): Promise<void> {
  const [child] = await world.database.admin<{ personId: string; village: string; ownKey: Buffer }>(
    `select b.person_id as "personId", c.division_code as village, c.applicant_key as "ownKey"
       from subsidy.claim c join subsidy.beneficiary b on b.id = c.beneficiary_id
      where c.division_code like $1 and b.person_id is not null order by c.id limit 1`,
    [`${county.slice(0, 6)}%`],
  );
  await plantServices(world, child!);
  await plantLetters(world, child!);
}

/** A closed month of both counties, what was learned of it later, and what another authority stated. */
async function plantFlows(): Promise<void> {
  const [counts, more] = ['{9,9,0,0,0,9,0,0,9,0}', '{10,10,0,0,0,10,0,0,10,0}'];
  const counties = `unnest(array['${OURS}', '${THEIRS}']) county`;
  const town = `left(county, 6) || '001000'`;
  // One statement: the figures go in with their month.
  await world.database.admin(
    `with m as (
       insert into migrant.flow_month (month, least_months, small_below, age_from, area, content, frozen_at)
       values ('2026-02-01', 6, 5, '{0,60}', '3402', sha256('x'), now()))
     insert into migrant.flow_figure (month, division_code, direction, counts)
     select '2026-02-01', ${town}, 'in', '${counts}' from ${counties}`,
  );
  await world.database.admin(
    `with r as (insert into migrant.flow_run (stage, begun_at, ended_at) values ('done', now(), now()) returning id)
     insert into migrant.flow_correction (run_id, month, division_code, direction, before, after, recorded_at)
     select r.id, '2026-02-01', ${town}, 'in', '${counts}', '${more}', now() from r, ${counties}`,
  );
  await world.database.admin(
    `with s as (
       insert into migrant.flow_stated (division_code, direction, valid, source, file_sha256, warnings, recorded_by, recorded_at)
       select county, 'in', '[2025-01-01,2026-01-01)', '统计公报', sha256('x'), '{}', 'x', now() from ${counties} returning id)
     insert into migrant.flow_stated_figure (stated_id, part, item, count) select id, 'total', 'all', 9 from s`,
  );
}

const officerOf = (division: typeof OURS, more: Partial<WorkContext> = {}): WorkContext =>
  systemContext('test', { actor: 'officer', permission: 'claim.read', division: divisionPrefix(division), ...more });
const us = officerOf(OURS);
const them = officerOf(THEIRS);

const ask = <R = { n: bigint }>(
  schema: string,
  context: WorkContext | undefined,
  sql: string,
  parameters: unknown[] = [],
) => {
  const read = () => databases[schema]!.read((tx) => tx.query<R>(sql, parameters));
  return context ? inContext(context, read) : read();
};

/** Places of the rows of a table that belong to a division. */
async function placesOf(table: string, division: string): Promise<string[]> {
  const rows = await world.database.admin<{ place: string }>(
    `select t.ctid::text as place from ${table} t where ${DIVISION_OF[table]} like $1`,
    [`${divisionPrefix(division as typeof OURS)}%`],
  );
  return rows.map(({ place }) => place);
}

const schemaOf = (table: string): string => table.split('.')[0]!;
const TABLES = Object.keys(DIVISION_OF);
const seen = { tables: 0, foreign: 0, leaked: 0, bypasses: 0 };

describe('rows', () => {
  it('of every table are under forced row-level security and belong to a division or are known to be shared', async () => {
    const tables = await world.database.admin<{ name: string; forced: boolean }>(
      `select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('registration', 'subsidy', 'migrant', 'fees', 'exchange', 'gateway')`,
    );
    const open = tables.filter(({ name, forced }) => !forced && !name.endsWith('.migration'));
    expect(open).toEqual([]);
    const unclassified = tables.filter(({ name }) => !DIVISION_OF[name] && !SHARED[name] && !APART.test(name));
    expect(unclassified).toEqual([]);
    seen.tables = tables.length;
  });

  it.each(TABLES)('of %s are seen by their own county, whole, and none of them by the other', async (table) => {
    const [mine, foreign] = [await placesOf(table, OURS), await placesOf(table, THEIRS)];
    const visible = async (context: WorkContext | undefined, places: string[]) => {
      const [row] = await ask(
        schemaOf(table),
        context,
        `select count(*) as n from ${table} where ctid = any ($1::tid[])`,
        [places],
      );
      return Number(row!.n);
    };
    const permission = WORD_OF[table] ?? 'claim.read';
    const [us, them] = [officerOf(OURS, { permission }), officerOf(THEIRS, { permission })];
    const leaked = [await visible(us, foreign), await visible(them, mine)];
    seen.leaked += leaked[0]! + leaked[1]!;
    expect(leaked).toEqual([0, 0]);
    expect([await visible(us, mine), await visible(them, foreign)]).toEqual([mine.length, foreign.length]);
    expect(await visible(undefined, [...mine, ...foreign])).toBe(0);
    seen.foreign += foreign.length + mine.length;
    if (!['subsidy.person_fact_history', 'subsidy.claim_finding', 'registration.person_history'].includes(table)) {
      expect(Math.min(mine.length, foreign.length)).toBeGreaterThan(0); // A table without rows would show nothing.
    }
  });

  it('are not to be had by any known way around: every try gives no row or an error', async () => {
    const count = 'select count(*) as n from claim';
    const { length: theirs } = await placesOf('subsidy.claim', THEIRS);
    const forge = (change: (signed: string) => string) => async (tx: Tx) => {
      const signed = signContext(them, contextKey('not the password', 'subsidy'));
      await tx.query(`set local app.context = '${change(signed)}'`);
      return tx.query<{ n: bigint }>(count);
    };
    const own = `current_setting('app.context')`;
    const body = `encode(convert_to('{"actor":"x","division":""}', 'UTF8'), 'base64')`;
    const tries: Record<string, (tx: Tx) => Promise<{ n: bigint }[]>> = {
      'a context signed with another key': forge((signed) => signed),
      'a context without a signature': forge((signed) => signed.split('.')[0]!),
      'no context': forge(() => ''),
      'text that is no context': forge(() => 'x.y'),
      'a wider body under the own signature': async (tx) => {
        await tx.query(`select set_config('app.context', ${body} || '.' || split_part(${own}, '.', 2), true)`);
        return tx.query(count);
      },
      'the signature of the other app': async (tx) => {
        const foreign = signContext(systemContext('test'), contextKey(passwordOf(), 'registration'));
        await tx.query(`set local app.context = '${foreign}'`);
        return tx.query(count);
      },
      'the key itself': async (tx) => tx.query('select count(*) as n from context_key'),
      'row security off': async (tx) => {
        await tx.query('set local row_security = off');
        return tx.query(count);
      },
      'the owner’s role': async (tx) => {
        await tx.query('set local role subsidy_owner');
        return tx.query(count);
      },
      'a superuser’s role': async (tx) => {
        await tx.query('set local role postgres');
        return tx.query(count);
      },
      'a function of one’s own': async (tx) => {
        await tx.query(
          `create function pg_temp.peek() returns bigint language sql security definer as 'select count(*) from subsidy.claim where division_code like ''340203%'''`,
        );
        return tx.query('select pg_temp.peek() as n');
      },
      'a view of one’s own': async (tx) => {
        await tx.query(`create temp view peek as select * from claim where division_code like '340203%'`);
        return tx.query('select count(*) as n from peek');
      },
      'a leaky function in the condition': async (tx) => {
        await tx.query('create temp table loot (n text)');
        await tx.query(`create function pg_temp.steal(t text) returns boolean language plpgsql cost 0.0001 as
          $$ begin insert into loot values (t); return true; end $$`);
        await tx.query('select from claim where pg_temp.steal(division_code)');
        return tx.query(`select count(*) as n from loot where n like '340203%'`);
      },
      'a join from what is seen': (tx) =>
        tx.query(
          `select count(*) as n from beneficiary b join claim c on c.beneficiary_id = b.id where c.division_code like '340203%'`,
        ),
      'a union of child tables': (tx) =>
        tx.query(
          `select count(*) as n from attempt a where not exists (select from payment_batch b where b.id = a.batch_id)`,
        ),
      'a cursor': async (tx) => {
        await tx.query(`declare peek cursor for select 1::bigint as n from claim where division_code like '340203%'`);
        return tx.query('fetch all from peek');
      },
      COPY: async (tx) => {
        let text = '';
        for await (const chunk of await tx.copyOut(
          `copy (select id from claim where division_code like '340203%') to stdout`,
        ))
          text += String(chunk);
        return [{ n: BigInt(text.length) }];
      },
      'a context seen over a colleague’s shoulder': async (tx) =>
        inContext(them, () =>
          databases.subsidy!.read(async (other) => {
            await other.query('select 1'); // Its context, set just before, is what the server would last have shown.
            return tx.query(
              `select count(*) as n from pg_stat_activity where query ~ '[A-Za-z0-9+/=]{80,}\\.[0-9a-f]{64}'`,
            );
          }),
        ),
      'a locked row': (tx) =>
        tx.query(`select 1::bigint as n from claim where division_code like '340203%' for update`),
    };
    const results: Record<string, string> = {};
    for (const [name, attempt] of Object.entries(tries)) {
      const work = () => databases.subsidy!.write(attempt);
      results[name] = await inContext(us, work).then(
        (rows) => (rows.every(({ n }) => n === 0n) ? 'nothing' : `${rows.length} rows`),
        (error: unknown) => (sqlState(error) ? 'refused' : String(error)),
      );
    }
    expect(theirs).toBeGreaterThan(50);
    expect(Object.entries(results).filter(([, result]) => !['nothing', 'refused'].includes(result))).toEqual([]);
    seen.bypasses = Object.keys(tries).length;
  });

  it('are shown to whoever asks now, whatever plan, session or error came before on the same connection', async () => {
    const client = new Client({
      connectionString: world.database.url('subsidy_rw'),
      options: '-c search_path=subsidy',
    });
    await client.connect();
    const key = contextKey(passwordOf(), 'subsidy');
    const inTransaction = async (context: WorkContext | undefined, end = 'commit') => {
      await client.query('begin');
      if (context) await client.query(`set local app.context = '${signContext(context, key)}'`);
      const { rows } = await client.query<{ d: string }>({
        name: 'kept', // A named statement: its plan outlives the transaction and, after five runs, is made for any caller.
        text: 'select distinct left(division_code, 6) as d from claim where division_code is not null order by 1',
      });
      await client.query(end);
      return rows.map(({ d }) => d);
    };
    try {
      for (let i = 0; i < 8; i++) expect(await inTransaction(i % 2 ? us : them)).toEqual([i % 2 ? '340202' : '340203']);
      expect(await inTransaction(systemContext('test'), 'rollback')).toEqual(['340202', '340203']);
      expect(await inTransaction(undefined)).toEqual([]);
      await client.query('begin');
      await client.query(`set local app.context = '${signContext(them, key)}'`);
      await expect(client.query('select 1 / 0')).rejects.toThrow();
      await client.query('rollback');
      expect((await client.query('select from claim')).rowCount).toBe(0);
    } finally {
      await client.end();
    }
  });

  it('of one county never reach another among 64 callers at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, n) => {
        const [mine, context] = n % 2 ? ['340202', us] : ['340203', them];
        let wrong = 0;
        for (let round = 0; round < 40; round++) {
          const rows = await ask<{ d: string }>(
            'subsidy',
            context,
            'select left(division_code, 6) as d from claim where division_code is not null limit 20',
          );
          wrong += rows.filter(({ d }) => d !== mine).length;
          if (rows.length === 0) wrong++;
        }
        return wrong;
      }),
    );
    expect(answers.reduce((sum, n) => sum + n, 0)).toBe(0);
  }, 60_000);

  it('cannot be written into another county, nor by a statement left behind by a failed transaction', async () => {
    const work = (sql: string) => inContext(us, () => databases.subsidy!.write((tx) => tx.query(sql)));
    for (const table of ['claim', 'person_fact', 'payment_batch', 'review_case', 'payment_calendar']) {
      const state = await world.database.admin(
        `select md5(string_agg(t::text, '' order by t::text)) as s from subsidy.${table} t`,
      );
      const touched = await work(
        `update ${table} set division_code = division_code where division_code like '340203%' returning 1`,
      ).catch((error: unknown) => sqlState(error));
      expect([[], '42501']).toContainEqual(touched);
      const after = await world.database.admin(
        `select md5(string_agg(t::text, '' order by t::text)) as s from subsidy.${table} t`,
      );
      expect(after).toEqual(state);
    }
    await expect(
      work(`insert into indicator (id, programme, division_code, year, level, amount_fen, document_no, released_on, recorded_by, recorded_at)
            values (gen_random_uuid(), 'YEB', '340203000000', 2026, 'county', 1, 'x', '2026-01-01', 'x', now())`),
    ).rejects.toMatchObject({ driverError: { code: '42501' } });
    const leaked: unknown = await databases
      .subsidy!.dataSource.query(
        `insert into review_case (reason, division_code, opened_at) values ('X', '340202000000', now())`,
      )
      .catch((error: unknown) => sqlState(error));
    expect(leaked).toBe('42501');
  });

  it('do not say in an error that somebody elsewhere exists', async () => {
    const [foreign] = await world.database.admin<{ id: string }>(
      `select id from subsidy.claim where division_code like '340203%' limit 1`,
    );
    const failureOf = async (claim: string) => {
      const insert = `insert into claim_finding (claim_id, fact, value, document_no, attested_by, attested_at)
        values ($1, 'claim.other_claimant', 'true', 'x', 'x', now())`;
      const error: unknown = await inContext(us, () =>
        databases.subsidy!.write((tx) => tx.query(insert, [claim])),
      ).catch((found: unknown) => found);
      const { message, driverError } = error as { message: string; driverError: { detail?: string } };
      return { message, detail: driverError.detail };
    };
    expect(await failureOf(foreign!.id)).toEqual(await failureOf('00000000-0000-4000-8000-000000000000'));
    expect(await failureOf(foreign!.id)).toMatchObject({ detail: undefined });
  });
});

const passwordOf = (): string => decodeURIComponent(new URL(world.database.url('subsidy_rw')).password);
