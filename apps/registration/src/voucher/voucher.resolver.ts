import { Requires } from '@app/access';
import { Field, Mutation, Query, References, Resolver } from '@app/graphql';
import { VoucherService } from './voucher.service';
import type { VoucherRow } from './voucher.types';

/** Vouchers in the graph; verifying is for everybody. */
@Resolver('Voucher')
export class VoucherResolver {
  constructor(private readonly vouchers: VoucherService) {}

  @Query()
  @Requires('voucher.read')
  async voucherFile({ id }: { id: string }) {
    const { no, pdf, sha256 } = await this.vouchers.file(id);
    return { name: `${no}.pdf`, base64: pdf.toString('base64'), sha256 };
  }

  @Query()
  @Requires('voucher.verify')
  async verifyVoucher({ code, fileSha256 }: { code: string; fileSha256?: string | null }) {
    const verified = await this.vouchers.verify(code, fileSha256 ?? null);
    return { ...verified, status: verified.status.toUpperCase() };
  }

  @Query()
  @Requires('voucher.verify')
  async verifyVoucherCredential({ credential }: { credential: string }) {
    const { status, shown } = await this.vouchers.verifyCredential(credential);
    return { status: status.toUpperCase(), shown };
  }

  @Query()
  @Requires('voucher.verify')
  voucherStatusList(): Promise<string> {
    return this.vouchers.statusList();
  }

  @Query()
  @Requires('voucher.verify')
  voucherKey() {
    return this.vouchers.publicKey();
  }

  @Mutation()
  @Requires('voucher.read')
  issueVoucherCredential({ id }: { id: string }): Promise<string> {
    return this.vouchers.credential(id);
  }

  @References()
  @Requires('voucher.read')
  references(refs: readonly { id: string }[]): Promise<(VoucherRow | null)[]> {
    return this.vouchers.byIds(refs.map(({ id }) => id));
  }

  @Field()
  state({ state }: VoucherRow): string {
    return state.toUpperCase();
  }

  @Field()
  office({ officeName }: VoucherRow): string {
    return officeName;
  }

  @Field()
  sha256({ pdfSha256 }: VoucherRow): string {
    return pdfSha256.toString('hex');
  }
}
