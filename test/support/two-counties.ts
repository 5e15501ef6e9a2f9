import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkCharacter, day, type DivisionCode, findDivisionCode } from '@app/kernel';
import { prepareOnce } from '@app/testing';
import { ComparisonService } from '../../apps/exchange/src/comparison/comparison.service';
import { FollowingService } from '../../apps/exchange/src/comparison/following.service';
import { NominationService } from '../../apps/exchange/src/nomination/nomination.service';
import { AskingService } from '../../apps/exchange/src/question/asking.service';
import { QuestionService } from '../../apps/exchange/src/question/question.service';
import { BirthRegistrationService } from '../../apps/registration/src/birth-registration/birth-registration.service';
import { FilingService } from '../../apps/registration/src/birth-registration/filing.service';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { BankSimulator } from '../../apps/simulator/src/bank/bank.simulator';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import { CalendarService } from '../../apps/subsidy/src/calendar/calendar.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { BankFileService } from '../../apps/subsidy/src/disbursement/bank-file.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { LEVELS } from '../../apps/subsidy/src/funding/funding.types';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { AnswerService } from '../../apps/subsidy/src/reconciliation/answer.service';
import { CourierService } from '../../apps/subsidy/src/reconciliation/courier.service';
import { ReviewService } from '../../apps/subsidy/src/review/review.service';
import { type CountyWorld, openCountyWorld } from './county-world';
import { asOfficer } from './officer';
import { parse } from './csv';

export const OURS = findDivisionCode('340202')!;
export const THEIRS = findDivisionCode('340203')!;
const TODAY = '2026-04-01';
const PEOPLE = 4_000;
const PROGRAMME = 'YEB';
const FILES = ['registry', 'findings', 'accounts', 'claims'] as const;

/** What the files of a county say, by file. */
export type CountyFiles = Readonly<Record<(typeof FILES)[number], Record<string, string>[]>>;

export interface TwoCounties extends CountyWorld {
  readonly ours: CountyFiles;
  readonly theirs: CountyFiles;
}

/**
 * One installation of two counties, each with people, claims, a paid batch, one that waits for approval, and returned money.
 * Filled once in a run, and a copy for each test file that asks.
 */
export async function openTwoCounties(): Promise<TwoCounties> {
  const prepared = await prepareOnce('two_counties', async (into) => {
    const world = await openCountyWorld(TODAY);
    try {
      await fill(world);
    } catch (error) {
      await world.close();
      throw error;
    }
    await world.keepAs(into);
  });
  const world = await openCountyWorld(TODAY, undefined, { from: prepared });
  const files = (name: string) => filesOf(path.join(world.folder, name));
  return { ...world, ours: files('ours'), theirs: files('theirs') };
}

async function fill(world: CountyWorld): Promise<void> {
  const [ours, theirs] = [path.join(world.folder, 'ours'), path.join(world.folder, 'theirs')];
  await generateCounty({ people: PEOPLE, folder: ours });
  moveCounty(ours, theirs);
  for (const folder of [ours, theirs]) await takeIn(world, folder);
  await registerBirths(world, ours);
  await registerBirths(world, theirs);
  for (const [division, place] of [
    [OURS, 'ours'],
    [THEIRS, 'theirs'],
  ] as const)
    await pay(world, division, place).then(async () => {
      await askRegistry(world, division, place);
      await speakWithOthers(world, division);
    });
}

const filesOf = (folder: string): CountyFiles =>
  Object.fromEntries(
    FILES.map((name) => [name, parse(fs.readFileSync(path.join(folder, `${name}.csv`), 'utf8'))]),
  ) as unknown as CountyFiles;

/** The same people under other numbers in the next county. */
function moveCounty(from: string, to: string): void {
  fs.mkdirSync(to);
  for (const name of FILES) {
    const text = fs.readFileSync(path.join(from, `${name}.csv`), 'utf8');
    const moved = text
      .replace(/340202(\d{11})[\dXx]/g, (_, rest: string) => `340203${rest}${checkCharacter(`340203${rest}`)}`)
      .replace(/\b340202(\d{0,6})\b/g, '340203$1')
      .replace(/\b62(\d{14,17})\b/g, '63$1')
      .replace(/\b([A-Z])34(\d{7})\b/g, '$135$2');
    const [head, ...rows] = moved.split('\n');
    const own = head!.split(',').findIndex((column) => column === 'registry_person_id' || column === 'claim_no');
    const renamed = own === 0 ? rows.map((row) => (row ? `B${row}` : row)) : rows;
    fs.writeFileSync(path.join(to, `${name}.csv`), [head, ...renamed].join('\n'));
  }
}

