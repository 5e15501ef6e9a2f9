import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Injectable } from '@nestjs/common';
import { nameForMatching } from '../person/name.rules';
import { FACT_SEAL, PERSON_SEAL } from '../person/sealed-columns.types';
import { refuse } from './fact.errors';
import type { ChangeKind, FactRow } from './fact.types';
import { type PersonPaper, ProjectionRepository } from './projection.repository';

/** What a correction may change of a person beside facts. */
export interface Basics {
  readonly name?: string | null;
  readonly sex?: 0 | 1 | 2 | 9 | null;
  readonly born?: Day | null;
}

/** The rows that the feed and the graph show, made from the facts that stand. */
@Injectable()
export class ProjectionService {
  constructor(
    private readonly vault: Vault,
    private readonly rows: ProjectionRepository,
  ) {}

  /** Makes these persons' rows anew. What no fact says stays as the registry stated it. */
  async project(tx: Tx, ids: readonly string[], at: Date, today: Day): Promise<void> {
    if (ids.length === 0) return;
    await this.rows.noteStated(tx, ids, false);
    const before = await this.rows.numbers(tx, ids);
    await this.rows.fill(tx, ids, at, today);
    const papers = byPerson(await this.rows.papers(tx, ids, today));
    const legacy = byPerson(await this.rows.beside(tx, ids, '111_15'));
    const certificates = byPerson(await this.rows.beside(tx, ids, 'BIRTH_CERTIFICATE'));
    const keys: Buffer[] = [];
    for (const row of before) {
      const paper = papers.get(row.id);
      if (!isSame(paper?.key, row.number)) {
        await this.rows.setNumber(tx, row.id, paper ? await this.sealedFor(tx, paper, 'id_number') : null);
        for (const key of [paper?.key, row.number]) if (key) keys.push(key);
      }
      if (!isSame(legacy.get(row.id)?.key, row.legacy))
        await this.rows.setLegacy(tx, row.id, legacy.get(row.id)?.key ?? null);
      const certificate = certificates.get(row.id);
      if (!isSame(certificate?.key, row.certificate))
        await this.rows.setCertificate(
          tx,
          row.id,
          certificate ? await this.sealedFor(tx, certificate, 'birth_certificate') : null,
        );
    }
    if (keys.length > 0) {
      await this.rows.markShared(tx, keys);
      await this.rows.followParents(tx, ids);
    }
  }

  /** The registry stated these rows anew: facts speak for them again. */
  async restate(tx: Tx, ids: readonly string[], at: Date, today: Day): Promise<void> {
    if (ids.length === 0) return;
    await this.rows.noteStated(tx, ids, true);
    await this.project(tx, ids, at, today);
  }

  /** The whole number of an identity fact; null of any other kind, or where only its index is on record (15 digits). */
  async numberOf(tx: Tx, fact: FactRow): Promise<string | null> {
    if (fact.kind !== 'identity') return null;
    if (fact.numberSealed !== null)
      return this.vault.open(fact.numberSealed, { table: FACT_SEAL, column: 'number_sealed', row: fact.id });
    const column = fact.code === 'BIRTH_CERTIFICATE' ? 'birth_certificate' : 'id_number';
    const sealed = await this.rows.statedNumber(tx, fact.personId, column, fact.numberKey!);
    if (sealed) return this.vault.open(sealed, { table: PERSON_SEAL, column: `${column}_sealed`, row: fact.personId });
    if (fact.code === '111_15') return null;
    throw refuse.numberStatedNowhere(fact.numberMask!);
  }

  merge(tx: Tx, merge: { id: string; fromId: string; intoId: string; changeId: string }): Promise<void> {
    return this.rows.insertMerge(tx, merge);
  }

  correct(tx: Tx, personId: string, { name, ...rest }: Basics): Promise<void> {
    return this.rows.setBasics(tx, personId, { ...rest, name, nameMatch: name ? nameForMatching(name) : null });
  }

  /** What an undone change did beside facts. */
  async restore(
    tx: Tx,
    kind: ChangeKind,
    changeId: string,
    undoneBy: string,
    before: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    if (kind === 'split') {
      // The record that the split made holds nothing any more; it lives on in the one it came from.
      const { newPerson, person } = before as { newPerson: string; person: string };
      await this.rows.insertMerge(tx, { id: undoneBy, fromId: newPerson, intoId: person, changeId: undoneBy });
    }
    if (kind === 'merge') await this.rows.undoMerge(tx, changeId, undoneBy);
    if (kind === 'correction') {
      for (const [personId, basics] of Object.entries(before)) await this.correct(tx, personId, basics as Basics);
    }
  }

  private async sealedFor(
    tx: Tx,
    paper: PersonPaper,
    column: 'id_number' | 'birth_certificate',
  ): Promise<{ code: string; sealed: Buffer; key: Buffer; mask: string }> {
    const { id, factId, sealedInFact, code, key, mask } = paper;
    const place = { table: PERSON_SEAL, column: `${column}_sealed`, row: id };
    const stated = sealedInFact === null ? await this.rows.statedNumber(tx, id, column, key) : undefined;
    if (stated) return { code, sealed: stated, key, mask };
    if (sealedInFact === null) throw refuse.numberStatedNowhere(mask);
    const number = this.vault.open(sealedInFact, { table: FACT_SEAL, column: 'number_sealed', row: factId });
    return { code, sealed: this.vault.seal(number, place), key, mask };
  }
}

const byPerson = (papers: readonly PersonPaper[]): Map<string, PersonPaper> =>
  new Map(papers.map((paper) => [paper.id, paper]));

const isSame = (a: Buffer | null | undefined, b: Buffer | null): boolean =>
  a ? b !== null && a.equals(b) : b === null;
