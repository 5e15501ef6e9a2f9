import type { DivisionCode } from '@app/kernel';
import { type Caller, covers, assertCovers, type Role, ROLES } from './caller';
import { DEMO_USERS } from './demo-users';
import {
  authorise,
  needsStepUp,
  type Permission,
  PERMISSIONS,
  type PermissionWord,
  powersOf,
  PUBLIC,
} from './permissions';
import { requirementOf, Requires } from './requires';

const NOW = new Date('2026-04-01T12:00:00Z');

const caller = (...roles: Role[]): Caller => ({
  id: 'u1',
  name: '某人',
  roles,
  division: '340202100000' as DivisionCode,
  signIn: { at: NOW, factors: 2, client: 'c', tokenId: 't' },
});
const may = (who: Caller | undefined, word: PermissionWord): boolean => {
  try {
    authorise(who && { ...who, signIn: caller().signIn! }, word, NOW);
    return true;
  } catch {
    return false;
  }
};

describe('permissions', () => {
  it('are this table, and a change of it is seen by whoever reviews it', () => {
    const table = Object.keys(PERMISSIONS).map(
      (word) => `${word}: ${ROLES.filter((role) => may(caller(role), word as PermissionWord)).join(' ')}`,
    );
    expect(table).toEqual([
      'person.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'household.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'division.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor agency',
      'register.read: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'register.change: township-reviewer county-confirmer',
      'register.merge: county-confirmer',
      'import.read: township-reviewer county-confirmer auditor supervisor',
      'duplicate.read: township-reviewer county-confirmer auditor supervisor',
      'duplicate.settle: township-reviewer county-confirmer',
      'division.refile: county-confirmer',
      'quality.read: township-reviewer county-confirmer auditor supervisor',
      'quality.settle: township-reviewer county-confirmer',
      'person.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'person.identity: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'person.family: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'person.address: village-clerk township-reviewer county-confirmer auditor citizen',
      'household.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'birth.notify: agency',
      'newborn.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'newborn.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'newborn.parents: village-clerk township-reviewer county-confirmer auditor citizen',
      'newborn.open: village-clerk township-reviewer county-confirmer',
      'newborn.choose: village-clerk township-reviewer county-confirmer citizen',
      'newborn.settle: township-reviewer county-confirmer',
      'certificate.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'certificate.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'certificate.holders: village-clerk township-reviewer county-confirmer auditor citizen',
      'certificate.code: township-reviewer county-confirmer citizen',
      'certificate.replace: township-reviewer county-confirmer',
      'certificate.cancel: township-reviewer county-confirmer',
      'certificate.verify: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'own.certificate: citizen',
      'own.newborn: citizen',
      'person.reveal: township-reviewer county-confirmer',
      'claim.basics: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'claim.explanation: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'claim.question: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'payee.read: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'own.withdraw: citizen',
      'claim.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor',
      'claim.review: township-reviewer',
      'claim.confirm: county-confirmer',
      'claim.resolve: township-reviewer county-confirmer',
      'determination.run: county-confirmer',
      'programme.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'run.read: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor',
      'run.hold: county-confirmer finance-officer supervisor',
      'disbursement.prepare: bank-operator',
      'disbursement.approve: finance-officer',
      'disbursement.read: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor',
      'reconciliation.run: bank-operator',
      'ledger.read: finance-officer bank-operator auditor supervisor',
      'portability.read: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor',
      'portability.basics: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'portability.decide: county-confirmer',
      'reimbursement.read: county-confirmer finance-officer auditor supervisor',
      'reimbursement.settle: finance-officer',
      'overpayment.read: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor',
      'overpayment.basics: township-reviewer county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'overpayment.report: township-reviewer county-confirmer',
      'overpayment.see: county-confirmer',
      'account.repair: township-reviewer county-confirmer',
      'own.read: citizen',
      'audit.read: auditor supervisor citizen',
      'registry.read: township-reviewer county-confirmer auditor supervisor',
      'registry.verify: township-reviewer county-confirmer',
      'registry.compare: county-confirmer',
      'registry.settle: county-confirmer',
      'peer.read: township-reviewer county-confirmer auditor supervisor',
      'peer.send: county-confirmer',
      'registry.nomination: township-reviewer county-confirmer auditor supervisor',
      'registry.nominate: county-confirmer',
      'legacy-fee.read: archivist',
      'legacy-fee.case: finance-officer archivist citizen',
      'legacy-fee.figures: finance-officer auditor supervisor archivist',
      'legacy-fee.seal: archivist',
      'legacy-fee.court: archivist',
      'legacy-fee.notice: archivist',
      'legacy-fee.review: archivist',
      'legacy-fee.decide: finance-officer',
      'instalment.read: county-confirmer finance-officer auditor',
      'instalment.plan: county-confirmer finance-officer auditor citizen',
      'instalment.declared: county-confirmer citizen',
      'instalment.history: county-confirmer finance-officer auditor citizen',
      'instalment.preview: county-confirmer citizen',
      'instalment.propose: county-confirmer citizen',
      'instalment.answer: county-confirmer citizen',
      'instalment.settle: county-confirmer citizen',
      'instalment.file: county-confirmer finance-officer citizen',
      'fee-ledger.read: finance-officer auditor supervisor',
      'receivable.read: county-confirmer finance-officer',
      'receivable.case: county-confirmer finance-officer citizen',
      'receivable.shares: county-confirmer finance-officer',
      'payment-request.slip: county-confirmer finance-officer',
      'recovery.read: township-reviewer county-confirmer finance-officer auditor supervisor',
      'recovery.basics: township-reviewer county-confirmer finance-officer auditor supervisor citizen',
      'recovery.file: township-reviewer county-confirmer finance-officer auditor supervisor',
      'recovery.open: township-reviewer county-confirmer',
      'recovery.find: township-reviewer county-confirmer',
      'recovery.hear: county-confirmer',
      'recovery.decide: finance-officer',
      'recovery.remind: county-confirmer finance-officer',
      'recovery.speak: township-reviewer county-confirmer citizen',
      'letter.read: township-reviewer county-confirmer finance-officer citizen',
      'letter.basics: township-reviewer county-confirmer finance-officer auditor supervisor archivist citizen',
      'letter.verify: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'delivery.read: township-reviewer county-confirmer auditor supervisor',
      'delivery.basics: township-reviewer county-confirmer auditor supervisor citizen',
      'delivery.proof: township-reviewer county-confirmer citizen',
      'delivery.send: township-reviewer county-confirmer',
      'delivery.correct: county-confirmer',
      'own.delivery: citizen',
      'remedy.read: township-reviewer county-confirmer auditor supervisor',
      'remedy.basics: township-reviewer county-confirmer auditor supervisor citizen',
      'remedy.grounds: township-reviewer county-confirmer citizen',
      'remedy.record: township-reviewer county-confirmer',
      'remedy.decide: county-confirmer',
      'own.remedy: citizen',
      'fee-parameter.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'bank-receipt.read: finance-officer auditor',
      'bank-receipt.case: finance-officer auditor',
      'bank-receipt.figures: finance-officer auditor supervisor',
      'bank-receipt.take: finance-officer',
      'match.decide: finance-officer',
      'fiscal-receipt.read: finance-officer bank-operator auditor supervisor',
      'fiscal-receipt.case: finance-officer bank-operator auditor supervisor citizen',
      'fiscal-receipt.allot: finance-officer',
      'fiscal-receipt.handle: bank-operator',
      'refund.read: county-confirmer finance-officer bank-operator auditor supervisor',
      'refund.case: county-confirmer finance-officer bank-operator auditor supervisor citizen',
      'refund.verify: county-confirmer',
      'refund.decide: finance-officer',
      'refund.pay: bank-operator',
      'remittance.read: finance-officer bank-operator auditor supervisor',
      'remittance.prepare: bank-operator',
      'remittance.approve: finance-officer',
      'treasury-account.set: finance-officer',
      'receipt-reconciliation.read: finance-officer bank-operator auditor supervisor',
      'receipt-reconciliation.run: bank-operator',
      'receipt-reconciliation.close: finance-officer',
      'birth-registration.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'birth-registration.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'birth-registration.parties: village-clerk township-reviewer county-confirmer auditor citizen',
      'birth-registration.ask: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'birth-registration.file: village-clerk township-reviewer citizen',
      'birth-registration.withdraw: township-reviewer citizen',
      'birth-registration.handle: township-reviewer',
      'birth-registration.oversee: county-confirmer',
      'registry-check.read: township-reviewer county-confirmer auditor',
      'registry-check.settle: township-reviewer county-confirmer',
      'voucher.read: village-clerk township-reviewer county-confirmer citizen',
      'voucher.verify: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'flow.read: township-reviewer county-confirmer auditor supervisor',
      'flow.published: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'coordination.read: township-reviewer county-confirmer auditor supervisor',
      'coordination.basics: township-reviewer county-confirmer auditor supervisor citizen',
      'coordination.content: township-reviewer county-confirmer auditor citizen',
      'coordination.answer: township-reviewer county-confirmer',
      'coordination.hand-over: township-reviewer county-confirmer',
      'migrant-parameter.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'residence.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'residence.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'residence.identity: village-clerk township-reviewer county-confirmer auditor citizen',
      'residence.note: village-clerk township-reviewer county-confirmer',
      'residence.correct: village-clerk township-reviewer county-confirmer citizen',
      'residence.permit: agency',
      'residence.settle: township-reviewer county-confirmer',
      'own.residence: citizen',
      'own-record.read: citizen',
      'own-record.ask: citizen',
      'own-record.requests: township-reviewer county-confirmer auditor',
      'own-record.wish: township-reviewer county-confirmer auditor citizen',
      'own-record.answer: township-reviewer county-confirmer',
      'retention.read: township-reviewer county-confirmer auditor supervisor',
      'retention.hold: township-reviewer county-confirmer',
      'service-entitlement.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'service-request.read: village-clerk township-reviewer county-confirmer auditor supervisor',
      'service-request.basics: village-clerk township-reviewer county-confirmer auditor supervisor citizen',
      'service-request.family: village-clerk township-reviewer county-confirmer auditor citizen',
      'service-request.ask: village-clerk township-reviewer county-confirmer citizen',
      'service-request.handle: township-reviewer county-confirmer',
      'service-request.oversee: county-confirmer',
      'own.service: citizen',
      'support.read: village-clerk township-reviewer county-confirmer',
      'support.basics: village-clerk township-reviewer county-confirmer citizen',
      'support.consent: village-clerk township-reviewer county-confirmer citizen',
      'support.visit: village-clerk township-reviewer county-confirmer',
      'support.answer: village-clerk township-reviewer county-confirmer citizen',
      'complaint.file: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'complaint.follow: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'complaint.read: township-reviewer county-confirmer auditor supervisor',
      'complaint.basics: township-reviewer county-confirmer auditor supervisor citizen',
      'complaint.told: township-reviewer county-confirmer citizen',
      'complaint.handle: township-reviewer county-confirmer',
      'complaint.reopen: township-reviewer county-confirmer citizen',
      'equal-access.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor archivist citizen agency',
      'equal-access.draft: township-reviewer county-confirmer auditor supervisor',
      'worklist.read: village-clerk township-reviewer county-confirmer finance-officer bank-operator auditor supervisor',
    ]);
  });

  it.each(ROLES)('give the role %s at most one of the four powers', (role) => {
    expect(powersOf([role]).length).toBeLessThanOrEqual(1);
  });

  it('would show two powers joined in one person', () => {
    expect(powersOf(['bank-operator', 'finance-officer']).sort()).toEqual(['funds', 'payment']);
  });

  it('need no sign-in only where everyone may', () => {
    const open = Object.entries<Permission>(PERMISSIONS).filter(([, { roles }]) => roles === 'everyone');
    expect(open.map(([word]) => word)).toEqual([
      'certificate.verify',
      'programme.read',
      'letter.verify',
      'fee-parameter.read',
      'birth-registration.ask',
      'voucher.verify',
      'flow.published',
      'migrant-parameter.read',
      'service-entitlement.read',
      'complaint.file',
      'complaint.follow',
      'equal-access.read',
    ]);
    expect(() => authorise(undefined, 'programme.read')).not.toThrow();
    expect(() => authorise(undefined, PUBLIC)).not.toThrow();
  });

  it('say who is missing: a sign-in, or a role', () => {
    expect(() => authorise(undefined, 'claim.review')).toThrow(expect.objectContaining({ code: 'NOT_SIGNED_IN' }));
    expect(() => authorise(caller('auditor'), 'claim.review')).toThrow(
      expect.objectContaining({
        code: 'NOT_PERMITTED',
        facts: { permission: 'claim.review', roles: ['auditor'], needed: ['township-reviewer'] },
      }),
    );
    expect(() => authorise(caller('auditor', 'township-reviewer'), 'claim.review')).not.toThrow();
  });

  it('ask for a second factor, freshly shown, where money moves', () => {
    const words = Object.keys(PERMISSIONS) as PermissionWord[];
    expect(words.filter(needsStepUp)).toEqual([
      'disbursement.prepare',
      'disbursement.approve',
      'reconciliation.run',
      'reimbursement.settle',
      'legacy-fee.decide',
      'recovery.decide',
      'match.decide',
      'fiscal-receipt.allot',
      'fiscal-receipt.handle',
      'refund.decide',
      'refund.pay',
      'remittance.prepare',
      'remittance.approve',
      'treasury-account.set',
      'receipt-reconciliation.run',
      'receipt-reconciliation.close',
    ]);
    const officer = caller('finance-officer');
    const refused = expect.objectContaining({ code: 'STEP_UP_REQUIRED' });
    const once = { ...officer, signIn: { ...officer.signIn!, factors: 1 as const } };
    expect(() => authorise(once, 'disbursement.approve', NOW)).toThrow(refused);
    expect(() => authorise(officer, 'disbursement.approve', new Date(NOW.getTime() + 301_000))).toThrow(refused);
    expect(() => authorise(officer, 'disbursement.approve')).toThrow(refused);
    expect(() => authorise(officer, 'disbursement.approve', NOW)).not.toThrow();
    expect(() => authorise(once, 'ledger.read', NOW)).not.toThrow();
  });

  it('reach as far as the division of the caller', () => {
    expect(covers(caller('auditor'), '340202100203' as DivisionCode)).toBe(true);
    expect(covers(caller('auditor'), '340202101203' as DivisionCode)).toBe(false);
    expect(covers(caller('auditor'), '340202000000' as DivisionCode)).toBe(false);
    expect(() => assertCovers(caller('auditor'), '340203000000' as DivisionCode)).toThrow(
      expect.objectContaining({ code: 'OUTSIDE_DIVISION' }),
    );
  });

  it('can all be exercised by some demo user, a citizen or an agency', () => {
    const words = Object.keys(PERMISSIONS) as PermissionWord[];
    const somebody = [...DEMO_USERS, caller('citizen'), caller('agency')];
    expect(words.filter((word) => !somebody.some((user) => may(user, word)))).toEqual([]);
  });
});

it('@Requires belongs to the method of its own class', () => {
  class One {
    @Requires('claim.read')
    look(): void {}
  }
  class Two {
    look(): void {}
  }
  expect(requirementOf(new One(), 'look')).toBe('claim.read');
  expect(requirementOf(new Two(), 'look')).toBeUndefined();
});
