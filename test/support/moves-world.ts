import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { readPaymentFile } from '@app/bankfile';
import { constraintName } from '@app/database';
import { Outbox } from '@app/jobs';
import type { DivisionCode } from '@app/kernel';
import { asOfficer } from './officer';
import { SubsidyWorld, word } from './subsidy-world';
import { ReimbursementRepository } from '../../apps/subsidy/src/reimbursement/reimbursement.repository';
import { ReimbursementService } from '../../apps/subsidy/src/reimbursement/reimbursement.service';
import { CarryingRepository } from '../../apps/subsidy/src/portability/carrying.repository';
import { FollowingService } from '../../apps/subsidy/src/portability/following.service';
import { PortabilityRepository } from '../../apps/subsidy/src/portability/portability.repository';
import { PortabilityService } from '../../apps/subsidy/src/portability/portability.service';
import { SwitchingService } from '../../apps/subsidy/src/portability/switching.service';

export const [OLD, NEW, THIRD] = ['340202000000', '340203000000', '340207000000'] as const;
export const PLACES = [OLD, NEW, THIRD] as const;

export interface Child {
  readonly personId: string;
  readonly beneficiaryId: string;
}

export interface Shown {
  readonly id: string;
  readonly county: string;
  readonly year: number;
  readonly state: string;
  readonly channel: string;
}

/** The services that follow moves, over a world's database and clock. */
export function servicesOf({ database, clock, ledger, shares }: SubsidyWorld) {
  const portability = new PortabilityRepository();
  const outbox = new Outbox('subsidy');
  const funding = { of: () => shares };
  const reimbursements = new ReimbursementService(
    database,
    outbox,
    clock,
    ledger,
    funding,
    new ReimbursementRepository(),
  );
  const switching = new SwitchingService(clock, portability, new CarryingRepository(), reimbursements);
  return {
    switching,
    reimbursements,
    portability: new PortabilityService(database, clock, portability, switching),
    following: new FollowingService(database, outbox, clock, portability, switching, reimbursements),
  };
}

/** Children of several counties whose registration moves, with everything that pays them. */
export class MovesWorld {
  readonly reimbursements: ReimbursementService;
  readonly portability: PortabilityService;
  readonly following: FollowingService;
  private answers = 0;

  private constructor(readonly money: SubsidyWorld) {
    ({
      reimbursements: this.reimbursements,
      portability: this.portability,
      following: this.following,
    } = servicesOf(money));
  }

  static async open(): Promise<MovesWorld> {
    return new MovesWorld(await SubsidyWorld.open());
  }

  close(): Promise<void> {
    return this.money.close();
  }

  admin<R = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<R[]> {
    return this.money.test.admin<R>(sql, parameters);
  }

  /** A child registered in a county, claimed for there: confirmed for the year. */
  async child(county: string = OLD, year = 2026): Promise<Child & { claim: string }> {
    const { beneficiaries, claims } = await this.money.claims({ count: 1, division: villageOf(county), year });
    const [personId, beneficiaryId] = [randomUUID(), beneficiaries[0]!];
    await this.admin(
      `insert into subsidy.person_fact (person_id, status, born, division_code, hukou) values ($1, 0, '2025-02-02', $2, 'unified')`,
      [personId, villageOf(county)],
    );
    await this.admin('update subsidy.beneficiary set person_id = $2 where id = $1', [beneficiaryId, personId]);
    return { personId, beneficiaryId, claim: claims[0]! };
  }

  /** A further claim, received in a county and year. */
  async claim(child: Child, county: string, year = 2026, submittedOn = '2026-01-05'): Promise<string> {
    const id = randomUUID();
    await this.money.database.write(async (tx) => {
      await tx.query(
        `insert into claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year, submitted_on,
           channel, payee_account_id, division_code, row_hash, recorded_at)
         select $1::uuid, programme, 'N' || $1::uuid, beneficiary_id, applicant_key, applicant_mask, relation, $3, $4, 'counter', payee_account_id,
                $5, row_hash, recorded_at from claim where beneficiary_id = $2 order by recorded_at limit 1`,
        [id, child.beneficiaryId, year, submittedOn, villageOf(county)],
      );
      await this.step(tx, id, 'new', 'received');
    });
    return id;
  }

  /** What determination, review and confirmation would do with a received claim; where the year is taken it waits. */
  async confirm(claimId: string): Promise<void> {
    const [claim] = await this.admin<{ state: string }>('select state from subsidy.claim where id = $1', [claimId]);
    const way = ['received', 'determined', 'reviewed', 'confirmed'];
    const from = way.indexOf(claim!.state);
    if (from < 0) return;
    await this.money.database
      .write(async (tx) => {
        await tx.query('update claim set amount_fen = 360000 where id = $1', [claimId]);
        for (let n = from; n < 3; n++) await this.step(tx, claimId, way[n]!, way[n + 1]!);
      })
      .catch((error: unknown) => {
        if (constraintName(error) !== 'claim_pays_a_child_year_once') throw error;
      });
  }

