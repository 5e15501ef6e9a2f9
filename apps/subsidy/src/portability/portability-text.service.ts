import type { Database } from '@app/database';
import type { Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { SUBSIDY_DATABASE } from '../subsidy.tokens';
import { PortabilityRepository } from './portability.repository';
import { MoveText } from './portability.rules';

/** What the texts of a day say about people who move. */
@Injectable()
export class PortabilityTextService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    private readonly portability: PortabilityRepository,
  ) {}

  of(programme: string, on: Day): Promise<MoveText> {
    return this.database.read(async (read) => new MoveText(await this.portability.parameters(read), programme, on));
  }
}
