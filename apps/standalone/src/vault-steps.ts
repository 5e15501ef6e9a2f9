import { type Rotated, Rotation, type RotationOptions, Vault, type VaultStatus } from '@app/vault';
import { SEALED_COLUMNS as EXCHANGE_COLUMNS } from '../../exchange/src/nomination/sealed-columns.types';
import { SEALED_COLUMNS as MIGRANT_COLUMNS } from '../../migrant/src/parameter/sealed-columns.types';
import { SEALED_COLUMNS as REGISTRATION_COLUMNS } from '../../registration/src/person/sealed-columns.types';
import { SEALED_COLUMNS as SUBSIDY_COLUMNS } from '../../subsidy/src/intake/sealed-columns.types';
import type { Installation } from './installation';

/** What the command line does with the keys of this installation. */
export class VaultSteps {
  private readonly rotation: Rotation;

  constructor({
    app,
    registration,
    migrant,
    exchange,
    subsidy,
  }: Pick<Installation, 'app' | 'registration' | 'migrant' | 'exchange' | 'subsidy'>) {
    // One app after the other: whoever holds money is asked last.
    this.rotation = new Rotation(app.get(Vault, { strict: false }), [
      { schema: 'registration', database: registration, columns: REGISTRATION_COLUMNS },
      { schema: 'migrant', database: migrant, columns: MIGRANT_COLUMNS },
      { schema: 'exchange', database: exchange, columns: EXCHANGE_COLUMNS },
      { schema: 'subsidy', database: subsidy, columns: SUBSIDY_COLUMNS },
    ]);
  }

  status(): Promise<VaultStatus> {
    return this.rotation.status();
  }

  rotate(options: RotationOptions): Promise<Rotated> {
    return this.rotation.rotate(options);
  }

  async retire(version: number): Promise<VaultStatus> {
    await this.rotation.retire(version);
    return this.rotation.status();
  }
}
