import type { Tx } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { BirthRegistrationRepository } from './birth-registration.repository';
import { ServiceText } from './birth-registration.rules';

/** What the text of a place says today. */
@Injectable()
export class ServiceTextService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly registrations: BirthRegistrationRepository,
  ) {}

  async of(tx: Tx, division: string): Promise<ServiceText> {
    return new ServiceText(await this.registrations.parameters(tx), division, this.clock.today());
  }
}
