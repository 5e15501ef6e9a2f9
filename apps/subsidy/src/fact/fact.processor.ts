import { certificateEnded, registrationChanged } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { CertificateService } from './certificate.service';
import { FactService } from './fact.service';

/** The register tells that it changed, or that a certificate ended. */
@Injectable()
export class FactProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(facts: FactService, certificates: CertificateService) {
    // Repeatable at any point, so it needs no inbox row for its effect.
    const pull: JobHandler<{ feed: string }> = {
      job: registrationChanged,
      handle: async () => void (await facts.pull()),
    };
    const ended: JobHandler<{ certificate: string }> = {
      job: certificateEnded,
      handle: ({ certificate }, delivery) => certificates.end(certificate, delivery),
    };
    this.handlers = [pull, ended];
  }
}
