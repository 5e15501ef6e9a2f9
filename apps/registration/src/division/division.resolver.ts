import { Requires } from '@app/access';
import { Field, References, Query, Resolver } from '@app/graphql';
import { findDivisionCode } from '@app/kernel';
import { DivisionService } from './division.service';
import type { DivisionView } from './division.types';

/** Divisions in the graph. */
@Resolver('Division')
export class DivisionResolver {
  constructor(private readonly service: DivisionService) {}

  @Query()
  @Requires('division.read')
  async division({ code }: { code: string }): Promise<DivisionView | null> {
    const [found] = await this.service.byCodes([findDivisionCode(code) ?? code]);
    return found ?? null;
  }

  @Query()
  @Requires('division.read')
  divisions({ parent }: { parent?: string | null }): Promise<DivisionView[]> {
    return this.service.children(parent ? (findDivisionCode(parent) ?? parent) : null);
  }

  @References()
  references(refs: readonly { code: string }[]): Promise<(DivisionView | null)[]> {
    return this.service.byCodes(refs.map(({ code }) => code));
  }

  @Field()
  level({ level }: DivisionView): string {
    return level.toUpperCase();
  }

  @Field()
  isConfirmed({ status }: DivisionView): boolean {
    return status === 'confirmed';
  }

  @Field()
  parent({ parentCode }: DivisionView): { code: string } | null {
    return parentCode === null ? null : { code: parentCode };
  }
}
