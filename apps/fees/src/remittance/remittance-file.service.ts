import type { Database, Read } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { TreasuryFileService } from '../treasury-file/treasury-file.service';
import type { FilePlan, TreasuryFile, TreasuryFolder } from '../treasury-file/treasury-file.types';
import { refuse } from './remittance.errors';
import { RemittanceRepository } from './remittance.repository';
import { endToEndId } from './remittance.rules';
import { RemittanceService } from './remittance.service';

/** An approved remittance goes to the treasury's bank as one file, a line for each budget. */
@Injectable()
export class RemittanceFileService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    private readonly remittances: RemittanceRepository,
    private readonly service: RemittanceService,
    private readonly files: TreasuryFileService,
    private readonly parameters: ParameterService,
  ) {}

  /** Approved ones, and those whose file was committed but not put where the bank looks. */
  async waiting(): Promise<string[]> {
    return this.database.read(async (read) => {
      const approved = await this.remittances.inState(read, 'approved');
      const written = await this.files.written(read, 'remittance');
      return [...approved, ...written].map(({ id }) => id);
    });
  }

  /** May be called again at any point: the same remittance makes the same file, and goes once. */
  async send(id: string, folder?: TreasuryFolder): Promise<TreasuryFile> {
    const plan = await this.database.read((read) => this.plan(read, id));
    return this.files.send(plan, (tx, fileId) => this.service.hand(tx, id, fileId), folder);
  }

  private async plan(read: Read, id: string): Promise<FilePlan> {
    const remittance = await this.remittances.find(read, id);
    if (!remittance) throw refuse.unknown(id);
    if (!['approved', 'handed', 'confirmed'].includes(remittance.state))
      throw refuse.cannotMove(remittance.state, 'handed');
    const { countyCode, day } = remittance;
    const lines = [];
    for (const line of await this.remittances.lines(read, [id])) {
      const to = await this.files.account(read, countyCode, line.level, day);
      const reference = endToEndId(id, line.line);
      lines.push({
        endToEndId: reference,
        amountFen: line.fen,
        payeeName: to.holderName,
        payeeIdNumber: reference,
        payeeAccount: to.account,
        payeeBank: to.bank,
        remark: `${line.level} ${line.year} ${line.route}`,
      });
    }
    const itemCode = await this.parameters.text(read, 'remittance.item-code', countyCode, day);
    const [known] = await this.files.find(read, [id]);
    const no = known?.no ?? (await this.files.nextNo(read, countyCode, 'remittance', day));
    return { id, countyCode, kind: 'remittance', day, no, writtenAt: remittance.approvedAt!, itemCode, lines };
  }
}
