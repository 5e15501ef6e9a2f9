import { type CoordinationAnswered, coordinationAnswered } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { FollowingService } from './following.service';
import { HearingService } from './hearing.service';
import { followMoves } from './portability.jobs';

/** The bell that has moves followed, and what other places say. */
@Injectable()
export class PortabilityProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(following: FollowingService, hearing: HearingService) {
    const follow: JobHandler<{ bell: string }> = { job: followMoves, handle: () => following.followAll() };
    const answered: JobHandler<CoordinationAnswered> = {
      job: coordinationAnswered.subsidy,
      handleAll: ({ payloads }) => hearing.hear(payloads.map(({ matter }) => matter)),
    };
    this.handlers = [follow, answered];
  }
}
