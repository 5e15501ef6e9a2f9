import type { Caller } from '@app/access';
import { askedDivision } from '@app/access';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import {
  type AccessLine,
  countAccess,
  daysOf,
  findQuarter,
  type Household,
  HOUSEHOLDS,
  isCorrection,
  quarterEndedBy,
  type QuarterText,
  VIEW_HEAD,
  viewCells,
  viewOf,
} from '@app/figures';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, day, type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import { csvLine } from '@app/tables';
import { NEWCOMERS, type Newcomers } from '@app/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { refuse } from './equal-access.errors';
import { freezeEqualAccess } from './equal-access.jobs';
import { accessRateOn } from './equal-access.rates';
import { EqualAccessRepository } from './equal-access.repository';
import { isNewcomer } from './equal-access.rules';
import type { EqualAccess, Published, WaitingClaim } from './equal-access.types';

interface Counted {
  readonly programme: string;
  readonly county: DivisionCode;
  readonly lines: readonly AccessLine[];
}

/** How far back published quarters are looked at again when a new one is frozen. */
const QUARTERS_CORRECTED = 4;
const SHOWN_MOST = 200;
const EXPORTED_MOST = 5_000;
/** Persons in one question to migrant. */
const ASKED_AT_ONCE = 1_000;

/** Newcomers beside locals, programme by programme: counted, frozen by quarter, corrected by lines, published by nobody's leave. */
@Injectable()
export class EqualAccessService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly access: EqualAccessRepository,
    @Inject(NEWCOMERS) private readonly newcomers: Newcomers,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('equal-access', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, freezeEqualAccess, [{ bell: 'minute' }])),
    );
  }

  /** Freezes the quarter that is due, once, and looks with it whether earlier ones are to be corrected. */
  async freezeDue(): Promise<{ frozen: number; corrected: number }> {
    const today = this.clock.today();
    const due = quarterEndedBy(today, accessRateOn(today).freezeDays);
    const none = { frozen: 0, corrected: 0 };
    if (await this.database.read((read) => this.access.isFrozen(read, due))) return none;
    // Migrant is asked before anything is locked: no app waits for another inside a transaction.
    const counted: { readonly quarter: QuarterText; readonly all: readonly Counted[] }[] = [];
    for (let n = 0, quarter = due; n <= QUARTERS_CORRECTED; n++, quarter = quarterEndedBy(daysOf(quarter).from, 0)) {
      counted.push({ quarter, all: await this.count('', quarter, (county) => county) });
    }
    return this.database.write(async (tx) => {
      await this.access.lock(tx, due);
      if (await this.access.isFrozen(tx, due)) return none;
      const made = { frozen: 0, corrected: 0 };
      for (const { quarter, all } of counted) await this.freeze(tx, quarter, all, made);
      failpoint('equal-access.freeze');
      return made;
    });
  }

  /** What is published, for everybody. */
  async published(division: string, programme: string | null, quarter: string | null): Promise<EqualAccess[]> {
    return (await this.read(division, programme, quarter, SHOWN_MOST)).map(shownOf);
  }

  /** The same as a file. */
  async export(division: string, quarter: string | null): Promise<string> {
    const published = await this.read(division, null, quarter, EXPORTED_MOST);
    const lines = published.flatMap((one) =>
      viewCells(viewOf(one.lines), one.correction).map((cells) =>
        csvLine([one.quarter, one.divisionCode, one.programme, ...cells]),
      ),
    );
    return [csvLine(['quarter', 'division', 'programme', ...VIEW_HEAD]), ...lines, ''].join('\n');
  }

  /** What a quarter comes to so far in an officer's own division; small cells are left out here as well. */
  async draft(caller: Caller, division: string | null, quarter: string): Promise<EqualAccess[]> {
    const asked = quarterOf(quarter);
    const code = askedDivision(caller, division);
    const counted = await this.count(divisionPrefix(code), asked, () => code);
    return counted.map(({ programme, county, lines }) => ({
      programme,
      divisionCode: county,
      quarter: asked,
      correction: null,
      frozenAt: null,
      ...viewOf(lines),
    }));
  }

  private read(
    division: string,
    programme: string | null,
    quarter: string | null,
    limit: number,
  ): Promise<Published[]> {
    const code = findDivisionCode(division.trim());
    if (!code) throw refuse.notADivision(division);
    const of = quarter === null ? null : quarterOf(quarter);
    return this.database.read((read) =>
      this.access.published(read, { prefix: divisionPrefix(code).slice(0, 6), programme, quarter: of, limit }),
    );
  }

  private async freeze(
    tx: Tx,
    quarter: QuarterText,
    all: readonly Counted[],
    made: { frozen: number; corrected: number },
  ): Promise<void> {
    const before = await this.access.published(tx, { prefix: '', programme: null, quarter, limit: EXPORTED_MOST });
    const at = this.clock.now();
    for (const { programme, county, lines } of all) {
      const known = before.filter((one) => one.programme === programme && one.divisionCode === county).at(-1);
      if (known && !isCorrection(known.lines, lines)) continue;
      const correction = known ? known.correction + 1 : 0;
      for (const line of lines) await this.access.insert(tx, { programme, county, quarter, correction, line, at });
      made[known ? 'corrected' : 'frozen']++;
    }
  }

  private async count(
    prefix: string,
    quarter: QuarterText,
    placeOf: (county: DivisionCode) => DivisionCode,
  ): Promise<Counted[]> {
    const { from, until } = daysOf(quarter);
    const [decided, waiting] = await this.database.read(async (read) => [
      await this.access.decided(read, prefix, from, until),
      await this.access.waiting(read, prefix, until),
    ]);
    const households = await this.householdsOf([...decided, ...waiting]);
    const keys = new Set([...decided, ...waiting].map((one) => `${placeOf(one.county)}|${one.programme}`));
    return [...keys].sort().map((key) => {
      const [county, programme] = key.split('|') as [DivisionCode, string];
      const isOf = (one: WaitingClaim) => placeOf(one.county) === county && one.programme === programme;
      const cases = decided.filter(isOf).map((one) => ({ ...one, household: households.get(one)! }));
      const lines: AccessLine[] = HOUSEHOLDS.map((household) => ({
        ...countAccess(household, cases),
        waiting: waiting.filter((one) => isOf(one) && households.get(one) === household).length,
      }));
      return { programme, county, lines };
    });
  }

  /** Migrant is asked about the children of a month at a time; what it says is counted and forgotten. */
  private async householdsOf(claims: readonly WaitingClaim[]): Promise<Map<WaitingClaim, Household>> {
    const elsewhere = new Set<WaitingClaim>();
    const months = Map.groupBy(claims, ({ submittedOn }) => submittedOn.slice(0, 7));
    for (const [month, ofMonth] of months) {
      const persons = [...new Set(ofMonth.flatMap(({ personId }) => (personId === null ? [] : [personId])))];
      const standing = new Set<string>();
      for (let i = 0; i < persons.length; i += ASKED_AT_ONCE) {
        const found = await this.newcomers.standing(persons.slice(i, i + ASKED_AT_ONCE), day(`${month}-01`));
        for (const one of found) standing.add(one);
      }
      for (const claim of ofMonth) if (claim.personId !== null && standing.has(claim.personId)) elsewhere.add(claim);
    }
    return new Map(
      claims.map((claim) => {
        const isElsewhere = elsewhere.has(claim);
        const { newcomerMonths } = accessRateOn(claim.submittedOn);
        return [claim, isNewcomer({ ...claim, isElsewhere }, newcomerMonths) ? 'newcomer' : 'local'];
      }),
    );
  }
}

const shownOf = ({ lines, ...published }: Published): EqualAccess => ({ ...published, ...viewOf(lines) });

function quarterOf(quarter: string): QuarterText {
  const found = findQuarter(quarter);
  if (!found) throw refuse.notAQuarter(quarter);
  return found;
}
