import { type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { ReimbursementService } from '../reimbursement/reimbursement.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { followMoves } from './portability.jobs';
import { PortabilityRepository } from './portability.repository';
import { readMove, type RegisteredMove } from './portability.rules';
import type { DecisionView } from './portability.types';
import { type Entitlement, SwitchingService } from './switching.service';

const MOVES_MAX = 500;
const BY_REGISTER = { basis: 'register', actor: 'system:portability' } as const;

/** Follows what the register says of moves: clear ones by itself, anything contradictory waits for a person. */
@Injectable()
export class FollowingService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly portability: PortabilityRepository,
    private readonly switching: SwitchingService,
    private readonly reimbursements: ReimbursementService,
  ) {}

  /** Plans the bell; many rings are one look. */
  ring(): Promise<void> {
    return inContext(systemContext('portability', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, followMoves, [{ bell: 'minute' }])),
    );
  }

  /** Looks at everybody whose registration moved, one transaction each; then at money whose fate was not known. */
  async followAll(): Promise<void> {
    for (let found = MOVES_MAX; found === MOVES_MAX;) {
      const moved = await this.database.read((read) => this.portability.moved(read, MOVES_MAX));
      for (const personId of moved) await this.database.write((tx) => this.look(tx, personId));
      found = moved.length;
    }
    await this.reimbursements.catchUp();
  }

  /** What became of one person's registration; repeating it changes nothing. */
  private async look(tx: Tx, personId: string): Promise<void> {
    const now = await this.portability.registered(tx, personId);
    for (const entitlement of now ? await this.switching.entitlements(tx, personId) : []) {
      await this.read(tx, now!, entitlement);
    }
    await this.portability.looked(tx, personId);
  }

  private async read(tx: Tx, now: RegisteredMove, entitlement: Entitlement): Promise<void> {
    const responsible = this.switching.responsible(entitlement);
    const { programme, last } = entitlement;
    const text = await this.switching.text(tx, programme, this.clock.today());
    if (text.value('follows', { county: now.county, isElsewhere: false }) !== 'hukou') return;
    const reading = readMove(now, responsible, last ? lastOf(last) : null, this.clock.today());
    if (reading.is === 'back') return void (await this.switching.takeBack(tx, entitlement, last!, BY_REGISTER));
    if (reading.is === 'clear') {
      const from = this.placeOf(
        entitlement,
        responsible.find((county) => county !== now.county)!,
      );
      const move = { from, to: { county: now.county, isElsewhere: false }, leftOn: reading.leftOn };
      await this.switching.follow(tx, entitlement, move, BY_REGISTER);
    }
    if (reading.is === 'unclear') await this.ask(tx, entitlement, now, reading.doubt);
  }

  private placeOf({ standing }: Entitlement, county: string) {
    return standing.find(({ place }) => place.county === county)?.place ?? { county, isElsewhere: false };
  }

  /** About the claim that is furthest from being over. Nothing is held: whoever was asked first stays responsible. */
  private async ask(tx: Tx, entitlement: Entitlement, now: RegisteredMove, doubt: string): Promise<void> {
    const claim = entitlement.claims.find(({ hasMoney }) => !hasMoney) ?? entitlement.claims.at(-1);
    if (!claim) return;
    const facts = { doubt, county: now.county, movedInOn: now.movedInOn, movedOutOn: now.movedOutOn };
    await this.portability.ask(tx, claim.id, 'MOVE_UNCLEAR', facts, this.clock.now());
  }
}

const lastOf = ({ fromCounty, toCounty, leftOn }: DecisionView) => ({ from: fromCounty, to: toCounty, leftOn });
