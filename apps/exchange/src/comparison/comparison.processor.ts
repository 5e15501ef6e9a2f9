import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { followComparison, ringComparisons } from './comparison.jobs';
import { FollowingService } from './following.service';

/** The bell, and each comparison that it finds open. */
@Injectable()
export class ComparisonProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(following: FollowingService) {
    // Both look first whether there is anything to do, so they need no inbox row for their effect.
    const follow: JobHandler<{ id: string }> = { job: followComparison, handle: ({ id }) => following.follow(id) };
    const ring: JobHandler<{ bell: string }> = { job: ringComparisons, handle: () => following.ring() };
    this.handlers = [follow, ring];
  }
}
