import { randomUUID } from 'node:crypto';
import { askedDivision, type Caller } from '@app/access';
import type { RegistryPurpose } from '@app/contracts';
import type { Database } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, divisionPrefix, maskIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { NominationService } from '../nomination/nomination.service';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { foldName } from '../household-registry/registry-echo.rules';
import { readNumber } from '../question/echo.rules';
import { maskName } from '../question/question.rules';
import { refuse } from './comparison.errors';
import { followComparison } from './comparison.jobs';
import { ComparisonRepository } from './comparison.repository';
import type { ComparisonInput, ComparisonRow, LineOutcome, LineRow } from './comparison.types';

/** What one request to the graph may carry. */
const LINES_MAX = 2_000;

/** Batches of persons whose names and numbers the registry compares, a responsible officer's name on each. */
@Injectable()
export class ComparisonService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly parameters: ParameterService,
    private readonly nominations: NominationService,
    private readonly comparisons: ComparisonRepository,
  ) {}

  /** Takes a batch in as a whole or not at all; it is handed over in the background. Refuses with NOBODY_NOMINATED. */
  async submit(caller: Caller, input: ComparisonInput & { purpose: RegistryPurpose }): Promise<ComparisonRow> {
    const { lines, purpose } = input;
    const divisionCode = askedDivision(caller, input.division);
    const legalBasis = input.legalBasis.trim();
    if (lines.length === 0 || lines.length > LINES_MAX) throw refuse.size(lines.length, LINES_MAX);
    if ([...legalBasis].length < 2 || [...legalBasis].length > 200) throw refuse.basisMissing();
    const sealed = lines.map((line, n) => this.sealedLine(line, n + 1));
    return this.database.write(async (tx) => {
      const today = this.clock.today();
      const terms = await this.parameters.registryTerms(tx, divisionCode, today);
      const { nominationId } = await this.nominations.getResponsible(tx, divisionCode, today);
      const [id, lineCount] = [randomUUID(), lines.length];
      const comparison = { id, purpose, legalBasis, divisionCode, officer: caller.id, nominationId, lineCount };
      const due = this.parameters.workingDaysLater(today, terms.comparisonWorkingDays);
      await this.comparisons.insert(tx, comparison, this.clock.now(), due);
      await this.comparisons.insertLines(tx, id, sealed);
      await this.comparisons.insertRound(tx, randomUUID(), id, 1);
      tx.concern('comparison', [id]);
      const row = (await this.comparisons.find(tx, id))!;
      await this.outbox.plan(tx, followComparison, [{ id }]);
      return row;
    });
  }

  list(
    caller: Caller,
    division: string | null | undefined,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ComparisonRow[]> {
    const prefix = divisionPrefix(askedDivision(caller, division));
    return this.database.read((read) => this.comparisons.list(read, prefix, after, limit));
  }

  counts(ids: readonly string[]): Promise<{ id: string; outcome: LineOutcome; count: number }[]> {
    return this.database.read((read) => this.comparisons.counts(read, ids));
  }

  /** Refuses with COMPARISON_UNKNOWN, which also is one that the caller may not see. */
  lines(id: string, afterNo: number, limit: number): Promise<(LineRow & { isDeathMarked: boolean | null })[]> {
    return this.database.read(async (read) => {
      if (!(await this.comparisons.find(read, id))) throw refuse.unknown(id);
      const rows = await this.comparisons.lines(read, id, afterNo, limit);
      return rows.map((row) => Object.assign(row, { isDeathMarked: this.deathMarkOf(row) }));
    });
  }

  private deathMarkOf({ id, contentSealed }: LineRow): boolean | null {
    if (contentSealed === null) return null;
    const place = { table: sealOf('comparison_line'), column: 'content_sealed', row: id };
    return (JSON.parse(this.vault.open(contentSealed, place)) as { isDeathMarked: boolean | null }).isDeathMarked;
  }

  private sealedLine({ name, idNumber }: ComparisonInput['lines'][number], lineNo: number) {
    const number = readNumber(idNumber)?.number;
    if (number === undefined || foldName(name) === '' || [...name].length > 100) throw refuse.lineUnreadable(lineNo);
    const id = randomUUID();
    const seal = (text: string, column: string) =>
      this.vault.seal(text, { table: sealOf('comparison_line'), column, row: id });
    return {
      id,
      lineNo,
      personKey: this.vault.blindIndex('id-number', number),
      personMask: `${maskName(name)} ${maskIdNumber(number)}`,
      numberSealed: seal(number, 'number_sealed'),
      nameSealed: seal(name, 'name_sealed'),
    };
  }
}
