import type { Enrolment, Enrolments } from '@app/contracts';
import type { Database } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { EnrolmentRepository } from './enrolment.repository';
import { enrolmentsOf } from './enrolment.rules';

/** Who is paid here, for the exchange to answer other installations from. Apart from asking them, as the exchange does both. */
@Injectable()
export class PaidHereService implements Enrolments {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly enrolments: EnrolmentRepository,
  ) {}

  of(personId: string): Promise<readonly Enrolment[]> {
    return this.database.read(async (read) => {
      const years = await this.enrolments.paidYears(read, personId);
      read.disclose('enrolment', years, () => personId);
      return enrolmentsOf(years, this.clock.today());
    });
  }
}