async function takeIn(world: CountyWorld, folder: string): Promise<void> {
  const file = (name: string) => path.join(folder, `${name}.csv`);
  await world.get(RegistryImportService).import(file('registry'));
  await world.get(FactService).pull();
  await world.get(IntakeService).importFindings(file('findings'));
  await world.get(IntakeService).importAccounts(file('accounts'));
  await world.get(IntakeService).importClaims(file('claims'), PROGRAMME);
}

/** Parents of the county's first claims register the births: each kind of row there is. */
async function registerBirths(world: CountyWorld, folder: string): Promise<void> {
  const claims = parse(fs.readFileSync(path.join(folder, 'claims.csv'), 'utf8'));
  const numbers = [...new Set(claims.map((row) => row.applicant_id_number!))].filter((no) => /^\d{17}[\dX]$/.test(no));
  const [{ code } = { code: '' }] = await world.database.admin<{ code: string }>(
    `select code from registration.division where level = 'township' and code like $1 order by code limit 1`,
    [`${numbers[0]!.slice(0, 6)}%`],
  );
  for (const [n, idNumber] of numbers.slice(0, 3).entries()) {
    await asOfficer('birth-clerk', () => registerBirth(world, idNumber, code as DivisionCode, n));
  }
}

async function registerBirth(world: CountyWorld, idNumber: string, division: DivisionCode, n: number): Promise<void> {
  const parties = [{ role: 'mother' as const, name: `示例产妇${n}`, idNumber, hukouDivision: division }];
  const commitment = {
    facts: ['NOT_REGISTERED_ELSEWHERE'],
    textVersion: '2026-01',
    signedBy: 'mother' as const,
    signedOn: day(TODAY),
  };
  const children = [{ order: 1, bornOn: day('2026-03-01'), birthCertificateNo: `Y${idNumber.slice(0, 6)}00${n}` }];
  const request = { clientRef: `${division}-${n}`, division, parties, children, commitment };
  const id = await world.get(FilingService).file(request, { id: 'birth-clerk', channel: 'counter' });
  const registrations = world.get(BirthRegistrationService);
  await registrations.register(id, 'birth-clerk');
  await registrations.askElsewhere(id, '430202');
  const [question] = await registrations.questions([id]);
  await registrations.answerElsewhere(question!.id, { outcome: 'not_found', office: null, note: null });
  await registrations.askElsewhere(id, '130204');
}

async function pay(world: CountyWorld, division: DivisionCode, place: string): Promise<void> {
  const actor = (role: string) => `${place}-${role}`;
  await world
    .get(DeterminationService)
    .determine({ programmes: ['childcare', 'ageing-rural-parents'], division, asOf: day('2026-03-31'), actor: 'test' });
  const scope = { programme: PROGRAMME, division };
  await world.get(ReviewService).review({ ...scope, actor: actor('reviewer') });
  await world.get(ReviewService).confirm({ ...scope, actor: actor('confirmer') });
  for (const level of LEVELS) {
    await world.get(FundingService).release({
      programme: PROGRAMME,
      county: division,
      year: 2026,
      level,
      amountFen: 100_000_000_00n,
      documentNo: `${place}财〔2026〕${level}`,
      releasedOn: day('2026-01-10'),
      actor: actor('treasurer'),
    });
  }
  const payments = world.get(DisbursementService);
  const maker = actor('maker');
  const { batchId } = await asOfficer(maker, () => payments.prepare({ ...scope, period: '2026Q1', actor: maker }));
  for (const officer of [actor('finance-1'), actor('finance-2')]) {
    await asOfficer(officer, () => payments.approve(batchId!, officer));
  }
  const sent = await world.get(BankFileService).send({ batchId: batchId!, folder: world.folder, format: 'pain.001' });
  const bank = await BankSimulator.open({
    folder: path.join(world.folder, `${place}-book`),
    clock: world.clock,
    behaviour: { returned: 0.2 },
  });
  for (const answer of await bank.receive(sent.path, path.join(world.folder, `${place}-answers`))) {
    await world.get(AnswerService).receive(answer);
    await refuseOnce(world, answer);
  }
  await world.get(CalendarService).plan(PROGRAMME, division, 2027);
}

