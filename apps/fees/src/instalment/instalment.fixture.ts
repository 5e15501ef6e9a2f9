import { randomUUID } from 'node:crypto';
import type { Caller } from '@app/access';
import { inContext, systemContext } from '@app/database';
import { Outbox } from '@app/jobs';
import { day, type DivisionCode, type Fen } from '@app/kernel';
import { Vault } from '@app/vault';
import { ConsentRepository } from '../delivery/consent.repository';
import { ConsentService } from '../delivery/consent.service';
import { DeliveryRepository } from '../delivery/delivery.repository';
import { DeliveryService } from '../delivery/delivery.service';
import { LetterRepository } from '../letter/letter.repository';
import { LetterService } from '../letter/letter.service';
import { ParameterRepository } from '../parameter/parameter.repository';
import { ParameterService } from '../parameter/parameter.service';
import type { PaymentRequest } from '../payment-request/payment-request.types';
import { type CollectingCounty, COUNTY, createCollectingCounty } from '../receivable/receivable.fixture';
import type { CutReason, ReceivableStanding } from '../receivable/receivable.types';
import { RemedyRepository } from '../remedy/remedy.repository';
import { RemedyService } from '../remedy/remedy.service';
import { RemedyStepService } from '../remedy/remedy-step.service';
import { RemedyTermsService } from '../remedy/remedy-terms.service';
import { InstalmentBellService } from './instalment-bell.service';
import { InstalmentLetterService } from './instalment-letter.service';
import { InstalmentRuleService } from './instalment-rule.service';
import { InstalmentRepository } from './instalment.repository';
import { InstalmentService } from './instalment.service';
import type { EarlyHow, InstalmentRow, PlanRow, Proposal } from './instalment.types';
import { KeepingService } from './keeping.service';
import { ProposalService } from './proposal.service';

const KEY = Buffer.alloc(32, 7);

export const officer = (id: string): Caller => ({
  id,
  name: '王五',
  roles: ['county-confirmer'],
  division: COUNTY as DivisionCode,
});
export const DEBTOR: Caller = {
  id: 'citizen-1',
  name: '张三',
  roles: ['citizen'],
  division: COUNTY as DivisionCode,
  family: { key: KEY.toString('hex'), persons: [] },
};

/** A case with something to pay, and everybody who has a part in its plans. */
export interface PayingCase {
  readonly caseId: string;
  readonly receivableId: string;
}

export interface InstalmentCounty extends CollectingCounty {
  readonly vault: Vault;
  readonly bell: InstalmentBellService;
  readonly keeping: KeepingService;
  readonly plans: InstalmentService;
  readonly remedies: RemedyService;
  readonly steps: RemedyStepService;
  readonly letterService: LetterService;
  case(fen: Fen): Promise<PayingCase>;
  propose(caller: Caller, caseId: string, more?: Partial<Omit<Proposal, 'caseId'>>): Promise<string>;
  agree(caller: Caller, id: string, evidence?: string | null): Promise<string>;
  decline(caller: Caller, id: string): Promise<string>;
  withdraw(caller: Caller, id: string): Promise<string>;
  early(caller: Caller, id: string, fen: Fen | null, how: EarlyHow): Promise<string>;
  /** Money on a request, or on the receivable without one; heard of at once. */
  pay(one: PayingCase, requestId: string | null, fen: Fen): Promise<void>;
  cut(one: PayingCase, fen: Fen, reason: CutReason): Promise<void>;
  suspend(one: PayingCase): Promise<void>;
  resume(one: PayingCase): Promise<void>;
  plan(id: string): Promise<PlanRow>;
  plansOf(one: PayingCase): Promise<PlanRow[]>;
  parts(planId: string): Promise<InstalmentRow[]>;
  standing(one: PayingCase): Promise<ReceivableStanding>;
  /** Requests that still ask for something. */
  asking(one: PayingCase): Promise<PaymentRequest[]>;
  letters(planId: string): Promise<string[]>;
}

