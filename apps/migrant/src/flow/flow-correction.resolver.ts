import { Field, Resolver } from '@app/graphql';
import type { FlowCorrectionView } from './flow.types';

/** Corrections in the graph. */
@Resolver('FlowCorrection')
export class FlowCorrectionResolver {
  @Field()
  direction({ direction }: FlowCorrectionView): string {
    return direction.toUpperCase();
  }
}
