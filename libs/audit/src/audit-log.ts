import * as path from 'node:path';
import type { Database } from '@app/database';
import { signerFromFile } from './audit-key';
import type { NoteSigner } from './note';
import { type DecisionProof, proveDecision } from './proof';
import { Publication } from './publication';
import { type Sealed, Sealer } from './sealer';
import { type Kept, keptIn, type Verified, verifyLog } from './verify';

/** The audit log of one schema in an installation: its key and folder lie in the data folder. */
export class AuditLog {
  /** What others copy and keep. */
  readonly folder: string;
  private readonly signer: NoteSigner;
  private readonly sealer: Sealer;

  constructor(
    readonly schema: string,
    private readonly database: Database,
    dataFolder: string,
  ) {
    this.folder = path.join(dataFolder, 'audit', schema);
    this.signer = signerFromFile(path.join(dataFolder, 'audit.key'), schema);
    this.sealer = new Sealer(schema, database, this.signer, new Publication(this.folder));
  }

  /** Name of the log, as its checkpoints begin. */
  get origin(): string {
    return this.signer.name;
  }

  seal(): Promise<Sealed> {
    return this.sealer.seal();
  }

  /** Compares with a checkpoint that somebody kept, or else with the newest in the folder. */
  verify(kept: Kept | undefined = keptIn(path.join(this.folder, 'checkpoint'))): Promise<Verified> {
    return verifyLog(this.database, this.schema, this.signer, kept);
  }

  prove(about: Parameters<typeof proveDecision>[2]): Promise<DecisionProof> {
    return proveDecision(this.database, this.signer, about);
  }
}
