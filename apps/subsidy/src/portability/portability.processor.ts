import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { FollowingService } from './following.service';
import { followMoves } from './portability.jobs';

/** The bell that has moves followed. */
@Injectable()
export class PortabilityProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(following: FollowingService) {
    const follow: JobHandler<{ bell: string }> = { job: followMoves, handle: () => following.followAll() };
    this.handlers = [follow];
  }
}