/** Work as the guard has it: a citizen with their own rows and no division, an officer with their county's. */
export const as = <T>(caller: Caller, work: () => Promise<T>): Promise<T> =>
  inContext(
    systemContext('test', {
      actor: caller.id,
      division: caller.family ? undefined : caller.division,
      family: caller.family,
    }),
    work,
  );

export async function createInstalmentCounty(): Promise<InstalmentCounty> {
  const county = await createCollectingCounty();
  const { database, clock, service: receivables, requests } = county;
  const vault = new Vault(Buffer.alloc(32, 1));
  const repository = new InstalmentRepository();
  const parameters = new ParameterService(database, clock, new ParameterRepository());
  const rules = new InstalmentRuleService(parameters);
  const letterService = new LetterService(database, clock, new LetterRepository());
  const letters = new InstalmentLetterService(clock, letterService, parameters);
  const keeping = new KeepingService(clock, repository, receivables, requests, rules, letters);
  const plans = new InstalmentService(database, clock, repository, rules, keeping, requests);
  const proposals = new ProposalService(
    database,
    clock,
    vault,
    repository,
    receivables,
    requests,
    rules,
    keeping,
    letters,
  );
  const outbox = new Outbox('fees');
  const consents = new ConsentService(database, clock, new ConsentRepository(), letterService, parameters);
  const deliveries = new DeliveryService(
    database,
    outbox,
    clock,
    new DeliveryRepository(),
    consents,
    letterService,
    parameters,
  );
  const remedyRows = new RemedyRepository();
  const terms = new RemedyTermsService(clock, remedyRows, deliveries, parameters);
  const remedies = new RemedyService(database, clock, vault, remedyRows, terms, letterService);
  const steps = new RemedyStepService(database, outbox, clock, remedyRows, terms, letterService);
  const bell = new InstalmentBellService(database, outbox, clock, repository, keeping, remedies);
  const held = (one: PayingCase, work: 'suspend' | 'resume') =>
    database.write(async (tx) => keeping[work](tx, (await keeping.hold(tx, one.receivableId))!));
  return {
    ...{ ...county, vault, bell, keeping, plans, remedies, steps, letterService },
    case: async (fen) => {
      const caseId = randomUUID();
      return { caseId, receivableId: await county.open(fen, { matterId: caseId, debtor: { name: '张三', key: KEY } }) };
    },
    propose: (caller, caseId, more = {}) =>
      as(caller, () =>
        proposals.propose(
          {
            caseId,
            terms: { months: 12, monthlyFen: null, firstOn: day('2026-05-08'), pause: null },
            declaration: null,
            note: null,
            forDebtor: false,
            ...more,
          },
          caller,
        ),
      ),
    agree: (caller, id, evidence = null) => as(caller, () => proposals.agree(id, evidence, caller)),
    decline: (caller, id) => as(caller, () => proposals.decline(id, '每期金额太高', caller)),
    withdraw: (caller, id) => as(caller, () => proposals.withdraw(id, caller)),
    early: (caller, id, fen, how) => as(caller, () => plans.settleEarly(id, fen, how, caller)),
    pay: async (one, requestId, fen) => {
      const receipt = await county.receipt(fen);
      await database.write((tx) => receivables.satisfy(tx, one.receivableId, requestId, receipt, fen));
      await plans.hear(one.receivableId);
    },
    cut: async (one, fen, reason) => {
      await database.write((tx) => receivables.cut(tx, one.receivableId, fen, reason, '复议决定变更金额'));
      await plans.hear(one.receivableId);
    },
    suspend: (one) => held(one, 'suspend'),
    resume: (one) => held(one, 'resume'),
    plan: (id) => plans.get(id),
    plansOf: async (one) => (await plans.ofCase(one.caseId)).toReversed(),
    parts: (planId) => plans.instalments([planId]),
    standing: async (one) => (await database.read((read) => receivables.standing(read, [one.receivableId])))[0]!,
    asking: async (one) =>
      (await plans.requestsOf([one.receivableId])).filter(({ state }) => state === 'open' || state === 'part'),
    letters: async (planId) => (await letterService.about([planId])).map(({ kind }) => kind),
  };
}
