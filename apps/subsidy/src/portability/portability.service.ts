import type { Database } from '@app/database';
import { CLOCK, type Clock, countyOf, type Day, divisionLevel, findDivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { refuse } from './portability.errors';
import { PortabilityRepository } from './portability.repository';
import type { AuthorityPeriodView, CarriedClaim, DecisionView, MoveBasis, Place } from './portability.types';
import { type Entitlement, SwitchingService } from './switching.service';

export interface DecideMove {
  readonly personId: string;
  readonly programme: string;
  readonly to: string;
  readonly isElsewhere: boolean;
  readonly leftOn: Day;
  readonly documentNo: string;
  readonly note?: string;
  readonly actor: string;
  /** Leading digits of the divisions the officer works for. */
  readonly within: string;
}

export interface TakeBack {
  readonly id: string;
  readonly documentNo: string;
  readonly note?: string;
  readonly actor: string;
}

/** What officers decide about moves that are not clear by themselves, and what anybody may see of where somebody is served. */
@Injectable()
export class PortabilityService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly portability: PortabilityRepository,
    private readonly switching: SwitchingService,
  ) {}

  /** An officer of one of the two places follows a move by a document. */
  async decide(command: DecideMove): Promise<DecisionView> {
    const code = findDivisionCode(command.to);
    if (!code || divisionLevel(code) !== 'county') throw refuse.notAPlace(command.to);
    if (command.documentNo.trim() === '') throw refuse.documentMissing();
    if (command.leftOn > this.clock.today()) throw refuse.dayAhead(command.leftOn);
    const to: Place = { county: countyOf(code), isElsewhere: command.isElsewhere };
    const id = await this.database.write((tx) =>
      tx.across('a move concerns two places', async () => {
        const all = await this.switching.entitlements(tx, command.personId);
        const entitlement = this.entitlement(all, command.programme, command.personId);
        const own = command.within.slice(0, 6);
        const now = await this.portability.registered(tx, command.personId);
        const isRegistered = to.isElsewhere || now?.county === to.county;
        const isOurs = this.switching.responsible(entitlement).some((county) => county.startsWith(own));
        const isToUs = isRegistered && !to.isElsewhere && to.county.startsWith(own);
        // Of what is no concern of theirs an officer hears the same as of what does not exist.
        if (!isOurs && !isToUs) throw refuse.nothingToCarry(command.personId);
        const from = this.fromOf(entitlement, to);
        if (!isRegistered) throw refuse.notRegisteredThere(to.county);

        const move = { from, to, leftOn: command.leftOn };
        const made = await this.switching.follow(tx, entitlement, move, basisOf(command));
        if (made === null) throw refuse.nothingChanges();
        return made;
      }),
    );
    return this.decision(id);
  }

  /** A move that was reported wrongly is followed back; the first decision stays as it was made. */
  async takeBack(command: TakeBack): Promise<DecisionView> {
    if (command.documentNo.trim() === '') throw refuse.documentMissing();
    const id = await this.database.write(async (tx) => {
      const [undone] = await this.portability.decisionsByIds(tx, [command.id]);
      if (!undone?.personId) throw refuse.decisionUnknown(command.id);
      const { personId, programme } = undone;
      return tx.across('a move concerns two places', async () => {
        const all = await this.switching.entitlements(tx, personId);
        const entitlement = this.entitlement(all, programme, personId);
        if (entitlement.last?.id !== undone.id) throw refuse.notTheLast(undone.id);
        return this.switching.takeBack(tx, entitlement, undone, basisOf(command));
      });
    });
    return this.decision(id);
  }

  ofPerson(personId: string): Promise<AuthorityPeriodView[]> {
    return this.database.read(async (read) =>
      read.disclose('authority_period', await this.portability.ofPerson(read, personId)),
    );
  }

  /** A citizen's own and their children's: who is responsible for what, as it stands. */
  ofFamily(): Promise<AuthorityPeriodView[]> {
    return this.database.read(async (read) =>
      read.disclose('authority_period', await this.portability.standingOfFamily(read)),
    );
  }

  decisions(
    filter: { prefix: string; programme: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<DecisionView[]> {
    return this.database.read(async (read) => {
      const rows = await this.portability.decisions(read, filter, after, limit);
      read.disclose('authority_decision', rows.slice(0, limit - 1));
      return rows;
    });
  }

  periodsOf(decisionIds: readonly string[]): Promise<AuthorityPeriodView[]> {
    return this.database.read(async (read) =>
      read.disclose('authority_period', await this.portability.periodsOf(read, decisionIds)),
    );
  }

  carried(decisionIds: readonly string[]): Promise<CarriedClaim[]> {
    return this.database.read((read) => this.portability.carried(read, decisionIds));
  }

  private decision(id: string): Promise<DecisionView> {
    return this.database.read(async (read) => {
      const rows = await this.portability.decisionsByIds(read, [id]);
      return read.disclose('authority_decision', rows)[0]!;
    });
  }

  private entitlement(all: readonly Entitlement[], programme: string, personId: string): Entitlement {
    const found = all.find((one) => one.programme === programme);
    if (!found) throw refuse.nothingToCarry(personId);
    return found;
  }

  private fromOf(entitlement: Entitlement, to: Place): Place {
    const others = this.switching.responsible(entitlement).filter((county) => county !== to.county);
    if (others.length !== 1) throw refuse.placesDisagree(others);
    const standing = entitlement.standing.find(({ place }) => place.county === others[0]);
    return standing?.place ?? { county: others[0]!, isElsewhere: false };
  }
}

const basisOf = ({ actor, documentNo, note }: { actor: string; documentNo: string; note?: string }): MoveBasis => ({
  basis: 'officer',
  actor,
  documentNo,
  note,
});
