import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix } from '@app/kernel';
import { CertificateService, type Standing } from './certificate.service';
import type { CertificateView, HolderRole, HolderView } from './certificate.types';

interface FilterInput {
  readonly division?: string | null;
  readonly number?: string | null;
  readonly holder?: string | null;
}

interface ReplaceArguments {
  readonly holder: string;
  readonly childBorn: Day;
  readonly number?: string | null;
  readonly reason: string;
}

interface CancelArguments {
  readonly id: string;
  readonly wishedBy: readonly string[];
  readonly document: string;
  readonly effectiveOn?: Day | null;
}

/** Legacy certificates in the graph. */
@Resolver('Certificate')
export class CertificateResolver {
  constructor(private readonly service: CertificateService) {}

  @Query()
  @Requires('certificate.read')
  async certificates(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<CertificateView>> {
    const { division, number, holder } = args.filter ?? {};
    const prefix = divisionPrefix(askedDivision(context.getCaller(), division));
    const page = openPage('certificates', args, 1);
    const filter = { prefix, number: number?.trim() || null, holderId: holder ?? null };
    const rows = await this.service.list(filter, page.after, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('own.read')
  myCertificates(): Promise<CertificateView[]> {
    return this.service.own();
  }

  @Query()
  @Requires('certificate.verify')
  verifyCertificate({ number, code }: { number: string; code: string }): Promise<Standing> {
    return this.service.verify(number, code);
  }

  @Mutation()
  @Requires('certificate.replace')
  async replaceCertificate({ holder, childBorn, number, reason }: ReplaceArguments): Promise<{ id: string }> {
    return { id: await this.service.replace({ holderId: holder, childBorn, number: number ?? null, reason }) };
  }

  @Mutation()
  @Requires('certificate.cancel')
  async cancelCertificate({ id, wishedBy, document, effectiveOn }: CancelArguments): Promise<{ id: string }> {
    const by = wishedBy.map((role) => role.toLowerCase() as HolderRole);
    await this.service.cancel({ id, effectiveOn: effectiveOn ?? null, shown: { by, document } });
    return { id };
  }

  @Mutation()
  @Requires('own.certificate')
  async giveUpCertificate({ id, effectiveOn }: { id: string; effectiveOn?: Day | null }): Promise<{ id: string }> {
    await this.service.cancel({ id, effectiveOn: effectiveOn ?? null, shown: null });
    return { id };
  }

  @Mutation()
  @Requires('own.certificate')
  async keepCertificate({ id }: { id: string }): Promise<{ id: string }> {
    await this.service.keep(id);
    return { id };
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(CertificateView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.service.byIds(ids), ({ id }) => id);
  }

  @Field()
  state({ state }: CertificateView): string {
    return state.toUpperCase();
  }

  @Field()
  grade({ grade }: CertificateView): string {
    return grade.toUpperCase();
  }

  @Field()
  replaces({ replacesId }: CertificateView): { id: string } | null {
    return replacesId === null ? null : { id: replacesId };
  }

  @Field()
  verificationCode({ id }: CertificateView): string {
    return this.service.verificationCode(id);
  }

  @Field()
  holders({ id }: CertificateView, _args: unknown, context: GraphContext): Promise<HolderView[]> {
    const loader = context.loader<string, HolderView[]>('certificate.holders', async (ids) =>
      inGroups(ids, await this.service.holders(ids), ({ certificateId }) => certificateId),
    );
    return loader.load(id);
  }
}