  /** A confirmed claim is put aside. */
  hold(claimId: string): Promise<void> {
    return this.money.database.write((tx) => this.step(tx, claimId, 'confirmed', 'held'));
  }

  /** A held one is checked again. */
  received(claimId: string): Promise<void> {
    return this.money.database.write((tx) => this.step(tx, claimId, 'held', 'received'));
  }

  private async step(
    tx: Parameters<Parameters<SubsidyWorld['database']['write']>[0]>[0],
    id: string,
    from: string,
    to: string,
  ) {
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, at) select id, events + 1, $2, $3, 'test', $4 from claim where id = $1`,
      [id, from, to, this.money.clock.now()],
    );
  }

  /** The register says that a child is registered in a county now. */
  async register(
    child: Child,
    county: string,
    more: { on?: string | null; out?: string | null; status?: number } = {},
  ) {
    await this.admin(
      `update subsidy.person_fact set division_code = $2, moved_in_on = $3, moved_out_on = $4, status = $5 where person_id = $1`,
      [child.personId, villageOf(county), more.on ?? null, more.out ?? null, more.status ?? 0],
    );
    await this.admin('insert into subsidy.fact_moved values ($1) on conflict do nothing', [child.personId]);
  }

  /** The same, followed at once. */
  async move(child: Child, county: string, more: Parameters<MovesWorld['register']>[2] = {}): Promise<void> {
    await this.register(child, county, more);
    await this.following.followAll();
  }

  /** Pays whatever a county has confirmed, up to the bank's word; gives the references of the lines. */
  async pay(
    county: string,
    status: 'SETTLED' | 'none' = 'SETTLED',
  ): Promise<{ messageId: string; references: string[] } | undefined> {
    await this.money.fund(20, `示例财〔2026〕${randomUUID()}`, county as DivisionCode);
    const { batchId } = await this.money.prepare(county, `clerk-${county}`);
    if (!batchId) return undefined;
    await this.money.approve(batchId);
    const { path } = await this.money.send(batchId);
    const { head, transfers } = await readPaymentFile(fs.createReadStream(path));
    const sent = { messageId: head.messageId, references: transfers.map(({ endToEndId }) => endToEndId) };
    if (status === 'SETTLED') await this.answer(sent, 'SETTLED');
    return sent;
  }

  async answer(sent: { messageId: string; references: string[] }, status: 'SETTLED' | 'RETURNED'): Promise<void> {
    const lines = sent.references.map((reference) => word(reference, status));
    const answerId = `A${++this.answers}${randomUUID().replaceAll('-', '').slice(0, 20)}`;
    await this.money.answer(sent.messageId, lines, { answerId });
  }

  async settle(id: string, county: string = NEW, actor = `treasurer-${county}`) {
    await this.money.fund(1, `示例财〔2026〕${randomUUID()}`, county as DivisionCode);
    return asOfficer(actor, () =>
      this.reimbursements.settle({ id, documentNo: '示例财结〔2026〕1号', actor, within: county.slice(0, 6) }),
    );
  }

  claims(child: Child): Promise<Shown[]> {
    return this.admin<Shown>(
      `select id, left(division_code, 6) || '000000' as county, claim_year as year, state, channel from subsidy.claim
        where beneficiary_id = $1 order by recorded_at, claim_no`,
      [child.beneficiaryId],
    );
  }

  /** Who stands as responsible: from, county, rule. */
  async standing(child: Child): Promise<string[]> {
    const rows = await this.admin<{ shown: string }>(
      `select concat_ws(' ', lower(valid)::text, left(county_code, 6) || case when is_elsewhere then '!' else '' end, rule) as shown
         from subsidy.authority_period where beneficiary_id = $1 and ended_at is null order by valid`,
      [child.beneficiaryId],
    );
    return rows.map(({ shown }) => shown);
  }

  /** What places owe for a child: debtor → creditor, fen, state. */
  async owed(child: Child): Promise<string[]> {
    const rows = await this.admin<{ shown: string }>(
      `select concat_ws(' ', left(debtor_county, 6), left(creditor_county, 6), fen, state) as shown
         from subsidy.reimbursement where beneficiary_id = $1 order by booked_at, id`,
      [child.beneficiaryId],
    );
    return rows.map(({ shown }) => shown);
  }

  /** Of a child, or of all. */
  openReimbursements(child?: Child): Promise<{ id: string; debtor: string }[]> {
    return this.admin(
      `select id, debtor_county as debtor from subsidy.reimbursement
        where state = 'open' and ($1::uuid is null or beneficiary_id = $1) order by id`,
      [child?.beneficiaryId ?? null],
    );
  }

  async cases(child: Child): Promise<string[]> {
    const rows = await this.admin<{ reason: string }>(
      `select reason || coalesce(' ' || (facts ->> 'doubt'), '') as reason from subsidy.review_case
        where beneficiary_id = $1 and state = 'open' order by 1`,
      [child.beneficiaryId],
    );
    return rows.map(({ reason }) => reason);
  }
}

export const villageOf = (county: string): string => `${county.slice(0, 6)}001001`;
