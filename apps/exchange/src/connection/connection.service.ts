import { askedDivision, type Caller } from '@app/access';
import type { Database } from '@app/database';
import { CLOCK, type Clock, divisionPrefix } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { LineService } from '../household-registry/line.service';
import { NominationService } from '../nomination/nomination.service';
import { ParameterService } from '../parameter/parameter.service';
import { isOpen, nextOpening } from '../parameter/working-time.rules';
import { QuestionService } from '../question/question.service';
import { RegistryEventService } from '../registry-event/registry-event.service';
import { SetAsideService } from '../set-aside/set-aside.service';
import type { ConnectionState } from './connection.types';

/** How the connection to the household registry is doing: for whoever wonders why an answer does not come. */
@Injectable()
export class ConnectionService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly line: LineService,
    private readonly parameters: ParameterService,
    private readonly nominations: NominationService,
    private readonly questions: QuestionService,
    private readonly setAside: SetAsideService,
    private readonly events: RegistryEventService,
  ) {}

  async state(caller: Caller, division: string | null | undefined): Promise<ConnectionState> {
    const code = askedDivision(caller, division);
    const prefix = divisionPrefix(code);
    const feed = await this.events.state();
    return this.database.read(async (read) => {
      const [now, today] = [this.clock.now(), this.clock.today()];
      const terms = await this.parameters.registryTerms(read, code, today);
      const hours = this.parameters.hours(terms);
      const line = await this.line.latest(read);
      const unit = await this.nominations.findUnit(read, code, today);
      const { waiting, since } = await this.questions.backlog(read, prefix);
      return {
        line: (line?.state ?? 'closed').replace('-', '_').toUpperCase() as ConnectionState['line'],
        lineSince: line?.at ?? null,
        isOpenNow: isOpen(now, hours),
        opensAt: nextOpening(now, hours),
        quota: terms.dailyQuota,
        quotaLeft: unit ? Math.max(0, terms.dailyQuota - (await this.questions.quotaUsed(read, unit))) : null,
        waiting,
        waitingSince: since,
        setAside: await this.setAside.countOpen(read, prefix),
        events: feed.count,
        lastEventAt: feed.lastEventAt,
        pulledAt: feed.pulledAt,
      };
    });
  }
}
