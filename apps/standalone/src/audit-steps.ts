import * as fs from 'node:fs';
import * as path from 'node:path';
import { AuditLog, type Kept, keptIn, type Verified } from '@app/audit';
import { DecisionService } from '../../subsidy/src/review/decision.service';
import type { Config } from './config';
import type { Installation } from './installation';
import { refuse } from './standalone.errors';
import { toJson } from './terminal';

/** The audit logs of this installation, one for each schema. */
export const auditLogs = (
  installation: Pick<Installation, 'registration' | 'subsidy' | 'migrant' | 'exchange' | 'gateway'>,
  config: Pick<Config, 'dataFolder'>,
): AuditLog[] =>
  (['registration', 'subsidy', 'migrant', 'exchange', 'gateway'] as const).map(
    (schema) => new AuditLog(schema, installation[schema], config.dataFolder),
  );

/** What the command line does with the audit logs. */
export class AuditSteps {
  private readonly logs: AuditLog[];

  constructor(
    private readonly installation: Installation,
    config: Config,
  ) {
    this.logs = auditLogs(installation, config);
  }

  async seal() {
    const sealed = [];
    for (const log of this.logs) sealed.push({ schema: log.schema, folder: log.folder, ...(await log.seal()) });
    return sealed;
  }

  /** Every log against its own folder; with a file, the log it is of against that file. */
  async verify(file?: string): Promise<Verified[]> {
    if (file !== undefined) return [await this.verifyAgainst(file)];
    const verified: Verified[] = [];
    for (const log of this.logs) verified.push(await log.verify());
    return verified;
  }

  private verifyAgainst(file: string): Promise<Verified> {
    const kept: Kept | undefined = keptIn(path.resolve(file));
    const log = this.logs.find(({ origin }) => kept?.note.startsWith(`${origin}\n`));
    if (!kept || !log) throw refuse.checkpointUnreadable(file);
    return log.verify(kept);
  }

  /** Writes what the holder of a claim needs to check, without us, that its decision is in the log. */
  async prove(claimNo: string, file: string) {
    const { id, texts } = await this.installation.app.get(DecisionService, { strict: false }).textsOf(claimNo);
    const log = this.logs.find(({ schema }) => schema === 'subsidy')!;
    await log.seal();
    const proof = await log.prove({ subjectType: 'claim', subject: id, name: claimNo, texts });
    fs.writeFileSync(file, `${toJson(proof)}\n`);
    return { file, leafIndex: proof.leafIndex, entry: proof.entry.id };
  }
}
