import { authorise, type Caller, type Requirement, ROLES, type Role } from '@app/access';
import { inContext, Notes, systemContext } from '@app/database';
import { GraphContext, listFields, listOperations, presentError, type ReportBug } from '@app/graphql';
import { type DivisionCode, findPartialDay } from '@app/kernel';
import type { GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { CoordinationOpeningService } from '../../apps/migrant/src/coordination/coordination-opening.service';
import { ResidenceService } from '../../apps/migrant/src/residence/residence.service';
import { BirthRegistrationService } from '../../apps/registration/src/birth-registration/birth-registration.service';
import { FilingService } from '../../apps/registration/src/birth-registration/filing.service';
import { FamilyService } from '../../apps/registration/src/person/family.service';
import { VoucherService } from '../../apps/registration/src/voucher/voucher.service';
import { mergedSchema } from '../../apps/standalone/src/server';
import { assure } from '../support/assurance';
import { addOverpayments, type MadeOverpayments } from '../support/overpayments';
import { addMove, type MadeMove } from '../support/moves';
import { type PlantedReceipt, plantBankReceipt } from '../support/bank-receipts';
import { plantServices } from '../support/equal-services';
import { type PlantedPlan, plantInstalments } from '../support/instalments';
import { type PlantedReceivable, plantPaymentAccount, plantReceivable } from '../support/receivables';
import { plantLegacy } from '../support/legacy-cases';
import { asOfficer } from '../support/officer';
import { plantLetters } from '../support/served-letters';
import { openGraph, type OpenGraph } from '../support/topology';
import { type PlantedTreasury, plantTreasury } from '../support/treasury';
import { openTwoCounties, OURS, THEIRS, type TwoCounties } from '../support/two-counties';

/** A family with a paid claim, and what else of its county an operation may name. */
interface Subject extends PlantedReceivable, PlantedReceipt, PlantedTreasury, PlantedPlan {
  readonly place: Place;
  readonly division: DivisionCode;
  readonly claimId: string;
  readonly childId: string;
  readonly childNumber: string;
  readonly applicantNumber: string;
  readonly householdId: string;
  readonly batchId: string;
  readonly runId: string;
  readonly instructionId: string;
  readonly attemptId: string;
  readonly questionId: string;
  /** Open repair cases, one for each try. */
  readonly repairs: readonly string[];
  readonly contradiction: string;
  readonly registryQuestionId: string;
  readonly setAsideId: string;
  readonly peerMessageId: string;
  readonly comparisonId: string;
  readonly nominationId: string;
  /** What the register knows of the child: a fact that stands, one under investigation, a change. */
  readonly factId: string;
  readonly disputedId: string;
  readonly changeId: string;
  readonly caseNo: string;
  readonly matterId: string;
  /** An open part that may be settled, and one that may be taken back; a third stays open. */
  readonly parts: readonly [settled: string, takenBack: string];
  readonly certificateId: string;
  /** A second record of the child without a number, the pair of both, and a contradiction about the child. */
  readonly pairId: string;
  readonly findingId: string;
  readonly birthId: string;
  readonly voucherId: string;
  readonly elsewhereId: string;
  readonly checkId: string;
  /** What became of that question on its way: a request to the other place. */
  readonly coordinationId: string;
  /** The child as a resident of its own county, with a period that stands. */
  readonly residentId: string;
  readonly residenceId: string;
  /** What the child's family asks about that record, and what it is held for. */
  readonly ownRequestId: string;
  readonly holdId: string;
  readonly move: MadeMove;
  readonly overpaid: MadeOverpayments;
  /** A request for a service with a referral, a consent, a visit and a complaint of the child's. */
  readonly serviceId: string;
  readonly consentId: string;
  /** Consents that may be ended, one for each try. */
  readonly endedIds: readonly string[];
  readonly visitId: string;
  readonly complaintId: string;
  /** A letter on its way by post, and a decision that was served and is contested. */
  readonly letterId: string;
  readonly sendingId: string;
  readonly contestedId: string;
  readonly remedyId: string;
  /** An old case of the applicant's, with a payment in error under review, its notice, and another letter. */
  readonly caseId: string;
  readonly mispaidId: string;
  readonly reviewId: string;
  readonly noticeId: string;
  readonly paperId: string;
}
type Place = 'own family' | 'other family, same county' | 'other county';
type Outcome = 'shown' | 'refused' | 'nothing';

let world: TwoCounties;
let schema: GraphQLSchema;
let graph: OpenGraph;
let subjects: Record<Place, Subject>;
let family: Caller['family'];

beforeAll(async () => {
  world = await openTwoCounties();
  schema = mergedSchema(world); // Words and fields are the same in every topology; what is asked goes through this run's.
  await plantPaymentAccount(world);
  graph = await openGraph(world, report);
  subjects = {
    'own family': await findSubject('own family', OURS, 0),
    'other family, same county': await findSubject('other family, same county', OURS, 1),
    'other county': await findSubject('other county', THEIRS, 0),
  };
  family = await world.get(FamilyService).of(subjects['own family'].applicantNumber);
}, 120_000);
const tally = { operations: 0, fields: 0, cells: 0, leaks: 0, unclassified: 0 };
const bugs: unknown[] = [];
const report: ReportBug = (_id, error) => bugs.push(error);
afterAll(async () => {
  await graph?.close();
  await world?.close();
  expect(bugs).toEqual([]);
  assure('T31', 'Authorisation matrix from the schema: every operation and field, role, county and case', tally);
});

async function findSubject(place: Place, division: DivisionCode, n: number): Promise<Subject> {
  const prefix = division.slice(0, 6);
  const files = division === OURS ? world.ours : world.theirs;
  const found = await world.database.admin<Record<string, string>>(
    `select c.id as "claimId", c.claim_no as "claimNo", f.person_id as "childId", p.household_id as "householdId",
            i.id as "instructionId", a.id as "attemptId"
       from subsidy.claim c join subsidy.beneficiary b on b.id = c.beneficiary_id
       join subsidy.person_fact f on f.person_id = b.person_id join registration.person p on p.id = f.person_id
       join subsidy.instruction i on i.claim_id = c.id join subsidy.attempt a on a.instruction_id = i.id
      where c.division_code like $1 and c.state = 'paid' and p.household_id is not null order by c.claim_no`,
    [`${prefix}%`],
  );
  const claims = found.filter(({ claimNo }) => {
    const row = files.claims.find((claim) => claim.claim_no === claimNo)!;
    return /^\d{17}[\dX]$/.test(row.child_id_number!) && /^\d{17}[\dX]$/.test(row.applicant_id_number!);
  });
  const claim = claims[n * 7]!;
  const row = files.claims.find(({ claim_no }) => claim_no === claim.claimNo)!;
  const one = async (sql: string) =>
    (await world.database.admin<{ id: string }>(sql, [`${prefix}%`])).map(({ id }) => id);
  const repairs = await one(
    `select id from subsidy.review_case where division_code like $1 and reason = 'ACCOUNT_REPAIR' and state = 'open' order by id`,
  );
  const questions = await one(
    `select id from subsidy.review_case where division_code like $1 and reason <> 'ACCOUNT_REPAIR' and state = 'open' order by id`,
  );
  const [contradiction] = await one(
    `insert into subsidy.review_case (id, reason, claim_id, instruction_id, division_code, facts, opened_at)
     select gen_random_uuid(), 'BANK_CONTRADICTION', r.claim_id, r.instruction_id, r.division_code,
            jsonb_build_object('reference', a.end_to_end_id), now()
       from subsidy.review_case r join subsidy.attempt a on a.instruction_id = r.instruction_id
      where r.division_code like $1 and r.reason = 'ACCOUNT_REPAIR' order by r.id offset ${n} limit 1
     on conflict do nothing returning id`,
  );
  const [change] = await world.database.admin<{ id: string }>(
    `insert into registration.change (id, kind, basis, reason, persons, actor, at)
     values (gen_random_uuid(), 'newborn', 'document', '登记', array[$1::uuid], 'matrix', now()) returning id`,
    [claim.childId],
  );
  const [disputed] = await world.database.admin<{ id: string }>(
    `insert into registration.fact (id, kind, person_id, code, words, valid, certain, is_disputed, basis, recorded_by, recorded_at)
     values (gen_random_uuid(), 'name', $1, 'also', '小名', '(,)', '(,)', true, 'declared', $2, now()) returning id`,
    [claim.childId, change!.id],
  );
  const [fact] = await world.database.admin<{ id: string }>(
    `select id from registration.fact where person_id = $1 and kind = 'identity' and basis = 'registry' and ended_at is null`,
    [claim.childId],
  );
  const newborn = await makeNewborn(claim.childId!, claim.claimId!, n);
  const [pair] = await world.database.admin<{ id: string }>(
    `with copy as (
       insert into registration.person (registry_person_id, name, name_match, sex, born, status, division_code, mother_key,
         father_key, source_updated_at, row_hash, batch_line, recorded_at)
       select 'own:' || gen_random_uuid(), name, name_match, sex, born, 0, division_code, mother_key, father_key,
         source_updated_at, row_hash, 0, now() from registration.person where id = $1 returning id, division_code)
     insert into registration.duplicate_pair (person_a, person_b, division_a, division_b, division_code, score, verdict, levels, found_at, seen_at)
     select least(id, $1), greatest(id, $1), division_code, division_code, division_code, 400, 'certain', '{name:same}', now(), now()
       from copy returning id`,
    [claim.childId],
  );
  const [finding] = await world.database.admin<{ id: string }>(
    `insert into registration.quality_finding (kind, subject_type, subject_id, division_code, owner_level, content, due_on, opened_at, seen_at)
     select 'CHILD_WITHOUT_PARENT', 'person', id, division_code, 'township', sha256('x'), '2026-06-01', now(), now()
       from registration.person where id = $1 returning id`,
    [claim.childId],
  );
  await world.database.admin(
    `insert into registration.quality_month values ($1, '2026-03-01', 1000, 1, now()) on conflict do nothing`,
    [division],
  );
  await makeFlows(division);
  const owed = await plantReceivable(world, { division, ownKey: (await ownerOf(claim.claimId!)).ownKey });
  return {
    ...(claim as unknown as Subject),
    pairId: pair!.id,
    findingId: finding!.id,
    factId: fact!.id,
    disputedId: disputed!.id,
    changeId: change!.id,
    ...newborn,
    place,
    division,
    childNumber: row.child_id_number!,
    applicantNumber: row.applicant_id_number!,
    batchId: (await one('select id from subsidy.payment_batch where division_code like $1'))[0]!,
    runId: (await one('select id from subsidy.payment_calendar where division_code like $1 order by due_on'))[n]!,
    questionId: questions[n]!,
    repairs: repairs.slice(n * 8, n * 8 + 8),
    contradiction: contradiction ?? questions.at(-1)!,
    registryQuestionId: (await one('select id from exchange.question where division_code like $1 order by id'))[n]!,
    peerMessageId: (await one('select id from exchange.peer_outgoing where from_division like $1 order by id'))[n]!,
    setAsideId: (await one('select id from exchange.set_aside where division_code like $1 order by id'))[n]!,
    comparisonId: (await one('select id from exchange.comparison where division_code like $1'))[0]!,
    nominationId: (await one('select id from exchange.nomination where division_code like $1 order by id'))[n]!,
    move: await addMove(world.database, claim.claimId!),
    overpaid: await addOverpayments(world.database, claim.claimId!),
    ...(await birthOf(world, row.applicant_id_number!, division, place)),
    ...(await makeResident(claim.childId!, row.child_id_number!, division)),
    ...(await plantServices(world, await ownerOf(claim.claimId!))),
    ...owed,
    ...(await plantBankReceipt(world, { division, requestId: owed.requestId })),
    ...(await plantTreasury(world, { division, ownKey: (await ownerOf(claim.claimId!)).ownKey })),
    ...(await plantLetters(world, await ownerOf(claim.claimId!))),
    ...(await plantInstalments(world, { division, ownKey: (await ownerOf(claim.claimId!)).ownKey })),
    ...(await plantLegacy(world, division, (await ownerOf(claim.claimId!)).ownKey, place)),
  };
}

/** A closed month with a figure of the division, a correction of it, and a table that somebody else stated. */
async function makeFlows(division: DivisionCode): Promise<void> {
  // Figures go in with their month or not at all; a test that adds a division goes past that.
  await world.database.admin('set session_replication_role = replica');
  for (const sql of [
    `insert into migrant.flow_month (month, least_months, small_below, age_from, area, content, frozen_at)
     select '2026-03-01', 6, 5, '{0,15}', '34', sha256(''), now() where $1 <> '' on conflict do nothing`,
    `insert into migrant.flow_figure (month, division_code, direction, counts)
     values ('2026-03-01', $1, 'in', '{1,1,0,0,0,1,0,0,1,0,0}') on conflict do nothing`,
    `with r as (insert into migrant.flow_run (stage, begun_at, ended_at) values ('done', now(), now()) returning id)
     insert into migrant.flow_correction (run_id, month, division_code, direction, before, after, recorded_at)
     select id, '2026-03-01', $1, 'in', '{1,1,0,0,0,1,0,0,1,0,0}', '{2,2,0,0,0,2,0,0,2,0,0}', now() from r`,
    `insert into migrant.flow_stated (division_code, direction, valid, source, file_sha256, warnings, recorded_by, recorded_at)
     values ($1, 'in', '[2026-03-01,2026-04-01)', 'test', sha256('x'), '{}', 'matrix', now()) on conflict do nothing`,
  ]) {
    await world.database.admin(sql, [division]);
  }
  await world.database.admin('set session_replication_role = origin');
}

/**
 * The child as somebody who moved, with one notice and what follows from it by the rules. On the permit authority's word,
 * which no later notice of this matrix outweighs: the period that operations name stands through all of them.
 */
async function makeResident(personId: string, idNumber: string, division: DivisionCode) {
  const named = { name: '示例', sex: 1, born: null, idType: '111', idNumber, personId } as const;
  const notice = {
    source: 'permit',
    basis: 'agency',
    sourceRef: null,
    reference: `matrix-${personId}`,
    kind: 'stay',
    placeCode: division,
    cameFrom: null,
    starts: findPartialDay('2024')!,
    ends: null,
  } as const;
  const { residentId } = await asOfficer('matrix', () => world.get(ResidenceService).note(named, notice, null));
  const [period] = await world.database.admin<{ id: string }>(
    'select id from migrant.residence_period where resident_id = $1',
    [residentId],
  );
  const [asked] = await world.database.admin<{ ownRequestId: string; holdId: string }>(
    `with q as (
       insert into migrant.own_request (resident_id, kind, wish, asked_by, asked_at, due_on)
       values ($1, 'objection', '试一试异议', 'matrix', now(), '2026-05-01') returning id)
     insert into migrant.retention_hold (resident_id, reason, reference, set_by, set_at) values ($1, 'suit', '试1号', 'matrix', '2026-01-01')
     returning id as "holdId", (select id from q) as "ownRequestId"`,
    [residentId],
  );
  return { residentId, residenceId: period!.id, ...asked! };
}

/** Whose family a claim is: the child, where it is registered, and the applicant's key. */
async function ownerOf(claimId: string): Promise<{ personId: string; village: string; ownKey: Buffer }> {
  const [owner] = await world.database.admin<{ personId: string; village: string; ownKey: Buffer }>(
    `select b.person_id as "personId", c.division_code as village, c.applicant_key as "ownKey"
       from subsidy.claim c join subsidy.beneficiary b on b.id = c.beneficiary_id where c.id = $1`,
    [claimId],
  );
  return owner!;
}

/** A newborn matter of this child with open parts, and a certificate whose holder is the claim's applicant. */
async function makeNewborn(childId: string, claimId: string, n: number) {
  const id = async (sql: string, parameters: unknown[]) =>
    (await world.database.admin<{ id: string }>(sql, parameters)).map((row) => row.id);
  const [matter] = await world.database.admin<{ id: string; no: string }>(
    `insert into registration.newborn_matter (division_code, child_id, sex, born, channel, started_by, opened_by, opened_on, opened_at)
     select division_code, id, 1, born, 'joint', 'hospital', 'test', '2026-04-01', now() from registration.person where id = $1
     returning id, case_no as no`,
    [childId],
  );
  const parts = await id(
    `insert into registration.newborn_sub_case (matter_id, item, authority, working_days, source, state, opened_on, due_on)
     select $1, item, 'police', 5, 'test', 'open', '2026-03-20', '2026-03-27'
       from unnest(array['household-registration', 'medical-insurance', 'vaccination-card', 'birth-certificate']) item returning id`,
    [matter!.id],
  );
  const [certificateId] = await id(
    `insert into registration.certificate (number, office_code, fits_scheme, issued_on, child_name, child_born, grade, source_ref,
       row_hash, recorded_by, recorded_at)
     select 'M' || $2, left(division_code, 6) || '000000', true, '2009-01-01', '示例', '2008-01-01', 'ledger', 'test', row_hash, 'test', now()
       from registration.person where id = $1 returning id`,
    [childId, n],
  );
  await world.database.admin(
    `insert into registration.certificate_holder (certificate_id, role, office_code, person_id, name, number_sealed, number_key, number_mask)
     select $1, 'mother', left(p.division_code, 6) || '000000', $2, '示例', 'x', c.applicant_key, '3402'
       from registration.person p, subsidy.claim c where p.id = $2 and c.id = $3`,
    [certificateId, childId, claimId],
  );
  return {
    caseNo: matter!.no,
    matterId: matter!.id,
    parts: [parts[0]!, parts[1]!] as const,
    certificateId: certificateId!,
  };
}

/** A registered birth of the applicant's, with its voucher and a question that waits for an answer. */
async function birthOf(at: TwoCounties, idNumber: string, division: DivisionCode, place: Place) {
  const [township] = await at.database.admin<{ code: DivisionCode }>(
    `select code from registration.division where level = 'township' and code like $1 order by code desc limit 1`,
    [`${division.slice(0, 6)}%`],
  );
  const parties = [{ role: 'mother' as const, name: '示例母', idNumber, hukouDivision: division }];
  const request = { clientRef: place.replace(/\W/g, '-'), division: township!.code, parties, expectedMonth: '2026-11' };
  return asOfficer('matrix-births', async () => {
    const registrations = at.get(BirthRegistrationService);
    const birthId = await at.get(FilingService).file(request, { id: 'matrix-births', channel: 'counter' });
    await registrations.register(birthId, 'matrix-births');
    await registrations.askElsewhere(birthId, '430202');
    const [question] = await registrations.questions([birthId]);
    await at.get(CoordinationOpeningService).want([{ app: 'registration', matter: question!.id }]);
    const [coordination] = await at.database.admin<{ id: string }>(
      'select id from migrant.coordination_request where matter = $1',
      [question!.id],
    );
    const [voucher] = await at.get(VoucherService).ofRegistrations([birthId]);
    const [check] = await at.database.admin<{ id: string }>(
      `update registration.registry_check set outcome = 'mismatch', is_death_marked = false, answered_at = now()
        where registration_id = $1 returning id`,
      [birthId],
    );
    const [voucherId, elsewhereId, checkId] = [voucher!.id, question!.id, check!.id];
    return { birthId, voucherId, elsewhereId, checkId, coordinationId: coordination!.id };
  });
}

const callerOf = (role: Role): Caller => ({
  id: `matrix-${role}`,
  name: role,
  roles: [role],
  division: OURS,
  signIn: { at: world.clock.now(), factors: 2, client: 'matrix', tokenId: 'matrix' },
  ...(role === 'citizen' && { family }),
});

const contextOf = (caller: Caller | undefined): GraphContext =>
  new GraphContext(caller, undefined, { now: world.clock.now() });

function may(caller: Caller | undefined, word: Requirement): boolean {
  try {
    authorise(caller, word, world.clock.now());
    return true;
  } catch {
    return false;
  }
}

/** Whether somebody of this role may see this family at all: officers their county's, citizens their own. */
const sees = (role: Role | undefined, { place }: Subject): boolean =>
  role === 'citizen' ? place === 'own family' : role !== undefined && place !== 'other county';

interface Asked {
  /** One operation about the subject; `n` counts the calls, for what can be done once only. */
  readonly ask: (subject: Subject, n: number) => string;
  /** Says the same whoever the subject is: rules, places, one's own. */
  readonly isOfNobody?: boolean;
}
const q = JSON.stringify;
const about = (ask: Asked['ask']): Asked => ({ ask });
const ofNobody = (source: string): Asked => ({ ask: () => source, isOfNobody: true });

const EVIDENCE = 'evidence: { basis: DECLARED, reason: "试一试" }';
const onTerms = (caseId: string): string => `{ caseId: ${q(caseId)}, months: 6, firstOn: "2026-05-08" }`;
const onBirth = (field: (id: string) => string): Asked => about(({ birthId }) => `mutation { ${field(q(birthId))} }`);

const onRequest = (field: (id: string) => string): Asked =>
  about(({ coordinationId }) => `mutation { ${field(q(coordinationId))} }`);
const stayAt = (division: string): string => `{ placeCode: ${q(division)}, from: "2026-01" }`;
const onService = (field: (id: string) => string): Asked =>
  about(({ serviceId }) => `mutation { ${field(q(serviceId))} { id } }`);
const onVisit = (field: (id: string) => string): Asked =>
  about(({ visitId }) => `mutation { ${field(q(visitId))} { id } }`);
const onRefund = (field: (id: string) => string): Asked =>
  about(({ refundId }) => `mutation { ${field(q(refundId))} { id } }`);
const onRemittance = (field: (id: string) => string): Asked =>
  about(({ remittanceId }) => `mutation { ${field(q(remittanceId))} { id } }`);
const onComplaint = (field: (id: string) => string): Asked =>
  about(({ complaintId }) => `mutation { ${field(q(complaintId))} { id } }`);

const onLetter = (field: (id: string) => string): Asked =>
  about(({ letterId }) => `mutation { ${field(q(letterId))} { id } }`);
const onSending = (field: (id: string) => string): Asked =>
  about(({ sendingId }) => `mutation { ${field(q(sendingId))} { id } }`);
const onRemedy = (field: (id: string) => string): Asked =>
  about(({ remedyId }) => `mutation { ${field(q(remedyId))} { id } }`);
const SUSPEND = 'basis: APPLICANT, reason: "申请人困难", decidedOn: "2026-03-20"';

/** Every operation there is, asked about somebody. What is not listed here fails as unclassified. */
const OPERATIONS: Readonly<Record<string, Asked>> = {
  'Query.birthRegistration': about(({ birthId }) => `{ birthRegistration(id: ${q(birthId)}) { id } }`),
  'Query.birthRegistrations': about(
    ({ division }) => `{ birthRegistrations(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.birthServiceText': ofNobody('{ birthServiceText(division: "430202") { commitmentVersion } }'),
  'Query.myBirthRegistrations': ofNobody('{ myBirthRegistrations { id } }'),
  'Query.verifyVoucher': ofNobody('{ verifyVoucher(code: "0") { status } }'),
  'Query.verifyVoucherCredential': ofNobody('{ verifyVoucherCredential(credential: "0") { status } }'),
  'Query.undeliveredLetters': about(
    ({ division }) => `{ undeliveredLetters(first: 1, division: ${q(division)}) { nodes { letter { id } } } }`,
  ),
  'Query.myLetters': ofNobody('{ myLetters { id } }'),
  'Query.myElectronicConsents': ofNobody('{ myElectronicConsents { id } }'),
  'Mutation.sendLetter': onLetter((id) => `sendLetter(letterId: ${id}, mode: DIRECT)`),
  'Mutation.recordLetterServed': onSending(
    (id) => `recordLetterServed(attemptId: ${id}, proof: { reference: "E1", receivedOn: "2026-03-10" })`,
  ),
  'Mutation.recordLetterFailed': onSending((id) => `recordLetterFailed(attemptId: ${id}, failure: RETURNED)`),
  'Mutation.correctLetterProof': onSending((id) => `correctLetterProof(attemptId: ${id}, reason: "回执看错")`),
  'Mutation.recordElectronicConsent': onLetter(
    (id) => `recordElectronicConsent(letterId: ${id}, reference: "同意书2号", givenOn: "2026-03-10")`,
  ),
  'Mutation.givePaperLetter': onLetter((id) => `givePaperLetter(letterId: ${id})`),
  'Mutation.consentToElectronicService': ofNobody('mutation { consentToElectronicService { id } }'),
  'Mutation.revokeElectronicService': ofNobody('mutation { revokeElectronicService { id } }'),
  'Mutation.confirmLetterReceipt': onLetter((id) => `confirmLetterReceipt(letterId: ${id})`),
  'Mutation.askForPaperLetter': onLetter((id) => `askForPaperLetter(letterId: ${id})`),
  'Query.remedies': about(
    ({ division }) => `{ remedies(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.contestableDecision': about(
    ({ contestedId }) => `{ contestableDecision(matterId: ${q(contestedId)}) { id lastDayToSue } }`,
  ),
  'Query.myContestableDecisions': ofNobody('{ myContestableDecisions { id } }'),
  'Query.myRemedies': ofNobody('{ myRemedies { id } }'),
  'Mutation.fileRemedy': about(
    ({ contestedId }) => `mutation { fileRemedy(matterId: ${q(contestedId)}, grounds: "计算有误") { id } }`,
  ),
  'Mutation.recordRemedy': about(
    ({ contestedId }) =>
      `mutation { recordRemedy(matterId: ${q(contestedId)}, kind: SUIT, channel: COURT, filedOn: "2026-03-20", court: "示例法院", reference: "1号") { id } }`,
  ),
  'Mutation.recordRightsLearned': about(
    ({ contestedId }) => `mutation { recordRightsLearned(matterId: ${q(contestedId)}, on: "2026-03-20") { id } }`,
  ),
  'Mutation.supplementRemedy': onRemedy((id) => `supplementRemedy(id: ${id}, what: "身份证明")`),
  'Mutation.withdrawRemedy': onRemedy((id) => `withdrawRemedy(id: ${id})`),
  'Mutation.recordRemedySupplement': onRemedy((id) => `recordRemedySupplement(id: ${id}, what: "身份证明")`),
  'Mutation.recordRemedyWithdrawal': onRemedy((id) => `recordRemedyWithdrawal(id: ${id})`),
  'Mutation.askForRemedySupplement': onRemedy((id) => `askForRemedySupplement(id: ${id}, missing: "身份证明")`),
  'Mutation.acceptRemedy': onRemedy((id) => `acceptRemedy(id: ${id})`),
  'Mutation.refuseRemedy': onRemedy((id) => `refuseRemedy(id: ${id}, reason: "不属于复议范围")`),
  'Mutation.extendRemedy': onRemedy((id) => `extendRemedy(id: ${id}, reason: "案情复杂")`),
  'Mutation.suspendByRemedy': onRemedy((id) => `suspendByRemedy(id: ${id}, ${SUSPEND})`),
  'Mutation.resumeByRemedy': onRemedy((id) => `resumeByRemedy(id: ${id}, ${SUSPEND})`),
  'Mutation.concludeRemedy': onRemedy(
    (id) => `concludeRemedy(id: ${id}, outcome: UPHELD_IN_PART, newAmount: "10000", reasons: "部分成立")`,
  ),
  'Mutation.confirmRemedy': onRemedy((id) => `confirmRemedy(id: ${id})`),
  'Mutation.sendRemedyBack': onRemedy((id) => `sendRemedyBack(id: ${id}, reason: "事实不清")`),
  'Query.feeParameters': ofNobody('{ feeParameters(division: "34") { name } }'),
  'Query.feeBalances': ofNobody('{ feeBalances(first: 1) { nodes { code } } }'),
  'Query.feeBalanceExport': ofNobody('{ feeBalanceExport(prefix: "collected:") { csv } }'),
  'Query.feeStatement': about(({ collected }) => `{ feeStatement(account: ${q(collected)}) { nodes { balance } } }`),
  'Query.feeStatementExport': about(({ collected }) => `{ feeStatementExport(account: ${q(collected)}) { csv } }`),
  'Query.receivable': about(({ receivableId }) => `{ receivable(id: ${q(receivableId)}) { open } }`),
  'Query.receivables': about(
    ({ division }) => `{ receivables(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.myReceivables': ofNobody('{ myReceivables { id } }'),
  'Query.bankReceipts': about(
    ({ division }) => `{ bankReceipts(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.receiptAgeing': about(({ division }) => `{ receiptAgeing(division: ${q(division)}) { receipts } }`),
  'Query.bankEntriesAside': about(
    ({ division }) => `{ bankEntriesAside(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.receivingAccounts': about(({ division }) => `{ receivingAccounts(division: ${q(division)}) { account } }`),
  'Query.receiptMatches': about(
    ({ division }) => `{ receiptMatches(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.fiscalReceipts': about(
    ({ division }) => `{ fiscalReceipts(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.myFiscalReceipts': ofNobody('{ myFiscalReceipts { id } }'),
  'Query.receiptSeries': about(({ division }) => `{ receiptSeries(division: ${q(division)}) { left } }`),
  'Query.receiptLosses': about(({ division }) => `{ receiptLosses(division: ${q(division)}) { what } }`),
  'Mutation.allotReceiptSeries': about(
    ({ division }) =>
      `mutation { allotReceiptSeries(division: ${q(division)}, receiptCode: "x", firstNo: "1", lastNo: "2", document: "试一试看") { left } }`,
  ),
  'Mutation.issueFiscalReceipts': about(({ division }) => `mutation { issueFiscalReceipts(division: ${q(division)}) }`),
  'Mutation.voidFiscalReceipt': about(
    ({ fiscalReceiptId }) => `mutation { voidFiscalReceipt(id: ${q(fiscalReceiptId)}, reason: "打印错误") { id } }`,
  ),
  'Mutation.loseFiscalReceipt': about(
    ({ fiscalReceiptId }) =>
      `mutation { loseFiscalReceipt(id: ${q(fiscalReceiptId)}, on: "2026-03-31", reason: "缴款人遗失") { id } }`,
  ),
  'Mutation.loseReceiptBlanks': about(
    ({ seriesId }) =>
      `mutation { loseReceiptBlanks(series: ${q(seriesId)}, firstNo: "0", lastNo: "0", on: "2026-03-31", reason: "保险柜被盗") { left } }`,
  ),
  'Mutation.reportReceiptLoss': about(
    ({ lossId }) => `mutation { reportReceiptLoss(id: ${q(lossId)}, reference: "遗失报告1号") }`,
  ),
  'Mutation.returnReceiptSeries': about(
    ({ seriesId }) => `mutation { returnReceiptSeries(series: ${q(seriesId)}, reason: "年末退回") { left } }`,
  ),
  'Query.refunds': about(({ division }) => `{ refunds(first: 1, division: ${q(division)}) { nodes { id } } }`),
  'Query.myRefunds': ofNobody('{ myRefunds { id } }'),
  'Mutation.verifyRefund': onRefund((id) => `verifyRefund(id: ${id})`),
  'Mutation.approveRefund': onRefund((id) => `approveRefund(id: ${id})`),
  'Mutation.rejectRefund': onRefund((id) => `rejectRefund(id: ${id}, reason: "款项应缴")`),
  'Mutation.confirmRefund': onRefund((id) => `confirmRefund(id: ${id}, bankRef: "B1")`),
  'Mutation.returnRefund': onRefund((id) => `returnRefund(id: ${id}, reason: "账户销户")`),
  'Mutation.repairRefund': onRefund(
    (id) => `repairRefund(id: ${id}, target: { holderName: "示例", account: "1", bank: "示例" }, reason: "更换账户")`,
  ),
  'Query.remittances': about(({ division }) => `{ remittances(first: 1, division: ${q(division)}) { nodes { id } } }`),
  'Query.remittanceExport': about(({ division }) => `{ remittanceExport(division: ${q(division)}) }`),
  'Query.collectedStanding': about(({ division }) => `{ collectedStanding(division: ${q(division)}) { level } }`),
  'Query.treasuryAccounts': about(({ division }) => `{ treasuryAccounts(division: ${q(division)}) { purpose } }`),
  'Mutation.draftRemittance': about(({ division }) => `mutation { draftRemittance(division: ${q(division)}) { id } }`),
  'Mutation.prepareRemittance': onRemittance((id) => `prepareRemittance(id: ${id})`),
  'Mutation.approveRemittance': onRemittance((id) => `approveRemittance(id: ${id}, contentHash: "00")`),
  'Mutation.cancelRemittance': onRemittance((id) => `cancelRemittance(id: ${id}, reason: "金额有误")`),
  'Mutation.confirmRemittance': onRemittance((id) => `confirmRemittance(id: ${id}, bankRef: "B1")`),
  'Mutation.failRemittance': onRemittance((id) => `failRemittance(id: ${id}, reason: "账号有误")`),
  'Mutation.setTreasuryAccount': about(
    ({ division }) =>
      `mutation { setTreasuryAccount(division: ${q(division)}, purpose: "county", from: "2026-01-01", holderName: "示例", account: "1", bank: "示例", document: "试1号") { id } }`,
  ),
  'Query.receiptReconciliations': about(
    ({ division }) => `{ receiptReconciliations(division: ${q(division)}) { day } }`,
  ),
  'Query.receiptReconciliationExport': about(
    ({ division }) => `{ receiptReconciliationExport(division: ${q(division)}) }`,
  ),
  'Query.receiptDifferences': about(
    ({ division }) => `{ receiptDifferences(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.receiptMonths': about(({ division }) => `{ receiptMonths(division: ${q(division)}) { month } }`),
  'Mutation.stateBankDay': about(
    ({ receivingAccount }) =>
      `mutation { stateBankDay(account: ${q(receivingAccount)}, day: "2026-03-19", receipts: 0, amount: "0", source: "对账单") { id } }`,
  ),
  'Mutation.reconcileReceipts': about(
    ({ division }) => `mutation { reconcileReceipts(division: ${q(division)}, day: "2026-03-20") { id } }`,
  ),
  'Mutation.settleReceiptDifference': about(
    ({ differenceId }) => `mutation { settleReceiptDifference(id: ${q(differenceId)}, note: "银行次日补记") { id } }`,
  ),
  'Mutation.closeReceiptMonth': about(
    ({ division }) => `mutation { closeReceiptMonth(division: ${q(division)}, month: "2026-02") { days } }`,
  ),
  'Mutation.openReceivingAccount': about(
    ({ division, receivingAccount }) =>
      `mutation { openReceivingAccount(account: ${q(receivingAccount)}, division: ${q(division)}, bank: "示例", holderName: "示例") { account } }`,
  ),
  'Mutation.recordBankReceipt': about(
    ({ receivingAccount }) =>
      `mutation { recordBankReceipt(receipt: { account: ${q(receivingAccount)}, bankRef: "M1", bookedOn: "2026-03-20", amount: "100", payerName: "示例" }) { isNew } }`,
  ),
  'Mutation.settleBankEntry': about(
    ({ asideId }) => `mutation { settleBankEntry(id: ${q(asideId)}, note: "已经核实") { id } }`,
  ),
  'Mutation.confirmMatch': about(({ matchId }) => `mutation { confirmMatch(id: ${q(matchId)}) { id } }`),
  'Mutation.declineMatch': about(
    ({ matchId }) => `mutation { declineMatch(id: ${q(matchId)}, reason: "另有其人") { id } }`,
  ),
  'Mutation.matchReceipt': about(
    ({ receiptId }) => `mutation { matchReceipt(receiptId: ${q(receiptId)}, reference: "0") { id } }`,
  ),
  'Mutation.undoMatch': about(
    ({ confirmedId }) => `mutation { undoMatch(id: ${q(confirmedId)}, reason: "张冠李戴") { id } }`,
  ),
  'Mutation.sendReceiptBack': about(
    ({ receiptId }) => `mutation { sendReceiptBack(receiptId: ${q(receiptId)}, reason: "付错账户") { id } }`,
  ),
  'Query.instalmentPlans': about(({ owedCaseId }) => `{ instalmentPlans(caseId: ${q(owedCaseId)}) { id } }`),
  'Query.instalmentPlanList': about(
    ({ division }) => `{ instalmentPlanList(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.myInstalmentPlans': ofNobody('{ myInstalmentPlans { id } }'),
  'Query.previewInstalments': about(
    ({ owedCaseId }) => `{ previewInstalments(proposal: ${onTerms(owedCaseId)}) { amount } }`,
  ),
  'Query.instalmentPlanFile': about(({ planId }) => `{ instalmentPlanFile(id: ${q(planId)}) { csv } }`),
  'Mutation.proposeInstalments': about(
    ({ owedCaseId }) => `mutation { proposeInstalments(proposal: ${onTerms(owedCaseId)}) { id } }`,
  ),
  'Mutation.agreeInstalments': about(
    ({ proposedPlanId }) => `mutation { agreeInstalments(id: ${q(proposedPlanId)}) { id } }`,
  ),
  'Mutation.declineInstalments': about(
    ({ proposedPlanId }) => `mutation { declineInstalments(id: ${q(proposedPlanId)}, reason: "金额太高") { id } }`,
  ),
  'Mutation.withdrawInstalments': about(
    ({ proposedPlanId }) => `mutation { withdrawInstalments(id: ${q(proposedPlanId)}) { id } }`,
  ),
  'Mutation.settleInstalmentsEarly': about(
    ({ planId }) => `mutation { settleInstalmentsEarly(id: ${q(planId)}, amount: "10000") { id } }`,
  ),
  'Mutation.writePaymentSlip': about(({ requestId }) => `mutation { writePaymentSlip(id: ${q(requestId)}) { id } }`),
  'Query.legacyCases': about(
    ({ division }) => `{ legacyCases(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.myLegacyCases': ofNobody('{ myLegacyCases { id } }'),
  'Query.legacyMemo': about(({ division }) => `{ legacyMemo(division: ${q(division)}) { cases } }`),
  'Query.legacyDeletions': about(({ division }) => `{ legacyDeletions(division: ${q(division)}) { cases } }`),
  'Query.legacyNoticeFile': about(({ noticeId }) => `{ legacyNoticeFile(id: ${q(noticeId)}) { sha256 } }`),
  'Query.letterFile': about(({ paperId }) => `{ letterFile(id: ${q(paperId)}) { sha256 } }`),
  'Query.verifyLetter': ofNobody('{ verifyLetter(code: "0") { isKnown } }'),
  'Mutation.sealLegacyLedgers': about(({ division }) => `mutation { sealLegacyLedgers(officeCode: ${q(division)}) }`),
  'Mutation.writeLegacyNotice': about(({ caseId }) => `mutation { writeLegacyNotice(caseId: ${q(caseId)}) { id } }`),
  'Mutation.endLegacyCourtCase': about(
    ({ caseId }) => `mutation { endLegacyCourtCase(caseId: ${q(caseId)}, courtDocument: "试行终1号") }`,
  ),
  'Mutation.openLegacyRefund': about(
    ({ caseId, mispaidId }) =>
      `mutation { openLegacyRefund(caseId: ${q(caseId)}, paymentId: ${q(mispaidId)}, reason: "重复缴纳", foundByUnit: true) }`,
  ),
  'Mutation.verifyLegacyRefund': about(({ reviewId }) => `mutation { verifyLegacyRefund(id: ${q(reviewId)}) }`),
  'Mutation.decideLegacyRefund': about(
    ({ reviewId }) => `mutation { decideLegacyRefund(id: ${q(reviewId)}, isApproved: false, decision: "不予退还") }`,
  ),
  'Query.coordinationRequest': about(
    ({ coordinationId }) => `{ coordinationRequest(id: ${q(coordinationId)}) { id } }`,
  ),
  'Query.coordinationRequests': about(
    ({ division }) => `{ coordinationRequests(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.myCoordinationRequests': ofNobody('{ myCoordinationRequests { id } }'),
  'Query.coordinationResponseRates': ofNobody(
    '{ coordinationResponseRates(from: "2026-01", until: "2026-12") { within } }',
  ),
  'Mutation.answerCoordination': onRequest((id) => `answerCoordination(id: ${id}, outcome: NOT_FOUND) { id }`),
  'Mutation.returnCoordination': onRequest((id) => `returnCoordination(id: ${id}, reason: "不属于本地") { id }`),
  'Mutation.askCoordinationAgain': onRequest((id) => `askCoordinationAgain(id: ${id}, reason: "补充说明") { id }`),
  'Mutation.handOverCoordination': onRequest((id) => `handOverCoordination(id: ${id}, reason: "已迁往外地") { id }`),
  'Mutation.acceptCoordination': onRequest((id) => `acceptCoordination(id: ${id}) { id }`),
  'Mutation.declineCoordination': onRequest((id) => `declineCoordination(id: ${id}, reason: "不属于本地") { id }`),
  'Query.flows': about(
    ({ division }) =>
      `{ flows(division: ${q(division)}, from: "2023-01-01", until: "2026-01-01", leastMonths: 0) { nodes { total ages { count } } } }`,
  ),
  'Query.closedFlows': about(
    ({ division }) => `{ closedFlows(division: ${q(division)}, month: "2026-03") { nodes { total } } }`,
  ),
  'Query.closedFlowExport': about(
    ({ division }) => `{ closedFlowExport(division: ${q(division)}, month: "2026-03") { csv } }`,
  ),
  'Query.flowCorrections': about(
    ({ division }) => `{ flowCorrections(division: ${q(division)}) { nodes { lines { cell } } } }`,
  ),
  'Query.statedFlows': about(({ division }) => `{ statedFlows(division: ${q(division)}) { nodes { oursTotal } } }`),
  'Query.flowRuns': ofNobody('{ flowRuns { stage } }'),
  'Query.flowMonths': ofNobody('{ flowMonths { month isIntact } }'),
  'Query.publishedFlows': ofNobody('{ publishedFlows(division: "34", month: "2026-03") { nodes { total } } }'),
  'Query.publishedFlowExport': ofNobody('{ publishedFlowExport(division: "34", month: "2026-03") { csv } }'),
  'Query.publishedFlowCorrections': ofNobody('{ publishedFlowCorrections(division: "34") { nodes { id } } }'),
  'Query.migrantParameters': ofNobody('{ migrantParameters(division: "34") { name } }'),
  'Query.myRecord': ofNobody('{ myRecord { id } }'),
  'Query.exportMyRecord': about(({ residentId }) => `{ exportMyRecord(id: ${q(residentId)}) { version } }`),
  'Query.ownRequests': about(({ division }) => `{ ownRequests(first: 1, division: ${q(division)}) { nodes { id } } }`),
  'Query.retentionClasses': ofNobody('{ retentionClasses(division: "34") { name } }'),
  'Query.retentionCertificates': ofNobody('{ retentionCertificates { id } }'),
  'Mutation.askAboutMyRecord': about(
    ({ residentId }) =>
      `mutation { askAboutMyRecord(id: ${q(residentId)}, kind: OBJECTION, wish: "试一试异议") { id } }`,
  ),
  'Mutation.withdrawOwnRequest': about(
    ({ ownRequestId }) => `mutation { withdrawOwnRequest(id: ${q(ownRequestId)}) { id } }`,
  ),
  'Mutation.answerOwnRequest': about(
    ({ ownRequestId }) =>
      `mutation { answerOwnRequest(id: ${q(ownRequestId)}, isGranted: true, answer: "试一试答复") { id } }`,
  ),
  'Mutation.holdRecord': about(
    ({ residentId }, n) =>
      `mutation { holdRecord(resident: ${q(residentId)}, reason: SUIT, reference: "h-${n}") { id } }`,
  ),
  'Mutation.liftHold': about(({ holdId }) => `mutation { liftHold(id: ${q(holdId)}) { id } }`),
  'Query.myResidence': ofNobody('{ myResidence { id } }'),
  'Query.resident': about(({ residentId }) => `{ resident(id: ${q(residentId)}) { id } }`),
  'Query.residentByNumber': about(({ childNumber }) => `{ residentByNumber(idNumber: ${q(childNumber)}) { id } }`),
  'Query.residents': about(
    ({ division }) => `{ residents(first: 1, division: ${q(division)}) { nodes { resident { id } } } }`,
  ),
  'Query.residentsBetween': about(
    ({ division }) =>
      `{ residentsBetween(first: 1, division: ${q(division)}, from: "2025-01-01", until: "2025-02-01") { nodes { spans { answer } } } }`,
  ),
  'Mutation.correctResidence': about(
    ({ residenceId, division }, n) =>
      `mutation { correctResidence(reference: "c-${n}", period: ${q(residenceId)}, reason: "试", stay: ${stayAt(division)}) { isNew } }`,
  ),
  'Mutation.endResidence': about(
    ({ residentId, division }, n) =>
      `mutation { endResidence(reference: "e-${n}", resident: ${q(residentId)}, placeCode: ${q(division)}, on: "2001") { isNew } }`,
  ),
  'Mutation.noteOwnResidence': about(
    ({ childId, division }, n) =>
      `mutation { noteOwnResidence(reference: "o-${n}", person: ${q(childId)}, stay: ${stayAt(division)}) { isNew } }`,
  ),
  'Mutation.notePermit': about(
    ({ childNumber, division }, n) =>
      `mutation { notePermit(noticeNo: "p-${n}", name: "示例", idNumber: ${q(childNumber)}, stay: ${stayAt(division)}) { isNew } }`,
  ),
  'Mutation.noteResidence': about(
    ({ childNumber, division }, n) =>
      `mutation { noteResidence(reference: "n-${n}", name: "示例", idNumber: ${q(childNumber)}, basis: DECLARED, stay: ${stayAt(division)}) { isNew } }`,
  ),
  'Mutation.settleResidence': about(
    ({ residenceId }) => `mutation { settleResidence(period: ${q(residenceId)}, holds: true, reason: "试") { id } }`,
  ),
  'Query.serviceEntitlements': ofNobody('{ serviceEntitlements(division: "340202") { id } }'),
  'Query.serviceRequest': about(({ serviceId }) => `{ serviceRequest(id: ${q(serviceId)}) { id } }`),
  'Query.serviceRequests': about(
    ({ division }) => `{ serviceRequests(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.serviceRequestExport': about(
    ({ division }) => `{ serviceRequestExport(filter: { division: ${q(division)} }) { csv } }`,
  ),
  'Query.myServiceRequests': ofNobody('{ myServiceRequests { id } }'),
  'Query.serviceAccess': ofNobody('{ serviceAccess(division: "340202") { service } }'),
  'Query.serviceAccessExport': ofNobody('{ serviceAccessExport(division: "340202") }'),
  'Query.serviceAccessDraft': about(
    ({ division }) => `{ serviceAccessDraft(division: ${q(division)}, quarter: "2026Q2") { service } }`,
  ),
  'Query.equalAccess': ofNobody('{ equalAccess(division: "340202") { programme } }'),
  'Query.equalAccessExport': ofNobody('{ equalAccessExport(division: "340202") }'),
  'Query.equalAccessDraft': about(
    ({ division }) => `{ equalAccessDraft(division: ${q(division)}, quarter: "2026Q2") { programme } }`,
  ),
  'Query.mySupportConsents': ofNobody('{ mySupportConsents { id } }'),
  'Query.supportConsents': about(
    ({ division }) => `{ supportConsents(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.supportVisits': about(
    ({ division }) => `{ supportVisits(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.complaint': about(({ complaintId }) => `{ complaint(id: ${q(complaintId)}) { id } }`),
  'Query.complaints': about(
    ({ division }) => `{ complaints(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.myComplaints': ofNobody('{ myComplaints { id } }'),
  'Query.followComplaint': ofNobody('{ followComplaint(number: "TS0", code: "0000-0000-0000") { state } }'),
  'Mutation.askForService': ofNobody(
    'mutation { askForService(clientRef: "matrix", service: "vaccination", division: "340202001", household: NEWCOMER, name: "示例") { id } }',
  ),
  'Mutation.completeServiceRequest': onService((id) => `completeServiceRequest(id: ${id})`),
  'Mutation.withdrawServiceRequest': onService((id) => `withdrawServiceRequest(id: ${id})`),
  'Mutation.resumeServiceRequest': onService((id) => `resumeServiceRequest(id: ${id})`),
  'Mutation.takeServiceRequest': onService((id) => `takeServiceRequest(id: ${id})`),
  'Mutation.tellMissing': onService((id) => `tellMissing(id: ${id}, items: ["identity-paper"])`),
  'Mutation.decideSecondServiceNotice': onService((id) => `decideSecondServiceNotice(id: ${id}, allow: true)`),
  'Mutation.serveServiceRequest': onService((id) => `serveServiceRequest(id: ${id})`),
  'Mutation.declineServiceRequest': onService((id) => `declineServiceRequest(id: ${id}, reason: "经核实不符合")`),
  'Mutation.reopenServiceRequest': onService((id) => `reopenServiceRequest(id: ${id}, reason: "重新核实")`),
  'Mutation.referServiceRequest': onService(
    (id) => `referServiceRequest(id: ${id}, to: "340202002", reason: "应由该处办理")`,
  ),
  'Mutation.answerServiceReferral': onService((id) => `answerServiceReferral(id: ${id}, accept: true)`),
  'Mutation.takeBackServiceReferral': onService((id) => `takeBackServiceReferral(id: ${id})`),
  'Mutation.consentToSupport': ofNobody(
    'mutation { consentToSupport(division: "340202001", kind: ELDER, name: "示例老人", scope: [CALL], endsOn: "2026-09-01", document: "同意书1号") { id } }',
  ),
  'Mutation.endSupport': about(({ endedIds }, n) => `mutation { endSupport(id: ${q(endedIds[n % endedIds.length])}) }`),
  'Mutation.offerSupportVisit': about(
    ({ consentId }) =>
      `mutation { offerSupportVisit(consent: ${q(consentId)}, purpose: CALL, on: "2026-05-01") { id } }`,
  ),
  'Mutation.answerSupportVisit': onVisit((id) => `answerSupportVisit(id: ${id}, accept: true)`),
  'Mutation.recordSupportVisit': onVisit((id) => `recordSupportVisit(id: ${id})`),
  'Mutation.undoSupportVisit': onVisit((id) => `undoSupportVisit(id: ${id})`),
  'Mutation.cancelSupportVisit': onVisit((id) => `cancelSupportVisit(id: ${id})`),
  'Mutation.fileComplaint': ofNobody(
    'mutation { fileComplaint(kind: SERVICE, office: "340202001", told: "窗口没有人") { number } }',
  ),
  'Mutation.takeComplaint': onComplaint((id) => `takeComplaint(id: ${id})`),
  'Mutation.handComplaintOver': onComplaint((id) => `handComplaintOver(id: ${id}, to: "3402", reason: "应由市级答复")`),
  'Mutation.answerComplaintHandOver': onComplaint((id) => `answerComplaintHandOver(id: ${id}, accept: true)`),
  'Mutation.decideComplaint': onComplaint((id) => `decideComplaint(id: ${id}, uphold: true, reasons: "情况属实")`),
  'Mutation.executeComplaint': onComplaint((id) => `executeComplaint(id: ${id}, mended: "已重新办理")`),
  'Mutation.reopenComplaint': onComplaint((id) => `reopenComplaint(id: ${id}, reason: "请求复核")`),
  'Mutation.withdrawComplaint': onComplaint((id) => `withdrawComplaint(id: ${id})`),
  'Mutation.resumeComplaint': onComplaint((id) => `resumeComplaint(id: ${id})`),
  'Query.registryChecks': about(
    ({ division }) => `{ registryChecks(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.voucherFile': about(({ voucherId }) => `{ voucherFile(id: ${q(voucherId)}) { sha256 } }`),
  'Query.voucherKey': ofNobody('{ voucherKey }'),
  'Query.voucherStatusList': ofNobody('{ voucherStatusList }'),
  'Mutation.acceptBirthRegistration': onBirth((id) => `acceptBirthRegistration(id: ${id}) { id }`),
  'Mutation.answerElsewhere': about(
    ({ elsewhereId }) => `mutation { answerElsewhere(questionId: ${q(elsewhereId)}, outcome: NOT_FOUND) { id } }`,
  ),
  'Mutation.askElsewhere': onBirth((id) => `askElsewhere(id: ${id}, division: "130204") { id }`),
  'Mutation.cancelBirthRegistration': onBirth((id) => `cancelBirthRegistration(id: ${id}, note: "试") { id }`),
  'Mutation.correctBirthRegistration': onBirth(
    (id) => `correctBirthRegistration(id: ${id}, reason: "试", statement: { parties: [] }) { id }`,
  ),
  'Mutation.decideSecondNotice': onBirth((id) => `decideSecondNotice(id: ${id}, allow: true) { id }`),
  'Mutation.declareBirthNotCovered': onBirth((id) => `declareBirthNotCovered(id: ${id}, note: "试一试") { id }`),
  'Mutation.fileBirthRegistration': about(
    ({ childId, division }, n) =>
      `mutation { fileBirthRegistration(clientRef: "m${n}", division: ${q(`${division.slice(0, 6)}100`)},
        statement: { parties: [{ role: MOTHER, personId: ${q(childId)} }], expectedMonth: "2026-10" }) { id } }`,
  ),
  'Mutation.issueVoucherCredential': about(
    ({ voucherId }) => `mutation { issueVoucherCredential(id: ${q(voucherId)}) }`,
  ),
  'Mutation.keepBirthRegistration': onBirth((id) => `keepBirthRegistration(id: ${id}, note: "试一试") { id }`),
  'Mutation.recordRegisteredBirth': onBirth((id) => `recordRegisteredBirth(id: ${id}, children: []) { id }`),
  'Mutation.registerBirth': onBirth((id) => `registerBirth(id: ${id}) { id }`),
  'Mutation.returnBirthRegistration': onBirth((id) => `returnBirthRegistration(id: ${id}, items: [SIGNATURE]) { id }`),
  'Mutation.supplementBirthRegistration': onBirth(
    (id) => `supplementBirthRegistration(id: ${id}, statement: { parties: [] }) { id }`,
  ),
  'Mutation.takeOverBirthRegistration': onBirth((id) => `takeOverBirthRegistration(id: ${id}) { id }`),
  'Mutation.withdrawBirthRegistration': onBirth((id) => `withdrawBirthRegistration(id: ${id}, note: "x") { id }`),
  'Query.authorityDecisions': about(
    ({ division }) => `{ authorityDecisions(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.authorityPeriods': about(({ childId }) => `{ authorityPeriods(person: ${q(childId)}) { id } }`),
  'Query.myAuthorities': ofNobody('{ myAuthorities { id } }'),
  'Query.reimbursements': about(
    ({ division }) => `{ reimbursements(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.overpayments': about(
    ({ division }) => `{ overpayments(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.overpaymentExport': about(
    ({ division }) => `{ overpaymentExport(filter: { division: ${q(division)} }) { csv after } }`,
  ),
  'Query.myOverpayments': ofNobody('{ myOverpayments { id } }'),
  'Mutation.reportOverpayment': about(
    ({ claimId }) =>
      `mutation { reportOverpayment(report: { claim: ${q(claimId)}, ground: OFFICE_ERROR, evidence: "试4号", note: "试一试多发", fen: "1" }) { id } }`,
  ),
  'Mutation.seeOverpayment': about(
    ({ overpaid }) => `mutation { seeOverpayment(id: ${q(overpaid.reportedId)}, isOverpaid: true) { id } }`,
  ),
  'Mutation.decideMove': about(
    ({ childId }) =>
      `mutation { decideMove(person: ${q(childId)}, programme: "YEB", to: "340202", leftOn: "2026-03-01", documentNo: "试1号") { id } }`,
  ),
  'Mutation.requestCase': about(
    ({ childId }) =>
      `mutation { requestCase(person: ${q(childId)}, programme: "YEB", from: "340207000000", movedOn: "2026-03-01") { id } }`,
  ),
  'Mutation.settleReimbursement': about(
    ({ move }) => `mutation { settleReimbursement(id: ${q(move.reimbursementId)}, documentNo: "试2号") { id } }`,
  ),
  'Mutation.takeMoveBack': about(
    ({ move }) => `mutation { takeMoveBack(id: ${q(move.decisionId)}, documentNo: "试3号") { id } }`,
  ),
  'Query.claim': about(({ claimId }) => `{ claim(id: ${q(claimId)}) { id } }`),
  'Query.claims': about(
    ({ division }) => `{ claims(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.division': ofNobody('{ division(code: "340203") { code } }'),
  'Query.divisions': ofNobody('{ divisions(parent: "340203") { code } }'),
  'Query.divisionSubtree': ofNobody('{ divisionSubtree(code: "340203", asOf: "2026-01-01") { code } }'),
  'Query.duplicates': about(
    ({ division }) => `{ duplicates(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.duplicatesOf': about(({ childId }) => `{ duplicatesOf(id: ${q(childId)}) { score } }`),
  'Query.explain': about(({ childNumber }) => `{ explain(number: ${q(childNumber)}) }`),
  'Query.findDuplicates': about(
    ({ childNumber, division }) =>
      `{ findDuplicates(person: { idNumber: ${q(childNumber)}, division: ${q(division)} }) { score } }`,
  ),
  'Query.household': about(({ householdId }) => `{ household(id: ${q(householdId)}) { id } }`),
  'Query.households': about(
    ({ division }) => `{ households(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.importBatch': ofNobody('{ importBatch(id: "00000000-0000-4000-8000-000000000000") { id } }'),
  'Query.importBatches': ofNobody('{ importBatches(first: 1) { nodes { id } } }'),
  'Query.instructions': about(
    ({ division }) => `{ instructions(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.ledgerBalances': ofNobody('{ ledgerBalances(first: 1) { nodes { code } } }'),
  'Query.certificates': about(
    ({ division }) => `{ certificates(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.myCertificates': ofNobody('{ myCertificates { id } }'),
  'Query.verifyCertificate': ofNobody('{ verifyCertificate(number: "M0", code: "00000-00000") }'),
  'Query.myNewbornMatters': ofNobody('{ myNewbornMatters { id } }'),
  'Query.newbornMatter': about(({ caseNo }) => `{ newbornMatter(caseNo: ${q(caseNo)}) { id } }`),
  'Query.newbornMatters': about(
    ({ division }) => `{ newbornMatters(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.newbornOffer': ofNobody('{ newbornOffer(division: "340202") { items { item } } }'),
  'Query.newbornWorklist': about(
    ({ division }) => `{ newbornWorklist(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.myClaims': ofNobody('{ myClaims { id } }'),
  'Query.myFamily': ofNobody('{ myFamily { id } }'),
  'Query.openRegistryEvents': ofNobody('{ openRegistryEvents { eventId } }'),
  'Query.paymentBatch': about(({ batchId }) => `{ paymentBatch(id: ${q(batchId)}) { id } }`),
  'Query.paymentBatches': about(
    ({ division }) => `{ paymentBatches(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.person': about(({ childId }) => `{ person(id: ${q(childId)}) { id } }`),
  'Query.persons': about(
    ({ division }) => `{ persons(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.plannedRuns': about(({ division }) => `{ plannedRuns(division: ${q(division)}) { id } }`),
  'Query.programmes': ofNobody('{ programmes { code } }'),
  'Query.qualityCounts': about(({ division }) => `{ qualityCounts(division: ${q(division)}) { kind } }`),
  'Query.qualityExport': about(({ division }) => `{ qualityExport(filter: { division: ${q(division)} }) { csv } }`),
  'Query.qualityFindings': about(
    ({ division }) => `{ qualityFindings(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.qualityKinds': ofNobody('{ qualityKinds { code } }'),
  'Query.qualityMonths': about(({ division }) => `{ qualityMonths(division: ${q(division)}) { rate } }`),
  'Query.reconciliation': about(({ batchId }) => `{ reconciliation(batchId: ${q(batchId)}) { isReconciled } }`),
  'Query.refusedAnswers': ofNobody('{ refusedAnswers { id } }'),
  'Query.comparisonLines': about(({ comparisonId }) => `{ comparisonLines(id: ${q(comparisonId)}) { id } }`),
  'Query.registryComparisons': about(
    ({ division }) => `{ registryComparisons(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.registryConnection': about(({ division }) => `{ registryConnection(division: ${q(division)}) { waiting } }`),
  'Query.registryNominations': about(({ division }) => `{ registryNominations(division: ${q(division)}) { id } }`),
  'Query.registryQuestions': about(
    ({ division }) => `{ registryQuestions(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.peers': about(({ division }) => `{ peers(division: ${q(division)}) { others { code } } }`),
  'Query.peerMessages': about(
    ({ division }) => `{ peerMessages(first: 1, filter: { division: ${q(division)} }) { nodes { id } } }`,
  ),
  'Query.peerRefusals': ofNobody('{ peerRefusals(first: 1) { nodes { id } } }'),
  'Query.setAsideReplies': about(
    ({ division }) => `{ setAsideReplies(first: 1, division: ${q(division)}) { nodes { id } } }`,
  ),
  'Query.releasedFunds': about(
    ({ division }) => `{ releasedFunds(programme: "YEB", county: ${q(division)}, year: 2026) { level } }`,
  ),
  'Query.repairAccounts': about(({ repairs }) => `{ repairAccounts(caseId: ${q(repairs.at(-1))}) { id } }`),
  'Query.threeWay': ofNobody('{ threeWay { list { totalFen } } }'),
  'Query.worklist': about(({ division }) => `{ worklist(first: 1, division: ${q(division)}) { nodes { id } } }`),
  'Query.worklistByReason': about(({ division }) => `{ worklistByReason(division: ${q(division)}) { reason } }`),
  'Mutation.changeHead': about(
    ({ householdId }) =>
      `mutation { changeHead(household: ${q(householdId)}, relations: [{ person: "00000000-0000-4000-8000-000000000000", relation: "02" }], on: "2026-03-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.closeFact': about(
    ({ factId }) => `mutation { closeFact(id: ${q(factId)}, on: "1900-01-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.confirmRight': about(
    ({ findingId }) => `mutation { confirmRight(id: ${q(findingId)}, reason: "户口簿已查看") { id } }`,
  ),
  'Mutation.correctPerson': about(({ childId }) => `mutation { correctPerson(id: ${q(childId)}, ${EVIDENCE}) { id } }`),
  'Mutation.fileUnder': about(
    ({ householdId, division }) =>
      `mutation { fileUnder(households: [${q(householdId)}], division: ${q(division)}, reason: "拆分方案") }`,
  ),
  'Mutation.foundHousehold': ofNobody(
    `mutation { foundHousehold(household: { householdNo: "9", division: "340202" }, members: [], on: "2026-03-01", ${EVIDENCE}) { change { id } } }`,
  ),
  'Mutation.investigateFact': about(
    ({ disputedId }) => `mutation { investigateFact(id: ${q(disputedId)}, ${EVIDENCE}) { id } }`,
  ),
  'Mutation.markNotSame': about(
    ({ pairId }) => `mutation { markNotSame(id: ${q(pairId)}, reason: "户口簿已查看") { id } }`,
  ),
  'Mutation.mergeHouseholds': about(
    ({ householdId }) =>
      `mutation { mergeHouseholds(from: ${q(householdId)}, into: ${q(householdId)}, on: "2026-03-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.mergePersons': about(
    ({ childId }) => `mutation { mergePersons(from: ${q(childId)}, into: ${q(childId)}, ${EVIDENCE}) { id } }`,
  ),
  'Mutation.moveOut': about(
    ({ childId }) => `mutation { moveOut(persons: [${q(childId)}], on: "1800-01-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.moveToHousehold': about(
    ({ childId, householdId }) =>
      `mutation { moveToHousehold(household: ${q(householdId)}, members: [{ person: ${q(childId)}, relation: "xx" }], on: "2026-03-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.recordDeath': about(
    ({ childId }) => `mutation { recordDeath(id: ${q(childId)}, on: "1900-01-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.recordKinship': about(
    ({ childId }) =>
      `mutation { recordKinship(child: ${q(childId)}, elders: [{ person: ${q(childId)}, kind: BIRTH_MOTHER }], ${EVIDENCE}) { id } }`,
  ),
  'Mutation.recordMarriage': about(
    ({ childId }) =>
      `mutation { recordMarriage(id: ${q(childId)}, spouse: ${q(childId)}, from: "2026-01-01", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.recordPaper': about(
    ({ childId }) =>
      `mutation { recordPaper(id: ${q(childId)}, kind: PASSPORT, number: "E12345678", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.refreshQuality': ofNobody('mutation { refreshQuality { opened } }'),
  'Mutation.settleRegistryCheck': about(
    ({ checkId }) => `mutation { settleRegistryCheck(id: ${q(checkId)}, note: "已当面查看") { id } }`,
  ),
  'Mutation.registerNewborn': about(
    ({ childId }) =>
      `mutation { registerNewborn(sex: FEMALE, born: "2015-01-01", mother: ${q(childId)}, division: "340202", ${EVIDENCE}) { id } }`,
  ),
  'Mutation.reverseDeath': about(({ childId }) => `mutation { reverseDeath(id: ${q(childId)}, ${EVIDENCE}) { id } }`),
  'Mutation.settleFact': about(
    ({ factId }) => `mutation { settleFact(id: ${q(factId)}, holds: true, ${EVIDENCE}) { id } }`,
  ),
  'Mutation.splitHousehold': about(
    ({ childId, householdId }) =>
      `mutation { splitHousehold(from: ${q(householdId)}, household: { householdNo: "9", division: "340202" }, members: [{ person: ${q(childId)}, relation: "20" }], on: "2026-03-01", ${EVIDENCE}) { change { id } } }`,
  ),
  'Mutation.splitPerson': about(
    ({ childId, factId }) =>
      `mutation { splitPerson(id: ${q(childId)}, facts: [${q(factId)}], name: " ", sex: MALE, ${EVIDENCE}) { change { id } } }`,
  ),
  'Mutation.takeBackNotSame': about(
    ({ pairId }) => `mutation { takeBackNotSame(id: ${q(pairId)}, reason: "重新核对") { id } }`,
  ),
  'Mutation.undoChange': about(
    ({ changeId }) => `mutation { undoChange(id: ${q(changeId)}, reason: "试一试") { id } }`,
  ),
  'Mutation.withdrawFact': about(({ factId }) => `mutation { withdrawFact(id: ${q(factId)}, ${EVIDENCE}) { id } }`),
  'Mutation.approveBatch': about(
    ({ batchId }) => `mutation { approveBatch(id: ${q(batchId)}, contentHash: "00") { approvals } }`,
  ),
  'Mutation.cancelBatch': about(({ batchId }) => `mutation { cancelBatch(id: ${q(batchId)}, reason: "试") { id } }`),
  'Mutation.cancelCertificate': about(
    ({ certificateId }) =>
      `mutation { cancelCertificate(id: ${q(certificateId)}, wishedBy: [FATHER], document: "申请书1号") { id } }`,
  ),
  'Mutation.giveUpCertificate': about(
    ({ certificateId }) => `mutation { giveUpCertificate(id: ${q(certificateId)}) { id } }`,
  ),
  'Mutation.keepCertificate': about(
    ({ certificateId }) => `mutation { keepCertificate(id: ${q(certificateId)}) { id } }`,
  ),
  'Mutation.replaceCertificate': about(
    ({ childId }) =>
      `mutation { replaceCertificate(holder: ${q(childId)}, childBorn: "2008-01-01", reason: "原证遗失") { id } }`,
  ),
  'Mutation.chooseNewbornItems': about(
    ({ matterId }) => `mutation { chooseNewbornItems(id: ${q(matterId)}, items: [VACCINATION_CARD]) { id } }`,
  ),
  'Mutation.settleNewbornItem': about(
    ({ parts }) => `mutation { settleNewbornItem(id: ${q(parts[0])}, word: DONE) { id } }`,
  ),
  'Mutation.withdrawNewbornItem': about(({ parts }) => `mutation { withdrawNewbornItem(id: ${q(parts[1])}) { id } }`),
  // What nobody could have meant is refused before anybody is looked for.
  'Mutation.notifyBirth': ofNobody(
    'mutation { notifyBirth(notice: { reference: "x", born: "2026-03-30", sex: MALE, mother: { name: "某", number: "1" } }) { caseNo } }',
  ),
  'Mutation.openNewbornMatter': ofNobody(
    'mutation { openNewbornMatter(application: { born: "2026-03-30", sex: MALE, mother: { name: "某", number: "1" } }) { id } }',
  ),
  'Mutation.startNewbornMatter': ofNobody(
    'mutation { startNewbornMatter(application: { born: "2026-03-30", sex: MALE, mother: { name: "某", number: "1" } }) { id } }',
  ),
  'Mutation.compareBatch': about(
    ({ division, childNumber }) =>
      `mutation { compareBatch(input: { purpose: YEARLY_CHECK, legalBasis: "方案第三条", division: ${q(division)}, lines: [{ name: "某", idNumber: ${q(childNumber)} }] }) { id } }`,
  ),
  'Mutation.endNomination': about(
    ({ nominationId }) => `mutation { endNomination(id: ${q(nominationId)}, lastDay: "2027-01-01") { id } }`,
  ),
  'Mutation.nominateClerk': about(
    ({ division, applicantNumber }, n) =>
      `mutation { nominateClerk(input: { officer: "clerk-${n}", name: "某", idNumber: ${q(applicantNumber)}, unitCode: "340202WJ", unitName: "卫健委", division: ${q(division)}, from: "2026-04-01" }) { id } }`,
  ),
  'Mutation.retryPeerMessage': about(
    ({ peerMessageId }) => `mutation { retryPeerMessage(id: ${q(peerMessageId)}) { id } }`,
  ),
  'Mutation.giveUpPeerMessage': about(
    ({ peerMessageId }) => `mutation { giveUpPeerMessage(id: ${q(peerMessageId)}, note: "已电话告知对方") { id } }`,
  ),
  'Mutation.settleSetAside': about(
    ({ setAsideId }) => `mutation { settleSetAside(id: ${q(setAsideId)}, note: "已与登记机关核对") { id } }`,
  ),
  'Mutation.verifyPerson': about(
    ({ division, childNumber }) =>
      `mutation { verifyPerson(input: { name: "某", idNumber: ${q(childNumber)}, purpose: SUBSIDY_CLAIM, legalBasis: "方案第三条", division: ${q(division)} }) { outcome } }`,
  ),
  'Mutation.confirmClaims': about(
    ({ division }) => `mutation { confirmClaims(programme: "YEB", division: ${q(division)}) { count } }`,
  ),
  'Mutation.holdRun': about(({ runId }) => `mutation { holdRun(id: ${q(runId)}, reason: "试一试") { id } }`),
  'Mutation.prepareBatch': about(
    ({ division }) =>
      `mutation { prepareBatch(programme: "YEB", division: ${q(division)}, period: "2026Q2") { heldWithoutAccount } }`,
  ),
  'Mutation.reconcileBatch': about(({ batchId }) => `mutation { reconcileBatch(id: ${q(batchId)}) { isReconciled } }`),
  'Mutation.releaseRun': about(({ runId }) => `mutation { releaseRun(id: ${q(runId)}) { id } }`),
  'Mutation.repairAccount': about(
    ({ repairs }, n) => `mutation { repairAccount(caseId: ${q(repairs[n % 7])}) { id } }`,
  ),
  'Mutation.resolveCase': about(
    ({ questionId }) => `mutation { resolveCase(id: ${q(questionId)}, decision: CHECK_AGAIN) { id } }`,
  ),
  'Mutation.revealIdNumber': about(
    ({ childId, claimId }) =>
      `mutation { revealIdNumber(id: ${q(childId)}, reason: "核对户口簿", caseRef: ${q(claimId)}) { left } }`,
  ),
  'Mutation.reviewClaims': about(
    ({ division }) => `mutation { reviewClaims(programme: "YEB", division: ${q(division)}) { count } }`,
  ),
  'Mutation.ruleContradiction': about(
    ({ contradiction }) =>
      `mutation { ruleContradiction(caseId: ${q(contradiction)}, truth: SETTLED, note: "已电话核实") { id } }`,
  ),
  'Mutation.withdrawClaim': about(({ claimId }) => `mutation { withdrawClaim(id: ${q(claimId)}) { id } }`),
};

const DENIED = new Set(['NOT_SIGNED_IN', 'NOT_PERMITTED']);
/** What somebody hears who asks about what does not exist, or lies outside their division: the same for both. */
const ABSENT = new Set([
  'OUTSIDE_DIVISION',
  'BATCH_UNKNOWN',
  'BIRTH_REGISTRATION_UNKNOWN',
  'VOUCHER_UNKNOWN',
  'COORDINATION_UNKNOWN',
  'ELSEWHERE_QUESTION_UNKNOWN',
  'REGISTRY_CHECK_UNKNOWN',
  'CALENDAR_UNKNOWN',
  'CASE_UNKNOWN',
  'NO_OPEN_CASE',
  'CLAIM_UNKNOWN',
  'MOVE_DECISION_UNKNOWN',
  'MOVE_NOTHING_TO_CARRY',
  'OVERPAYMENT_OF_UNKNOWN_CLAIM',
  'OVERPAYMENT_UNKNOWN',
  'REIMBURSEMENT_UNKNOWN',
  'PERSON_UNKNOWN',
  'PERSONS_UNKNOWN',
  'HOUSEHOLD_UNKNOWN',
  'FACT_UNKNOWN',
  'CHANGE_UNKNOWN',
  'DUPLICATE_UNKNOWN',
  'QUALITY_FINDING_UNKNOWN',
  'NOTHING_TO_EXPLAIN',
  'REFERENCE_NOT_FOUND',
  'NEWBORN_MATTER_UNKNOWN',
  'NEWBORN_ITEM_UNKNOWN',
  'CERTIFICATE_UNKNOWN',
  'CERTIFICATE_NEVER_ISSUED',
  'COMPARISON_UNKNOWN',
  'NOMINATION_UNKNOWN',
  'SET_ASIDE_UNKNOWN',
  'RESIDENT_UNKNOWN',
  'RESIDENCE_PERIOD_UNKNOWN',
  'RESIDENCE_OUTSIDE_DIVISION',
  'NOTICE_NOT_OF_THE_FAMILY',
  'OWN_RECORD_NOT_YOURS',
  'OWN_REQUEST_UNKNOWN',
  'RETENTION_RESIDENT_UNKNOWN',
  'RETENTION_HOLD_UNKNOWN',
  'PEER_MESSAGE_UNKNOWN',
  'SERVICE_REQUEST_UNKNOWN',
  'SUPPORT_CONSENT_UNKNOWN',
  'SUPPORT_VISIT_UNKNOWN',
  'COMPLAINT_UNKNOWN',
  'BANK_ENTRY_ASIDE_UNKNOWN',
  'FISCAL_RECEIPT_UNKNOWN',
  'RECEIPT_DIFFERENCE_UNKNOWN',
  'RECEIPT_LOSS_UNKNOWN',
  'RECEIPT_SERIES_UNKNOWN',
  'REFUND_UNKNOWN',
  'REMITTANCE_UNKNOWN',
  'BANK_RECEIPT_UNKNOWN',
  'FEE_ACCOUNT_UNKNOWN',
  'MATCH_UNKNOWN',
  'RECEIVING_ACCOUNT_UNKNOWN',
  'PAYMENT_REQUEST_UNKNOWN',
  'RECEIVABLE_UNKNOWN',
  'DELIVERY_LETTER_UNKNOWN',
  'DELIVERY_ATTEMPT_UNKNOWN',
  'REMEDY_UNKNOWN',
  'REMEDY_NOTHING_TO_CONTEST',
  'INSTALMENT_PLAN_UNKNOWN',
  'INSTALMENT_NOTHING_OWED',
  'LEGACY_CASE_UNKNOWN',
  'LEGACY_REVIEW_UNKNOWN',
  'LETTER_UNKNOWN',
]);

const codeOf = (error: unknown): string => {
  const { code, originalError } = error as { code?: string; originalError?: unknown };
  return originalError ? codeOf(originalError) : (code ?? String(error));
};

const isEmpty = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.length === 0) || isEmptyPage(value);
const isEmptyPage = (value: unknown): boolean => {
  const nodes = (value as { nodes?: unknown[] } | null)?.nodes;
  return nodes?.length === 0;
};

async function ask(caller: Caller | undefined, source: string): Promise<Outcome> {
  const { data, errors } = await graph.ask(source, contextOf(caller));
  const codes = (errors ?? []).map(codeOf);
  if (codes.some((code) => DENIED.has(code))) return 'refused';
  if (codes.some((code) => ABSENT.has(code))) return 'nothing';
  if (codes.length > 0) return 'shown'; // A refusal that knows more than that there is nothing.
  return Object.values(data ?? {}).every(isEmpty) ? 'nothing' : 'shown';
}

const WHO: readonly (Role | undefined)[] = [undefined, ...ROLES];
const PLACES: readonly Place[] = ['own family', 'other family, same county', 'other county'];

describe('the authorisation matrix', () => {
  it('knows every operation of the schema', () => {
    const operations = listOperations(schema);
    tally.operations = operations.length;
    expect(operations.filter(({ operation }) => !OPERATIONS[operation])).toEqual([]);
    expect(Object.keys(OPERATIONS).filter((name) => !operations.some(({ operation }) => operation === name))).toEqual(
      [],
    );
  });

  it('lets each role do what its word allows, about whom it may see, and nothing else', async () => {
    const wrong: string[] = [];
    let calls = 0;
    for (const { operation, requires } of listOperations(schema)) {
      for (const role of WHO) {
        const caller = role && callerOf(role);
        for (const place of PLACES) {
          const { ask: source, isOfNobody } = OPERATIONS[operation]!;
          const outcome = await ask(caller, source(subjects[place], calls++));
          const allowed = may(caller, requires);
          const expected = !allowed
            ? ['refused']
            : isOfNobody
              ? ['shown', 'nothing']
              : sees(role, subjects[place])
                ? ['shown']
                : ['nothing'];
          tally.cells++;
          if (expected.includes(outcome)) continue;
          if (outcome === 'shown') tally.leaks++;
          wrong.push(`${operation} × ${role ?? 'nobody'} × ${place}: ${outcome}, expected ${expected.join(' or ')}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it('shows of a citizen’s own only their own', async () => {
    const source = '{ myFamily { id } myClaims { id child { id } } }';
    const { data, errors } = await graph.ask(source, contextOf(callerOf('citizen')));
    expect(errors).toBeUndefined();
    const { myFamily, myClaims } = data as unknown as {
      myFamily: { id: string }[];
      myClaims: { id: string; child: { id: string } }[];
    };
    const own = new Set(family!.persons);
    expect(myFamily.map(({ id }) => id).sort()).toEqual([...own].sort());
    expect(myFamily.map(({ id }) => id)).toContain(subjects['own family'].childId);
    expect(myClaims.length).toBeGreaterThan(0);
    expect(myClaims.filter(({ child }) => !own.has(child.id))).toEqual([]);
  });

  it('shows a debtor only what they owe themselves, and not to whose budgets it goes', async () => {
    const source = '{ myReceivables { id open statement { kind openAfter } requests { reference left } } }';
    const { data, errors } = await graph.ask(source, contextOf(callerOf('citizen')));
    expect(errors).toBeUndefined();
    const { myReceivables } = data as unknown as { myReceivables: { id: string; statement: { kind: string }[] }[] };
    const ids = myReceivables.map(({ id }) => id);
    expect(ids).toContain(subjects['own family'].receivableId);
    expect(ids).not.toContain(subjects['other family, same county'].receivableId);
    expect(ids).not.toContain(subjects['other county'].receivableId);
    const shares = await graph.ask('{ myReceivables { shares { level } } }', contextOf(callerOf('citizen')));
    expect(shares.errors?.map(codeOf)).toContain('NOT_PERMITTED');
  });

  it('shows every field to the roles of its word and to no other, of those that may be seen and of no others', async () => {
    const wrong: string[] = [];
    const fields = listFields(schema);
    tally.fields = fields.length;
    for (const { field, requires } of fields) {
      const [typeName, name] = field.split('.') as [string, string];
      for (const role of WHO) {
        const caller = role && callerOf(role);
        for (const place of PLACES) {
          const subject = subjects[place];
          const reference = referenceOf(typeName, subject);
          const outcome = await resolveField(typeName, name, reference, caller);
          const isKey = reference !== undefined && name in reference;
          const isBound = reference !== undefined && typeName !== 'Division' && !isKey;
          const expected: Outcome[] = !may(caller, requires)
            ? ['refused']
            : isBound && !reachable(typeName, role, subject)
              ? ['nothing', 'refused']
              : ['shown', 'nothing'];
          tally.cells++;
          if (expected.includes(outcome)) continue;
          if (outcome === 'shown') tally.leaks++;
          wrong.push(`${field} × ${role ?? 'nobody'} × ${place}: ${outcome}, expected ${expected.join(' or ')}`);
        }
      }
    }
    tally.unclassified = fields.filter(({ requires }) => requires === undefined).length;
    expect(tally.unclassified).toBe(0);
    expect(wrong).toEqual([]);
    expect(tally.leaks).toBe(0);
  }, 120_000);
});

/** The reference by which a type with a key is reached; undefined for types that are only reached through another. */
function referenceOf(type: string, subject: Subject): Record<string, string> | undefined {
  const ids: Record<string, string> = {
    Person: subject.childId,
    Household: subject.householdId,
    Claim: subject.claimId,
    PaymentBatch: subject.batchId,
    Instruction: subject.instructionId,
    ReviewCase: subject.questionId,
    NewbornMatter: subject.matterId,
    SubCase: subject.parts[0],
    Certificate: subject.certificateId,
    DuplicatePair: subject.pairId,
    QualityFinding: subject.findingId,
    RegistryQuestion: subject.registryQuestionId,
    BirthRegistration: subject.birthId,
    Voucher: subject.voucherId,
    CoordinationRequest: subject.coordinationId,
    Resident: subject.residentId,
    ServiceRequest: subject.serviceId,
    SupportConsent: subject.consentId,
    SupportVisit: subject.visitId,
    Complaint: subject.complaintId,
  };
  if (type === 'Division') return { code: subject.division };
  return ids[type] === undefined ? undefined : { id: ids[type] };
}

/** Batches and the list of what is to be settled are a county's, so a citizen sees none; the rest is seen with the family or the county. */
const reachable = (type: string, role: Role | undefined, subject: Subject): boolean =>
  sees(role, subject) &&
  !(
    role === 'citizen' &&
    ['PaymentBatch', 'ReviewCase', 'DuplicatePair', 'QualityFinding', 'RegistryQuestion'].includes(type)
  );

/** A row as a repository would give it out: noted as disclosed, its values undefined but ids. */
function disclosedStub(): Record<string, unknown> {
  const { childId, batchId, instructionId } = subjects['own family'];
  const row = { id: childId, batchId, instructionId, state: 'x', person: { id: childId }, division: OURS };
  return new Notes().disclose('stub', [row])[0]!;
}

/** Of what a reference names, or of a stub where the type has none. */
async function resolveField(
  type: string,
  name: string,
  reference: object | undefined,
  caller: Caller | undefined,
): Promise<Outcome> {
  const parentType = schema.getType(type) as GraphQLObjectType<object, GraphContext>;
  const field = parentType.getFields()[name]!;
  const info = { parentType, fieldName: name, schema } as unknown as GraphQLResolveInfo;
  try {
    // Resolvers run in a context of nobody's, so that only what the field itself sets counts.
    const nobody = systemContext('test', { actor: 'nobody', division: undefined });
    const value: unknown = await inContext(nobody, async () =>
      field.resolve!(reference ?? disclosedStub(), {}, contextOf(caller), info),
    );
    return value === null || value === undefined ? 'nothing' : 'shown';
  } catch (error) {
    // A stub lacks the values that some fields are computed from; of a real row nothing may be missing.
    if (reference) presentError({ message: String(error) }, error, report);
    const code = codeOf(error);
    if (DENIED.has(code)) return 'refused';
    if (ABSENT.has(code)) return 'nothing';
    return 'shown';
  }
}
