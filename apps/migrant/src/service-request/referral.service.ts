import { type Caller, covers } from '@app/access';
import { CLOCK, type Clock, type DivisionCode, divisionLevel, findDivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { refuse } from './service-request.errors';
import { ServiceRequestRepository } from './service-request.repository';
import { assertResponsible, ownedBy } from './service-request.service';
import { isOpen } from './service-request.state';
import type { ReferralRow } from './service-request.types';
import { ServiceStepService, wordsOf } from './service-step.service';

/** Handing a request over: asked by who is responsible, and only the other's acceptance moves the responsibility (首问负责). */
@Injectable()
export class ReferralService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: ServiceRequestRepository,
    private readonly steps: ServiceStepService,
  ) {}

  /** Asks another division, or an authority outside, to take it over. The deadline goes on, and so does the responsibility. */
  refer(id: string, caller: Caller, to: string, unit: string | null, reason: string): Promise<string> {
    const code = findDivisionCode(to.trim());
    if (!code || divisionLevel(code) === 'province') throw refuse.notADivision(to);
    const why = wordsOf('reason', reason, 4, 300);
    const toUnit = unit === null ? null : wordsOf('unit', unit, 2, 60);
    return this.steps.step(id, async (tx, row) => {
      assertResponsible(row, caller);
      if (row.state !== 'asked' && row.state !== 'taken') throw refuse.wrongState(row.state, ['asked', 'taken']);
      if (code === row.responsibleCode && toUnit === row.responsibleUnit) throw refuse.referralToItself();
      if (await this.waiting(tx, id)) throw refuse.referralWaits();
      const { responsibleCode: fromCode } = row;
      if (code === fromCode && toUnit === null) throw refuse.referralToItself();
      await this.requests.insertReferral(tx, {
        requestId: id,
        fromCode,
        toCode: code,
        toUnit,
        reason: why,
        at: this.clock.now(),
      });
      // An authority outside sees nothing here; its word is entered by who asked it.
      const places = toUnit === null ? { places: [...new Set([...placesOf(row), code])] } : {};
      return { kind: 'refer', to: row.state, items: [code], note: why, change: { ...ownedBy(row, caller), ...places } };
    });
  }

  /** The other's word. An acceptance moves the responsibility, and with it the owner; a no leaves both where they were. */
  answer(id: string, caller: Caller, isAccepted: boolean, note: string | null): Promise<string> {
    const said = note === null && isAccepted ? null : wordsOf('note', note ?? '', 4, 300);
    return this.steps.step(id, async (tx, row) => {
      const referral = await this.waiting(tx, id);
      if (!referral) throw refuse.referralUnknown(id);
      const by = referral.toUnit === null ? referral.toCode : referral.fromCode;
      if (!covers(caller, by as DivisionCode)) throw refuse.notAskedToAnswer(by);
      if (!isOpen(row.state)) throw refuse.wrongState(row.state, ['asked', 'incomplete', 'taken']);
      const answer = isAccepted ? 'accepted' : 'declined';
      await this.requests.answerReferral(tx, referral.id, answer, said, caller.id, this.clock.now());
      if (!isAccepted) return { kind: 'decline-referral', to: row.state, items: [referral.toCode], note: said };
      const moved = { responsibleCode: referral.toCode, responsibleUnit: referral.toUnit };
      const owner = referral.toUnit === null ? { owner: caller.id } : {};
      const places = { places: [...new Set([...placesOf(row), referral.toCode])] };
      return {
        kind: 'accept-referral',
        to: row.state,
        items: [referral.toCode],
        note: said,
        change: { ...moved, ...owner, ...places },
      };
    });
  }

  /** As long as nobody answered. */
  takeBack(id: string, caller: Caller): Promise<string> {
    return this.steps.step(id, async (tx, row) => {
      assertResponsible(row, caller);
      const referral = await this.waiting(tx, id);
      if (!referral) return undefined;
      await this.requests.answerReferral(tx, referral.id, 'taken-back', null, caller.id, this.clock.now());
      return { kind: 'take-back-referral', to: row.state, items: [referral.toCode], change: { places: placesOf(row) } };
    });
  }

  private async waiting(
    tx: Parameters<ServiceRequestRepository['referrals']>[0],
    id: string,
  ): Promise<ReferralRow | undefined> {
    return (await this.requests.referrals(tx, [id])).find(({ answer }) => answer === null);
  }
}

const placesOf = ({ firstCode, responsibleCode }: { firstCode: string; responsibleCode: string }): string[] => [
  firstCode,
  responsibleCode,
];
