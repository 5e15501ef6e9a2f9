import type { Caller } from '@app/access';
import { constraintName, type Database, inContext, systemContext } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { addMonths, CLOCK, type Clock, divisionLevel, findDivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './support-visit.errors';
import { lookAtConsents } from './support-visit.jobs';
import { SupportVisitRepository } from './support-visit.repository';
import type { ConsentInput, ConsentRow } from './support-visit.types';

/** Consents: given with a scope and an end, taken back with one click, and deleted with everything they carried. */
@Injectable()
export class ConsentService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly repository: SupportVisitRepository,
    private readonly parameters: ParameterService,
  ) {}

  /** The person's own, or their guardian's for a child. At the counter a signed document stands behind it. */
  async give(input: ConsentInput, caller: Caller): Promise<string> {
    const code = findDivisionCode(input.division.trim());
    if (!code || ['province', 'city'].includes(divisionLevel(code))) throw refuse.notADivision(input.division);
    const name = wordsOf('name', input.name, 1, 50);
    const guardianName = input.guardianName === null ? null : wordsOf('guardianName', input.guardianName, 1, 50);
    if (input.scope.length === 0) throw refuse.scopeEmpty();
    const isCitizen = caller.roles.includes('citizen');
    if (isCitizen && input.personId !== null && !caller.family?.persons.includes(input.personId))
      throw refuse.notYours();
    if (input.kind === 'child' && (guardianName === null || (isCitizen && input.personId === null)))
      throw refuse.guardianNeeded();
    // Online an elder consents for themselves: by their own sign-in, and by nobody's for them.
    if (isCitizen && input.kind === 'elder' && guardianName !== null) throw refuse.notYours();
    const document = input.document === null ? null : wordsOf('document', input.document, 2, 100);
    if (!isCitizen && document === null) throw refuse.documentNeeded();
    return this.database
      .write(async (tx) => {
        const today = this.clock.today();
        const startsOn = input.startsOn ?? today;
        const months = await this.parameters.whole(tx, 'support.consent-months', code, today);
        const latest = addMonths(startsOn, months);
        if (startsOn < today || input.endsOn <= startsOn || input.endsOn > latest)
          throw refuse.daysUnusable(startsOn, latest);
        const id = await this.repository.insertConsent(tx, {
          divisionCode: code,
          personId: input.personId,
          ownKey: caller.family?.key ?? null,
          name,
          kind: input.kind,
          scope: [...new Set(input.scope)],
          givenBy: guardianName === null ? 'self' : 'guardian',
          guardianName,
          document,
          startsOn,
          endsOn: input.endsOn,
          at: this.clock.now(),
        });
        failpoint('support.consent');
        return id;
      })
      .catch((error: unknown) => {
        if (constraintName(error) === 'support_consent_is_one_at_a_time') throw refuse.consentedAlready();
        throw error;
      });
  }

  /** With one click, at any time, without a reason: it is gone, with its visits and every note. */
  end(id: string): Promise<void> {
    return this.database.write(async (tx) => {
      if (!(await this.repository.deleteConsent(tx, id))) throw refuse.consentUnknown(id);
      failpoint('support.end');
    });
  }

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('support', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtConsents, [{ bell: 'minute' }])),
    );
  }

  /** What is over is deleted like what is taken back. */
  deleteOver(): Promise<number> {
    return this.database.write((tx) => this.repository.deleteOver(tx, this.clock.today()));
  }

  own(): Promise<ConsentRow[]> {
    return this.database.read((read) => this.repository.ownConsents(read));
  }

  byIds(ids: readonly string[]): Promise<ConsentRow[]> {
    return this.database.read((read) => this.repository.consents(read, ids));
  }

  list(prefix: string, after: readonly string[] | undefined, limit: number): Promise<ConsentRow[]> {
    return this.database.read((read) => this.repository.listConsents(read, prefix, after, limit));
  }
}

/** Text of that many characters; refuses with SUPPORT_WORDING. */
export function wordsOf(field: string, text: string, least: number, most: number): string {
  const words = text.trim();
  const length = [...words].length;
  if (length < least || length > most) throw refuse.wording(field, least, most);
  return words;
}
