import type { Accounts } from './account.rules';
import { type DayNumber } from './calendar.rules';
import { type PlannedClaim, accountRow, claimRow, claimsOf } from './claim.rules';
import type { CsvFile } from './csv-file.service';
import type { EdgeCase, EdgeFamilies } from './edge-family.rules';
import { type Finding, findingRow, findingsOf } from './finding.rules';
import { Random } from './random.rules';
import type { MadeVillage } from './registry.service';

export const EDGE_CASE_COLUMNS =
  'case_code,programme,person_id_number,birth_certificate_no,claim_year,claim_no,account_no,expected,reason,' +
  'amount_yuan,sentence_zh,sentence_en';

export const EXPECTED_COLUMNS = 'claim_no,claim_year,expected,reason,amount_yuan';

interface Files {
  readonly claims: CsvFile;
  readonly accounts: CsvFile;
  readonly findings: CsvFile;
  readonly cases: CsvFile;
  readonly expected: CsvFile;
}

/** What the people of a village ask for, what is attested about them, and what should come out. */
export class Claims {
  readonly ordinary: Record<string, { claims: number; yuan: number }> = {};
  private readonly random: Random;
  private readonly findingRandom: Random;

  constructor(
    seed: number,
    /** The number before the first claim's. */
    private readonly before: number,
    private readonly asOf: DayNumber,
    private readonly bank: Accounts,
    private readonly files: Files,
  ) {
    this.random = new Random(seed, 3);
    this.findingRandom = new Random(seed, 4);
  }

  write({ village, families, planted }: MadeVillage): void {
    for (const family of families) {
      for (const child of family.children) this.writeClaims(child);
      for (const finding of findingsOf(this.findingRandom, family, village.urban, this.asOf))
        this.writeFinding(finding);
    }
    if (planted) this.writePlanted(planted);
  }

  private writeClaims(child: Parameters<typeof claimsOf>[2]): void {
    for (const claim of claimsOf(this.random, this.bank, child, this.asOf)) {
      if (claim.opened) this.files.accounts.line(accountRow(claim.opened));
      const claimNo = this.writeClaim(claim);
      this.files.expected.line(`${claimNo},${claim.year},PAY,,${claim.yuan}`);
      const totals = (this.ordinary[claim.year] ??= { claims: 0, yuan: 0 });
      totals.claims += 1;
      totals.yuan += claim.yuan;
    }
  }

  private writePlanted(planted: EdgeFamilies): void {
    for (const account of planted.accounts) this.files.accounts.line(accountRow(account));
    for (const finding of planted.findings) this.writeFinding(finding);
    const claimNumbers = new Map<PlannedClaim, string>();
    for (const claim of planted.claims) claimNumbers.set(claim, this.writeClaim(claim));
    for (const each of planted.cases) {
      const claimNo = each.claim ? claimNumbers.get(each.claim)! : '';
      this.files.cases.line(edgeCaseRow(each, claimNo));
      if (claimNo) this.files.expected.line(`${claimNo},${each.year},${each.expected},${each.reason},${each.yuan}`);
    }
  }

  private writeClaim(claim: PlannedClaim): string {
    const claimNo = `C${claim.year}${String(this.before + this.files.claims.count + 1).padStart(9, '0')}`;
    this.files.claims.line(claimRow(claimNo, claim));
    return claimNo;
  }

  private writeFinding(finding: Finding): void {
    this.files.findings.line(findingRow(finding, this.files.findings.count + 1));
  }
}

function edgeCaseRow(each: EdgeCase, claimNo: string): string {
  const { code, programme, person, certificate, year, claim, expected, reason, yuan, zh, en } = each;
  const number = person?.number ?? '';
  const account = claim?.account ?? '';
  return (
    `${code},${programme},${number},${certificate},${year},${claimNo},${account},${expected},${reason},${yuan},` +
    `${quoted(zh)},${quoted(en)}`
  );
}

const quoted = (sentence: string): string => `"${sentence.replaceAll('"', '""')}"`;
