import { registrationChanged } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { FactService } from './fact.service';

/** The register tells that it changed. */
@Injectable()
export class FactProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(facts: FactService) {
    // Repeatable at any point, so it needs no inbox row for its effect.
    const pull: JobHandler<{ feed: string }> = {
      job: registrationChanged,
      handle: async () => void (await facts.pull()),
    };
    this.handlers = [pull];
  }
}
