import { idsFrom, type Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type DivisionCode } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { FactService } from '../fact/fact.service';
import type { ExtractRow } from './extract-row.rules';
import { type AcceptedRow, PersonWriterService } from './person-writer.service';
import { type KnownVersion, RegistryImportRepository } from './registry-import.repository';

/** What the registry says of one person, in a file or an event. */
export interface Statement {
  readonly row: ExtractRow;
  /** Keyed digest, hex. */
  readonly hash: string;
}

export interface Decided<S extends Statement> {
  /** New, or newer than what the register holds. */
  readonly accepted: (S & { readonly id: string; readonly isNew: boolean })[];
  readonly unchanged: number;
  /** Older than what the register holds, or another content under the same time. */
  readonly conflicting: {
    readonly stated: S;
    /** Microseconds since 1970 UTC. */
    readonly heldSince: number;
    readonly code: 'ROW_OLDER_THAN_REGISTER' | 'ROW_SAME_TIME_DIFFERENT';
  }[];
}

/** What the registry states is taken into the register the same way, whether a file or an event says it. */
@Injectable()
export class StatementService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly register: RegistryImportRepository,
    private readonly writer: PersonWriterService,
    private readonly facts: FactService,
    private readonly divisions: DivisionService,
  ) {}

  /** Imports and events decide from what is there and then write: one at a time does both. */
  async lock(tx: Tx): Promise<void> {
    await this.register.lockImports(tx);
  }

  hashOf(row: ExtractRow): string {
    return this.vault.blindIndex('row', Object.values(row).join('\u001f')).toString('hex');
  }

  /** One statement of a person at most; the caller holds the lock of imports. */
  async decide<S extends Statement>(tx: Tx, statements: readonly S[]): Promise<Decided<S>> {
    await this.register.lookUpByIndex(tx);
    const known = await this.register.findVersions(
      tx,
      statements.map(({ row }) => row.registryPersonId),
    );
    const own = await this.findOwn(tx, statements, known);
    const nextId = idsFrom(this.clock.now());
    const accepted: Decided<S>['accepted'] = [];
    const conflicting: Decided<S>['conflicting'] = [];
    let unchanged = 0;
    for (const stated of statements) {
      const { row, hash } = stated;
      const version = known.get(row.registryPersonId);
      const ownId = version ? undefined : own.get(stated);
      if (!version) accepted.push({ ...stated, id: ownId ?? nextId(), isNew: ownId === undefined });
      else if (version.hash === hash) unchanged++;
      else if (row.updatedAt > version.updatedAt) accepted.push({ ...stated, id: version.id, isNew: false });
      else {
        const code = row.updatedAt < version.updatedAt ? 'ROW_OLDER_THAN_REGISTER' : 'ROW_SAME_TIME_DIFFERENT';
        conflicting.push({ stated, heldSince: version.updatedAt, code });
      }
    }
    return { accepted, unchanged, conflicting };
  }

  async write(tx: Tx, batchId: string, rows: readonly AcceptedRow[]): Promise<void> {
    await this.writer.write(tx, batchId, await this.followDivisions(tx, rows));
  }

  /** Rows of divisions that were merged, renamed or recoded since go in under what those have become. */
  private async followDivisions(tx: Tx, rows: readonly AcceptedRow[]): Promise<readonly AcceptedRow[]> {
    const codes = [...new Set(rows.map(({ row }) => row.divisionCode))];
    const heirs = await this.divisions.heirsOf(tx, codes);
    if (heirs.divisions.size === 0) return rows;
    await this.divisions.addUnconfirmed(tx, [...heirs.divisions.values()]);
    return rows.map((accepted) => {
      const stated = accepted.row.divisionCode;
      const county = countyOf(stated as DivisionCode);
      const divisionCode = heirs.divisions.get(stated);
      if (divisionCode === undefined) return accepted;
      const countyCode = heirs.counties.get(county) ?? county;
      return { ...accepted, row: { ...accepted.row, divisionCode }, countyCode };
    });
  }

  /** What only the whole register can tell: shared numbers, parents that came later, households, dated facts. */
  async complete(tx: Tx, batchId: string, firstXid: string): Promise<void> {
    const at = this.clock.now();
    await this.register.planFreely(tx);
    await this.register.markSharedNumbers(tx, batchId, firstXid);
    await this.register.linkParents(tx, firstXid);
    await this.register.followHeads(tx, batchId, firstXid, at);
    await this.facts.takeStated(tx, batchId, firstXid, at);
    await this.divisions.refileWithin(tx);
  }

  /** Which of these are the registry's word on a person of our own, such as a child registered at birth. */
  private async findOwn<S extends Statement>(
    tx: Tx,
    statements: readonly S[],
    known: ReadonlyMap<string, KnownVersion>,
  ): Promise<Map<S, string>> {
    const byCertificate = new Map<string, S[]>();
    for (const stated of statements) {
      const { birthCertificateNo, registryPersonId } = stated.row;
      if (birthCertificateNo === null || known.has(registryPersonId)) continue;
      const key = this.vault.blindIndex('birth-certificate', birthCertificateNo).toString('hex');
      byCertificate.set(key, [...(byCertificate.get(key) ?? []), stated]);
    }
    const found = await this.register.findOwn(tx, [...byCertificate.keys()]);
    // Two rows with one certificate: the duplicate search tells, an import does not guess.
    return new Map(
      [...found].flatMap(([key, id]) => {
        const claiming = byCertificate.get(key)!;
        return claiming.length === 1 ? [[claiming[0]!, id] as const] : [];
      }),
    );
  }
}
