import type { Database, Read } from '@app/database';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './parameter.errors';
import { ParameterRepository } from './parameter.repository';
import type { Parameter } from './parameter.types';

const WHOLE = /^\d{1,6}$/;

/** What changes with place and time: dated rows with their sources, never constants in the code. */
@Injectable()
export class ParameterService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly parameters: ParameterRepository,
  ) {}

  /** Everything that holds in a division, with its sources. */
  list(division: string, on: Day | null): Promise<Parameter[]> {
    return this.database.read((read) => this.parameters.on(read, '', division, on ?? this.clock.today()));
  }

  /** One value, as it holds in a division on a day; refuses with FEES_PARAMETER_MISSING where there is none. */
  async text(read: Read, name: string, division: string, on: Day): Promise<string> {
    const found = (await this.parameters.on(read, name, division, on)).find((one) => one.name === name);
    if (!found) throw refuse.missing(name, on);
    return found.value;
  }

  /** One value with its source; null where no text sets it, which is an answer of its own. */
  async find(read: Read, name: string, division: string, on: Day): Promise<Parameter | null> {
    return (await this.parameters.on(read, name, division, on)).find((one) => one.name === name) ?? null;
  }

  /** The same as `text`, as a whole number; refuses alike what is none. */
  async whole(read: Read, name: string, division: string, on: Day): Promise<number> {
    const value = await this.text(read, name, division, on);
    if (!WHOLE.test(value)) throw refuse.missing(name, on);
    return Number(value);
  }
}
