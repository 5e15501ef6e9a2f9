import type { Caller } from '@app/access';
import { askedDivision } from '@app/access';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import {
  type AccessLine,
  countAccess,
  daysOf,
  findQuarter,
  HOUSEHOLDS,
  isCorrection,
  quarterEndedBy,
  type QuarterText,
  VIEW_HEAD,
  viewCells,
  viewOf,
} from '@app/figures';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import { csvLine } from '@app/tables';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './service-access.errors';
import { freezeServiceAccess } from './service-access.jobs';
import { ServiceAccessRepository } from './service-access.repository';
import type { Published, ServiceAccess } from './service-access.types';

/** How far back published quarters are looked at again when a new one is frozen. */
const QUARTERS_CORRECTED = 4;
const SHOWN_MOST = 200;
const EXPORTED_MOST = 5_000;

/** Newcomers beside locals, service by service: counted, frozen by quarter, corrected by lines, published by nobody's leave. */
@Injectable()
export class ServiceAccessService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly access: ServiceAccessRepository,
    private readonly parameters: ParameterService,
  ) {}

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('service-access', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, freezeServiceAccess, [{ bell: 'minute' }])),
    );
  }

  /** Freezes the quarter that is due, once, and looks with it whether earlier ones are to be corrected. */
  freezeDue(): Promise<{ frozen: number; corrected: number }> {
    return this.database.write(async (tx) => {
      const today = this.clock.today();
      const days = await this.parameters.whole(tx, 'access.freeze-days', '', today);
      let quarter = quarterEndedBy(today, days);
      const counted = { frozen: 0, corrected: 0 };
      await this.access.lock(tx, quarter);
      if (await this.access.isFrozen(tx, quarter)) return counted;
      for (let n = 0; n <= QUARTERS_CORRECTED; n++) {
        await this.freeze(tx, quarter, counted);
        quarter = quarterEndedBy(daysOf(quarter).from, 0);
      }
      failpoint('service-access.freeze');
      return counted;
    });
  }

  /** What is published, for everybody. */
  async published(division: string, service: string | null, quarter: string | null): Promise<ServiceAccess[]> {
    return (await this.read(division, service, quarter, SHOWN_MOST)).map(shownOf);
  }

  /** The same as a file. */
  async export(division: string, quarter: string | null): Promise<string> {
    const published = await this.read(division, null, quarter, EXPORTED_MOST);
    const lines = published.flatMap((one) =>
      viewCells(viewOf(one.lines), one.correction).map((cells) =>
        csvLine([one.quarter, one.divisionCode, one.service, ...cells]),
      ),
    );
    return [csvLine(['quarter', 'division', 'service', ...VIEW_HEAD]), ...lines, ''].join('\n');
  }

  /** What a quarter comes to so far in an officer's own division; small cells are left out here as well. */
  draft(caller: Caller, division: string | null, quarter: string): Promise<ServiceAccess[]> {
    const asked = quarterOf(quarter);
    const code = askedDivision(caller, division);
    return this.database.read(async (read) => {
      const counted = await this.count(read, divisionPrefix(code), asked, () => code);
      return counted.map(({ service, county, lines }) => ({
        service,
        divisionCode: county,
        quarter: asked,
        correction: null,
        frozenAt: null,
        ...viewOf(lines),
      }));
    });
  }

  private read(division: string, service: string | null, quarter: string | null, limit: number): Promise<Published[]> {
    const code = findDivisionCode(division.trim());
    if (!code) throw refuse.notADivision(division);
    const of = quarter === null ? null : quarterOf(quarter);
    return this.database.read((read) =>
      this.access.published(read, { prefix: divisionPrefix(code).slice(0, 6), service, quarter: of, limit }),
    );
  }

  private async freeze(tx: Tx, quarter: QuarterText, counted: { frozen: number; corrected: number }): Promise<void> {
    const before = await this.access.published(tx, { prefix: '', service: null, quarter, limit: EXPORTED_MOST });
    const at = this.clock.now();
    for (const { service, county, lines } of await this.count(tx, '', quarter, (code) => code)) {
      const known = before.filter((one) => one.service === service && one.divisionCode === county).at(-1);
      if (known && !isCorrection(known.lines, lines)) continue;
      const correction = known ? known.correction + 1 : 0;
      for (const line of lines) await this.access.insert(tx, { service, county, quarter, correction, line, at });
      counted[known ? 'corrected' : 'frozen']++;
    }
  }

  private async count(read: Tx, prefix: string, quarter: QuarterText, placeOf: (county: DivisionCode) => DivisionCode) {
    const { from, until } = daysOf(quarter);
    const decided = await this.access.decided(read, prefix, from, until);
    const waiting = await this.access.waiting(read, prefix, until);
    const keys = new Map([...decided, ...waiting].map((one) => [`${placeOf(one.county)}|${one.service}`, one]));
    return [...keys]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key]) => {
        const [county, service] = key.split('|') as [DivisionCode, string];
        const isOf = (one: { county: DivisionCode; service: string }) =>
          placeOf(one.county) === county && one.service === service;
        const lines: AccessLine[] = HOUSEHOLDS.map((household) => ({
          ...countAccess(household, decided.filter(isOf)),
          waiting: waiting
            .filter((one) => isOf(one) && one.household === household)
            .reduce((sum, one) => sum + one.waiting, 0),
        }));
        return { service, county, lines };
      });
  }
}

const shownOf = ({ lines, ...published }: Published): ServiceAccess => ({ ...published, ...viewOf(lines) });

function quarterOf(quarter: string): QuarterText {
  const found = findQuarter(quarter);
  if (!found) throw refuse.notAQuarter(quarter);
  return found;
}
