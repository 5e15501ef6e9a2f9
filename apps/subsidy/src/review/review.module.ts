import { Module } from '@nestjs/common';
import { ReviewRepository } from './review.repository';
import { ReviewService } from './review.service';

/** The two looks at a claim, and a person's decisions about those that are held. */
@Module({ providers: [ReviewRepository, ReviewService], exports: [ReviewService] })
export class ReviewModule {}
