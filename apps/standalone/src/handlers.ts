import type { JobHandler, Payload } from '@app/jobs';
import type { INestApplicationContext } from '@nestjs/common';
import { pullFacts } from '../../subsidy/src/fact/fact.jobs';
import { FactService } from '../../subsidy/src/fact/fact.service';

/** What the subsidy app does when it is told something. */
export function jobHandlers(app: INestApplicationContext): JobHandler<Payload>[] {
  const facts = app.get(FactService, { strict: false });
  // Pulling is repeatable at any point, so it needs no inbox row of its own effect.
  const pull: JobHandler<{ feed: string }> = { job: pullFacts, handle: async () => void (await facts.pull()) };
  return [pull as JobHandler<Payload>];
}
