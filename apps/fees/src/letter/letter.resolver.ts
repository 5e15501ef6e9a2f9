import { Requires } from '@app/access';
import { Field, Query, Resolver } from '@app/graphql';
import { LetterService } from './letter.service';
import type { LetterRow, VerifiedLetter } from './letter.types';

/** Letters in the graph. */
@Resolver('Letter')
export class LetterResolver {
  constructor(private readonly letters: LetterService) {}

  @Query()
  @Requires('letter.read')
  async letterFile({ id }: { id: string }) {
    const { pdf, ...rest } = await this.letters.file(id);
    return { ...rest, pdf: pdf.toString('base64') };
  }

  @Query()
  @Requires('letter.verify')
  async verifyLetter({ code, fileSha256 }: { code: string; fileSha256?: string | null }) {
    return withKind(await this.letters.verify(code, fileSha256 ?? null));
  }

  @Field()
  kind(letter: LetterRow): string {
    return kindName(letter.kind);
  }
}

const kindName = (kind: string): string => kind.toUpperCase().replaceAll('-', '_');
const withKind = (verified: VerifiedLetter) => ({ ...verified, kind: verified.kind && kindName(verified.kind) });
