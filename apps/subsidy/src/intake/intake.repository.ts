import { copyLine, type Tx } from '@app/database';
import { maskIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { FactService } from '../fact/fact.service';
import { WorklistService } from '../worklist/worklist.service';
import type { AccountRow, ClaimRow, FindingRow } from './intake.types';

export interface Numbered<Row> {
  readonly line: number;
  readonly row: Row;
}

/** What became of the rows of one chunk. */
export interface Applied {
  readonly accepted: number;
  readonly unchanged: number;
  readonly refused: readonly { line: number; code: 'CLAIM_NO_TAKEN' | 'FINDING_OVERLAPS' }[];
}

type Verdict = { line: number; verdict: 'new' | 'unchanged' | 'refused' };

const hex = (bytes: Buffer | null): string | null => bytes && `\\x${bytes.toString('hex')}`;
const tail = (accountNo: string): string => '*'.repeat(Math.max(0, accountNo.length - 4)) + accountNo.slice(-4);

/** The only SQL that takes claims, accounts and findings in; each chunk in the caller's transaction. */
@Injectable()
export class IntakeRepository {
  constructor(
    private readonly vault: Vault,
    private readonly beneficiaries: BeneficiaryService,
    private readonly facts: FactService,
    private readonly worklist: WorklistService,
  ) {}

  async claims(
    tx: Tx,
    programme: string,
    rows: readonly Numbered<ClaimRow>[],
    importId: string,
    at: Date,
  ): Promise<Applied> {
    await tx.query(`
      create temp table claim_in (line integer, id uuid, claim_no text, child_key bytea, certificate_key bytea,
        applicant_key bytea, applicant_mask text, relation text, claim_year smallint, submitted_on date, channel text,
        account_key bytea, row_hash bytea, beneficiary_id uuid, verdict text) on commit drop`);
    await tx.copyIn(
      `copy claim_in (line, id, claim_no, child_key, certificate_key, applicant_key, applicant_mask, relation, claim_year,
         submitted_on, channel, account_key, row_hash) from stdin`,
      rows.map(({ line, row }) => this.claimLine(line, row)),
    );
    const verdicts = await tx.query<Verdict>(
      `with judged as (
         select i.line, case
             when c.id is not null then case when c.row_hash = i.row_hash then 'unchanged' else 'refused' end
             when i.line <> first_value(i.line) over same_no then
               case when i.row_hash = first_value(i.row_hash) over same_no then 'unchanged' else 'refused' end
             else 'new' end as verdict
           from claim_in i left join claim c on c.programme = $1 and c.claim_no = i.claim_no
         window same_no as (partition by i.claim_no order by i.line))
       update claim_in i set verdict = j.verdict from judged j where j.line = i.line returning i.line, i.verdict`,
      [programme],
    );
    await tx.query(`delete from claim_in where verdict <> 'new'`);
    await this.beneficiaries.resolve(tx);
    await tx.query(
      `insert into claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year,
         submitted_on, channel, account_key, row_hash, import_id, line, recorded_at, division_code)
       select i.id, $1, i.claim_no, i.beneficiary_id, i.applicant_key, i.applicant_mask, i.relation, i.claim_year,
         i.submitted_on, i.channel, i.account_key, i.row_hash, $2, i.line, $3,
         coalesce(f.division_code, (select a.division_code from person_fact a where a.id_number_key = i.applicant_key limit 1))
         from claim_in i join beneficiary b on b.id = i.beneficiary_id left join person_fact f on f.person_id = b.person_id`,
      [programme, importId, at],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
       select id, 1, 'new', 'received', 'intake', null, $1 from claim_in`,
      [at],
    );
    await this.linkAccounts(tx, `c.id in (select id from claim_in)`);
    await tx.query('drop table claim_in');
    return summary(verdicts, 'CLAIM_NO_TAKEN');
  }

  /** Statistics of what an import of claims fills. */
  async analyzeClaims(tx: Tx): Promise<void> {
    await tx.query('analyze claim, claim_event, beneficiary');
  }

  private claimLine(line: number, row: ClaimRow): string {
    const index = (kind: 'id-number' | 'birth-certificate' | 'bank-account', text: string | null) =>
      text === null ? null : hex(this.vault.blindIndex(kind, text));
    return copyLine([
      line,
      randomUUID(),
      row.claimNo,
      index('id-number', row.childIdNumber),
      index('birth-certificate', row.childBirthCertificateNo),
      index('id-number', row.applicantIdNumber),
      maskIdNumber(row.applicantIdNumber),
      row.relation,
      row.claimYear,
      row.submittedOn,
      row.channel,
      index('bank-account', row.accountNo),
      hex(this.vault.blindIndex('row', JSON.stringify(row))),
    ]);
  }

  async accounts(tx: Tx, rows: readonly Numbered<AccountRow>[], importId: string, at: Date): Promise<Applied> {
    await tx.query('create temp table account_in (line integer, verdict text, like payee_account) on commit drop');
    await tx.query('alter table account_in alter recorded_at drop not null');
    await tx.copyIn(
      `copy account_in (line, id, holder_key, holder_mask, holder_sealed, holder_name, bank_code, account_key, account_mask,
         account_sealed, kind) from stdin`,
      rows.map(({ line, row }) => this.accountLine(line, row)),
    );
    // Within one chunk the last row for an account wins, as it would if the rows had come in two files.
    await tx.query('create index on account_in (holder_key, account_key)');
    await tx.query('analyze account_in');
    const verdicts = await tx.query<Verdict>(
      `update account_in i set verdict = case
           when exists (select from account_in l where l.holder_key = i.holder_key and l.account_key = i.account_key and l.line > i.line)
             then 'unchanged'
           when exists (select from payee_account a where a.ended_at is null and a.holder_key = i.holder_key
             and a.account_key = i.account_key and (a.holder_name, a.bank_code, a.kind) = (i.holder_name, i.bank_code, i.kind))
             then 'unchanged'
           else 'new' end
       returning i.line, i.verdict`,
    );
    await tx.query(
      `update payee_account a set ended_at = $1 from account_in i
        where i.verdict = 'new' and a.ended_at is null and a.holder_key = i.holder_key and a.account_key = i.account_key`,
      [at],
    );
    await tx.query(
      `insert into payee_account (id, holder_key, holder_mask, holder_sealed, holder_name, bank_code, account_key, account_mask,
         account_sealed, kind, import_id, recorded_at)
       select id, holder_key, holder_mask, holder_sealed, holder_name, bank_code, account_key, account_mask, account_sealed, kind, $1, $2
         from account_in where verdict = 'new'`,
      [importId, at],
    );
    await this.linkAccounts(
      tx,
      `c.state in ('received', 'held', 'determined', 'reviewed') and (
         c.account_key in (select account_key from account_in where verdict = 'new')
         or c.account_key is null and c.applicant_key in (select holder_key from account_in where verdict = 'new'))`,
    );
    await this.worklist.recheck(tx, 'account', at);
    await tx.query('drop table account_in');
    return summary(verdicts, 'CLAIM_NO_TAKEN');
  }

  private accountLine(line: number, row: AccountRow): string {
    const id = randomUUID();
    const place = (column: string) => ({ table: 'payee_account', column, row: id });
    return copyLine([
      line,
      id,
      hex(this.vault.blindIndex('id-number', row.holderIdNumber)),
      maskIdNumber(row.holderIdNumber),
      hex(this.vault.seal(row.holderIdNumber, place('holder_sealed'))),
      row.holderName,
      row.bankCode,
      hex(this.vault.blindIndex('bank-account', row.accountNo)),
      tail(row.accountNo),
      hex(this.vault.seal(row.accountNo, place('account_sealed'))),
      row.kind,
    ]);
  }

  /**
   * Points claims at the live account they name, if its holder is the applicant or the child; a claim that
   * names none takes the applicant's only account.
   */
  async linkAccounts(tx: Tx, which: string): Promise<void> {
    await tx.query(
      `update claim c set payee_account_id = p.account_id
         from (select c.id as claim_id, (
                 select a.id from payee_account a join beneficiary b on b.id = c.beneficiary_id
                  where a.ended_at is null and a.holder_key in (c.applicant_key, b.id_number_key)
                    and (a.account_key = c.account_key
                      or c.account_key is null and a.holder_key = c.applicant_key and 1 = (
                        select count(*) from payee_account o where o.ended_at is null and o.holder_key = c.applicant_key))
                  order by a.holder_key = c.applicant_key desc limit 1) as account_id
                 from claim c where ${which}) p
        where p.claim_id = c.id and c.payee_account_id is distinct from p.account_id`,
    );
  }

  async findings(tx: Tx, rows: readonly Numbered<FindingRow>[], importId: string, at: Date): Promise<Applied> {
    await tx.query(
      `create temp table finding_in (line integer, person_key bytea, name text, value text, valid_from date, document_no text,
         issued_by text, verdict text) on commit drop`,
    );
    await tx.copyIn(
      'copy finding_in (line, person_key, name, value, valid_from, document_no, issued_by) from stdin',
      rows.map(({ line, row }) =>
        copyLine([
          line,
          hex(this.vault.blindIndex('id-number', row.personIdNumber)),
          row.finding,
          row.value,
          row.validFrom,
          row.documentNo,
          row.issuedBy,
        ]),
      ),
    );
    await tx.query('create index on finding_in (person_key, name)');
    await tx.query('analyze finding_in');
    const verdicts = await tx.query<Verdict>(
      `update finding_in i set verdict = case
           when exists (select from finding f where f.person_key = i.person_key and f.name = i.name and f.value = i.value
             and lower(f.valid) = i.valid_from) then 'unchanged'
           when exists (select from finding_in e where e.person_key = i.person_key and e.name = i.name and e.line < i.line
             and (e.value, e.valid_from) = (i.value, i.valid_from)) then 'unchanged'
           when exists (select from finding f where f.person_key = i.person_key and f.name = i.name and lower(f.valid) >= i.valid_from)
             or exists (select from finding_in e where e.person_key = i.person_key and e.name = i.name and e.line <> i.line
               and e.valid_from = i.valid_from) then 'refused'
           else 'new' end
       returning i.line, i.verdict`,
    );
    await tx.query(
      `update finding f set valid = daterange(lower(f.valid), n.valid_from)
         from (select person_key, name, min(valid_from) as valid_from from finding_in where verdict = 'new' group by 1, 2) n
        where f.person_key = n.person_key and f.name = n.name and upper_inf(f.valid)`,
    );
    await tx.query(
      `insert into finding (person_key, name, value, valid, document_no, issued_by, import_id, recorded_at)
       select person_key, name, value, daterange(valid_from, lead(valid_from) over (partition by person_key, name order by valid_from)),
              document_no, issued_by, $1, $2
         from finding_in where verdict = 'new'`,
      [importId, at],
    );
    await this.facts.copyFindings(tx, 'select person_key from finding_in');
    await tx.query('drop table finding_in');
    return summary(verdicts, 'FINDING_OVERLAPS');
  }
}

function summary(verdicts: readonly Verdict[], code: Applied['refused'][number]['code']): Applied {
  return {
    accepted: verdicts.filter((v) => v.verdict === 'new').length,
    unchanged: verdicts.filter((v) => v.verdict === 'unchanged').length,
    refused: verdicts.filter((v) => v.verdict === 'refused').map(({ line }) => ({ line, code })),
  };
}
