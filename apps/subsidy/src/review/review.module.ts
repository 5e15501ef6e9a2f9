import { Module } from '@nestjs/common';
import { DecisionRepository } from './decision.repository';
import { DecisionService } from './decision.service';
import { ReviewRepository } from './review.repository';
import { ReviewService } from './review.service';

/** The two looks at a claim, and a person's decisions about those that are held. */
@Module({
  providers: [ReviewRepository, ReviewService, DecisionRepository, DecisionService],
  exports: [ReviewService, DecisionService],
})
export class ReviewModule {}
