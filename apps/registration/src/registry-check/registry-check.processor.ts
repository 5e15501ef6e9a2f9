import { registryAnswered, type RegistryAnswered } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { askRegistry } from './registry-check.jobs';
import { RegistryCheckService } from './registry-check.service';

/** Asking the exchange, and what it tells. */
@Injectable()
export class RegistryCheckProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(checks: RegistryCheckService) {
    // Asked again under the same reference it is the same question, so it needs no inbox row for its effect.
    const ask: JobHandler<{ check: string }> = { job: askRegistry, handle: ({ check }) => checks.ask(check) };
    const hear: JobHandler<RegistryAnswered> = {
      job: registryAnswered.registration,
      handle: (payload, delivery) => checks.hear(payload, delivery),
    };
    this.handlers = [ask, hear];
  }
}
