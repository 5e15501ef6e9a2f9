import { ENDED_CERTIFICATES, type EndedCertificates } from '@app/contracts';
import type { Database } from '@app/database';
import type { Delivery } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { CertificateRepository } from './certificate.repository';
import { FactService } from './fact.service';

/** A legacy certificate that its holders gave up: benefits that rest on it end from that day, and none before. */
@Injectable()
export class CertificateService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ENDED_CERTIFICATES) private readonly certificates: EndedCertificates,
    private readonly findings: CertificateRepository,
    private readonly facts: FactService,
  ) {}

  async end(certificate: string, delivery: Pick<Delivery, 'once'>): Promise<void> {
    const ended = await this.certificates.ended(certificate);
    if (!ended) return;
    await this.database.write(async (tx) => {
      if (!(await delivery.once(tx))) return;
      await this.findings.end(tx, ended, this.clock.now());
      await this.facts.copyFindings(tx, 'select person_key from ended_for');
    });
  }
}
