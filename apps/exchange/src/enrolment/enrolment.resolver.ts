import { Field, type GraphContext, Resolver } from '@app/graphql';
import { EnrolmentService } from './enrolment.service';

interface Counts {
  readonly waiting: number;
  readonly since: Date | null;
  readonly asked: number;
}
const NONE: Counts = { waiting: 0, since: null, asked: 0 };

/** How it stands with the questions whether somebody is paid elsewhere. */
@Resolver('Peer')
export class EnrolmentResolver {
  constructor(private readonly enrolments: EnrolmentService) {}

  @Field()
  async questionsWaiting({ code }: { code: string }, _args: unknown, context: GraphContext): Promise<number> {
    return (await this.countsOf(code, context)).waiting;
  }

  @Field()
  async questionsWaitingSince({ code }: { code: string }, _args: unknown, context: GraphContext): Promise<Date | null> {
    return (await this.countsOf(code, context)).since;
  }

  @Field()
  async askedToday({ code }: { code: string }, _args: unknown, context: GraphContext): Promise<number> {
    return (await this.countsOf(code, context)).asked;
  }

  private countsOf(code: string, context: GraphContext): Promise<Counts> {
    return context
      .loader<string, Counts>('peer.questions', async (codes) => {
        const counts = await this.enrolments.counts();
        return codes.map((one) => counts.get(one) ?? NONE);
      })
      .load(code);
  }
}