/** The same answer with a byte more: refused, and noted for an officer. */
async function refuseOnce(world: CountyWorld, answer: string): Promise<void> {
  const { in: folder } = world.get(BankFileService).folders();
  fs.mkdirSync(folder, { recursive: true });
  const name = `spoilt-${path.basename(answer)}`;
  fs.writeFileSync(path.join(folder, name), fs.readFileSync(answer, 'utf8') + '\n');
  await world.get(CourierService).takeIn(name);
}

/** Two officers are named to the household registry, which is asked about a few people; two of its answers are about others. */
async function askRegistry(world: CountyWorld, division: DivisionCode, place: string): Promise<void> {
  const number = (n: number) => {
    const digits = `${division.slice(0, 6)}19850505${String(n).padStart(3, '0')}`;
    return digits + checkCharacter(digits);
  };
  const head = { id: `${place}-head`, name: '某', roles: ['county-confirmer'] as const, division };
  const unit = { unitCode: `${division.slice(0, 6)}WJ`, unitName: '卫生健康委员会', division, from: day('2026-01-01') };
  for (const n of [1, 2]) {
    const input = { ...unit, officer: `${place}-clerk-${n}`, name: '某', idNumber: number(n), isResponsible: n === 1 };
    await asOfficer(head.id, () => world.get(NominationService).nominate(head, input));
  }
  const [purpose, legalBasis] = ['register-keeping', '政务数据共享条例第二十二条'] as const;
  for (let n = 1; n <= 12; n++) {
    const { question } = await world.get(QuestionService).ask({
      asker: 'registration',
      reference: `${place}-${n}`,
      kind: 'verify',
      person: { idNumber: number(100 + n), name: '某' },
      purpose,
      legalBasis,
      divisionCode: division,
      officer: null,
    });
    world.registry.alter = (answer) =>
      n <= 2 ? { ...answer, echo: { requestId: '', idNumber: null, name: null } } : answer;
    await world.get(AskingService).ask(question);
  }
  const lines = [1, 2, 3].map((n) => ({ name: '某', idNumber: number(200 + n) }));
  const { id } = await asOfficer(head.id, () =>
    world.get(ComparisonService).submit(head, { purpose, legalBasis, lines }),
  );
  await world.get(FollowingService).follow(id);
}

/** Messages to another installation and from it, and questions to it; there is none here, so they are put where they would be. */
async function speakWithOthers(world: CountyWorld, division: DivisionCode): Promise<void> {
  for (const sql of [
    `insert into exchange.peer_outgoing (id, peer, topic, from_division, to_division, content_hash, content_sealed, kept_at, next_at)
     select gen_random_uuid(), 'elsewhere', 'coordination', $1, '610102000000', sha256('x'), '\\x01', now(), now() from generate_series(1, 3)`,
    `insert into exchange.peer_incoming (id, peer, message_id, topic, from_division, to_division, content_hash, content_sealed, taken_at)
     values (gen_random_uuid(), 'elsewhere', gen_random_uuid(), 'coordination', '610102000000', $1, sha256('x'), '\\x01', now())`,
    `with question as (
       insert into exchange.enrolment_question (id, reference, person_id, programme, period, division_code, legal_basis, asked_at, due_on)
       values (gen_random_uuid(), $1, gen_random_uuid(), 'childcare', '[2026-01-01,2027-01-01)', $1, '育儿补贴制度实施方案', now(), '2026-04-08')
       returning id)
     insert into exchange.enrolment_ask (id, question_id, peer, next_at) select gen_random_uuid(), id, 'elsewhere', now() from question`,
  ])
    await world.database.admin(sql, [division]);
}
