import { constraintName, type Database, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, divisionLevel } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { RegistryCheckService } from '../registry-check/registry-check.service';
import { isClaimedAtOnce, reasonOf, refuse } from './birth-registration.errors';
import { BirthRegistrationRepository } from './birth-registration.repository';
import { type BirthRegistrationState, canMove } from './birth-registration.state';
import type { Asker, BirthRegistrationRow, FileRequest, Statement } from './birth-registration.types';

import { VoucherContentService } from './voucher-content.service';
import { ClaimedRepository } from './claimed.repository';
import { ServiceTextService } from './service-text.service';
import { BirthStatementService } from './birth-statement.service';
import type { Prepared } from './birth-statement.types';
import { WorkingDayService } from './working-day.service';

/** What is stated of a birth: filed, completed, followed by the birth, corrected. Each is a version that stays. */
@Injectable()
export class FilingService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly divisions: DivisionService,
    private readonly registrations: BirthRegistrationRepository,
    private readonly claimed: ClaimedRepository,
    private readonly statements: BirthStatementService,
    private readonly texts: ServiceTextService,
    private readonly workingDays: WorkingDayService,
    private readonly vouchers: VoucherContentService,
    private readonly checks: RegistryCheckService,
  ) {}

  /** Files a registration, or finds the one that the same reference made. Returns its id. */
  async file(request: FileRequest, asker: Asker): Promise<string> {
    const { division, clientRef } = request;
    if (!/^[\w-]{1,64}$/.test(clientRef)) throw refuse.clientRefUnusable();
    const [place] = await this.divisions.byCodes([division]);
    if (!place || !['township', 'village'].includes(divisionLevel(division))) throw refuse.divisionUnusable(division);
    const requestHash = this.vault.blindIndex('row', JSON.stringify(request));
    return this.once(async (tx) => {
      await this.registrations.lockReference(tx, clientRef);
      const filed = await this.registrations.findFiled(tx, clientRef);
      if (filed && !filed.requestHash.equals(requestHash)) throw refuse.clientRefReused();
      if (filed) return filed.id;

      const text = await this.texts.of(tx, division);
      const [at, today] = [this.clock.now(), this.clock.today()];
      const stated = await this.statements.prepare(tx, request, text, today);
      assertOwn(stated, asker);
      await this.assertUnregistered(tx, stated, null);

      const id = await this.registrations.insert(tx, {
        divisionCode: division,
        channel: asker.channel,
        clientRef,
        requestHash,
        owner: asker.channel === 'online' ? null : asker.id,
        partyKeys: keysOf(stated),
        look: stated.judgement.reasons.length > 0 ? 'TEXT_ASKS_MORE' : null,
        receivedOn: today,
        dueOn: this.workingDays.due(today, text.number('notice-working-days')),
        at,
      });
      await this.registrations.insertVersion(tx, id, 1, stated, null, at);
      await this.claimed.claim(tx, id, stated.claimed);
      const items = stated.judgement.reasons.map(({ code }) => code);
      await this.registrations.act(tx, id, { kind: 'file', from: 'new', to: 'submitted', version: 1, items, at });
      await this.checks.plan(tx, { kind: 'birth-registration', id });
      failpoint('birth-registration.file');
      return id;
    });
  }

  /** What was missing, or what has changed since the text stood against it: a new version, and its way begins again. */
  supplement(id: string, statement: Statement, asker: Asker): Promise<BirthRegistrationRow> {
    return this.restate(id, 'supplement', ['returned', 'not-covered'], 'submitted', '补正', async (tx, row) => {
      await this.registrations.assertOwnAct(tx, id, asker);
      const stated = await this.prepare(tx, row, statement);
      assertOwn(stated, asker);
      return stated;
    });
  }

  /** Another version of what was stated, for a reason; what it said before stays. */
  correct(id: string, statement: Statement, reason: string): Promise<BirthRegistrationRow> {
    const states = ['submitted', 'accepted', 'registered'] as const;
    return this.restate(id, 'correct', states, null, reason, (tx, row) => this.prepare(tx, row, statement));
  }

  /** The birth took place: the parents stay, the expected month becomes children. */
  recordBirth(
    id: string,
    born: Pick<Statement, 'children' | 'commitment'>,
    asker: Asker,
  ): Promise<BirthRegistrationRow> {
    const states = ['submitted', 'accepted', 'registered'] as const;
    return this.restate(id, 'record-birth', states, null, '孩子出生', async (tx, row) => {
      await this.registrations.assertOwnAct(tx, id, asker);
      if (row.expectedMonth === null) throw refuse.monthOrChildren();
      const parties = await this.registrations.storedParties(tx, id);
      const earlier = await this.registrations.storedEarlier(tx, id);
      const text = await this.texts.of(tx, row.divisionCode);
      const { declaredCode } = row;
      return this.statements.withBirth(parties, earlier, { ...born, declaredCode }, text, this.clock.today());
    });
  }

  private async restate(
    id: string,
    kind: 'supplement' | 'correct' | 'record-birth',
    from: readonly BirthRegistrationState[],
    to: BirthRegistrationState | null,
    why: string,
    prepare: (tx: Tx, row: BirthRegistrationRow) => Promise<Prepared>,
  ): Promise<BirthRegistrationRow> {
    return this.once(async (tx) => {
      const row = await this.registrations.findForUpdate(tx, id);
      if (!row) throw refuse.unknown(id);
      const state = to ?? row.state;
      if (!from.includes(row.state) || !canMove(row.state, state)) throw refuse.wrongState(row.state, from);

      const reason = reasonOf(why);
      const stated = await prepare(tx, row);
      await this.assertUnregistered(tx, stated, id);
      const [at, version] = [this.clock.now(), row.version + 1];
      await this.registrations.insertVersion(tx, id, version, stated, reason, at);
      await this.claimed.release(tx, id, at);
      await this.claimed.claim(tx, id, stated.claimed);
      const text = await this.texts.of(tx, row.divisionCode);
      const look = stated.judgement.reasons.length > 0 && row.state !== 'registered' ? 'TEXT_ASKS_MORE' : null;
      const again = { dueOn: this.workingDays.due(this.clock.today(), text.number('notice-working-days')) };
      await this.registrations.change(tx, id, {
        state,
        version,
        partyKeys: keysOf(stated),
        look,
        ...(state === row.state ? {} : again),
      });
      const items = stated.judgement.reasons.map(({ code }) => code);
      await this.registrations.act(tx, id, { kind, from: row.state, to: state, version, items, note: reason, at });
      if (state === 'registered') {
        await this.registrations.decided(tx, id, `${kind}|${id}|${version}`);
        await this.vouchers.issue(tx, id, text);
      }
      await this.checks.plan(tx, { kind: 'birth-registration', id });
      failpoint('birth-registration.restate');
      return (await this.registrations.byIds(tx, [id]))[0]!;
    });
  }

  private async prepare(tx: Tx, row: BirthRegistrationRow, statement: Statement): Promise<Prepared> {
    return this.statements.prepare(tx, statement, await this.texts.of(tx, row.divisionCode), this.clock.today());
  }

  /** Whoever asks: one birth, one registration, and the family is told where. */
  private async assertUnregistered(tx: Tx, stated: Prepared, except: string | null): Promise<void> {
    const claimed = [...stated.claimed, ...this.statements.announced(stated)];
    const why = 'whether a birth is registered already must not depend on who asks';
    const found = await tx.across(why, () => this.claimed.findClaimed(tx, claimed, except));
    if (!found) return;
    const { divisionCode, isBeforeBirth } = found;
    throw refuse.alreadyRegistered(found.name ?? divisionCode, divisionCode, isBeforeBirth);
  }

  /** Two who file one birth at the same moment: the second looks again and finds the first. */
  private async once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.database.write(work);
    } catch (error) {
      if (!isClaimedAtOnce(constraintName(error))) throw error;
      return this.database.write(work);
    }
  }
}

const keysOf = ({ parties }: Prepared): Buffer[] =>
  parties.flatMap(({ idNumberKey }) => (idNumberKey ? [idNumberKey] : []));

/** Online one registers oneself. */
function assertOwn(stated: Prepared, { channel, ownKey }: Asker): void {
  if (channel !== 'online') return;
  if (!ownKey || !keysOf(stated).some((key) => key.toString('hex') === ownKey)) throw refuse.notAParty();
}
