import { REGISTRATION_FEED } from '@app/contracts';
import { Module } from '@nestjs/common';
import { FeedRepository } from './feed.repository';
import { FeedService } from './feed.service';

/** Tells other apps what changed in the register. */
@Module({
  providers: [FeedRepository, FeedService, { provide: REGISTRATION_FEED, useExisting: FeedService }],
  exports: [FeedService, REGISTRATION_FEED],
})
export class FeedModule {}
