import {
  DIVISION_SUCCESSIONS,
  type DivisionSuccessions,
  PERSON_IDENTITIES,
  type PersonIdentities,
  PERSONS_FEED,
  type RegisteredPerson,
  REGISTRATION_FEED,
  type RegistrationFeed,
} from '@app/contracts';
import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { ResidentService } from '../resident/resident.service';
import { ResidenceRepository } from './residence.repository';
import { ResidenceService } from './residence.service';

const PAGE = 2_000;
const MOVED_OUT = 8;

/** Changes are held back while an older transaction is open in the register; look again in a moment. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/**
 * What the register says of residents who are on record here: where their registration is, that they died, that two records
 * are one person. Nobody else is copied.
 */
@Injectable()
export class ResidentFeedService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRATION_FEED) private readonly feed: RegistrationFeed,
    @Inject(DIVISION_SUCCESSIONS) private readonly divisions: DivisionSuccessions,
    @Inject(PERSON_IDENTITIES) private readonly identities: PersonIdentities,
    private readonly residents: ResidentService,
    private readonly service: ResidenceService,
    private readonly residences: ResidenceRepository,
  ) {}

  /** Pulls every change up to now, each page and its position in one transaction. Returns how many residents it was about. */
  async pull(): Promise<number> {
    const { successions } = await this.divisions.all();
    await this.database.write((tx) => this.residences.copySuccessions(tx, successions));
    let told = 0;
    for (let caughtUp = false; !caughtUp;) {
      const position = await this.database.read((read) => this.residences.position(read, PERSONS_FEED));
      const page = await this.feed.page(position, PAGE);
      caughtUp = page.caughtUp;
      if (page.persons.length === 0 && !caughtUp) await pause();
      failpoint('residents.page');
      await this.database.write(async (tx) => {
        await this.residences.lockFeed(tx, PERSONS_FEED);
        if ((await this.residences.position(tx, PERSONS_FEED)) !== position) return; // Another puller took this page.
        told += await this.takeIn(tx, page.persons);
        await this.residences.savePosition(tx, PERSONS_FEED, page.next);
      });
    }
    return told;
  }

  private async takeIn(tx: Tx, persons: readonly RegisteredPerson[]): Promise<number> {
    const live = persons.filter(({ mergedInto }) => mergedInto === null);
    await this.residents.linkByKeys(
      tx,
      live.flatMap(({ id, idNumberKey, idNumberShared }) =>
        idNumberKey === null || idNumberShared ? [] : [[idNumberKey, id] as const],
      ),
    );
    for (const { id, mergedInto } of persons) if (mergedInto !== null) await this.follow(tx, id, mergedInto);

    const known = await this.residents.byPersons(
      tx,
      live.map(({ id }) => id),
    );
    const byId = new Map(live.map((person) => [person.id, person]));
    for (const resident of known) {
      const person = byId.get(resident.personId!)!;
      await this.takeOrigin(tx, resident.id, person);
      await this.service.takeDeath(tx, resident, person.died);
      tx.concern('resident', [resident.id]);
    }
    return known.length;
  }

  /** A record lives on in another one: so does whoever was known by it. */
  private async follow(tx: Tx, from: string, into: string): Promise<void> {
    const [merged, survivor] = [
      await this.residents.findByPerson(tx, from),
      await this.residents.findByPerson(tx, into),
    ];
    if (!merged) return;
    if (survivor) await this.service.join(tx, merged.id, survivor.id);
    else await this.residents.passOn(tx, from, into);
  }

  private async takeOrigin(tx: Tx, residentId: string, person: RegisteredPerson): Promise<void> {
    const at = this.clock.now();
    if (person.status === MOVED_OUT) {
      await this.residents.endOrigin(tx, residentId, person.movedOutOn ?? this.clock.today(), at);
      return;
    }
    const { divisionCode, movedInOn } = person;
    const origin = { divisionCode, from: movedInOn, basis: 'registry' as const, sourceRef: null };
    await this.residents.takeOrigin(tx, residentId, origin, at);
  }

  /** Finds the person of the register whom a resident is, by name and number; nobody where the register has none. */
  async link(residentId: string): Promise<void> {
    const stated = await this.database.read((read) => this.residents.statedIdentity(read, residentId));
    if (!stated) return;
    const found = await this.identities.find({ ...stated, birthCertificateNo: null }, `resident:${residentId}`);
    if (!found) return;
    await this.database.write(async (tx) => {
      const other = await this.residents.findByPerson(tx, found.personId);
      if (other && other.id !== residentId) return this.service.join(tx, residentId, other.id);
      await this.residents.lock(tx, [residentId]);
      await this.residents.linkPerson(tx, residentId, found.personId);
      const { divisionCode } = found;
      const origin = { divisionCode, from: null, basis: 'registry' as const, sourceRef: null };
      await this.residents.takeOrigin(tx, residentId, origin, this.clock.now());
      tx.concern('resident', [residentId]);
    });
  }
}
