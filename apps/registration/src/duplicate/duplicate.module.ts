import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { DuplicateProcessor } from './duplicate.processor';
import { DuplicateRepository } from './duplicate.repository';
import { DuplicateMatchResolver, DuplicateResolver } from './duplicate.resolver';
import { DuplicateSearchRepository } from './duplicate-search.repository';
import { DuplicateSearchService } from './duplicate-search.service';
import { DuplicateService } from './duplicate.service';

/** Records that may be of one person: found, compared, and what an officer said of them. */
@Module({
  imports: [DivisionModule],
  providers: [
    DuplicateRepository,
    DuplicateSearchRepository,
    DuplicateSearchService,
    DuplicateService,
    DuplicateProcessor,
    DuplicateResolver,
    DuplicateMatchResolver,
  ],
  exports: [DuplicateService, DuplicateSearchService, DuplicateProcessor, DuplicateResolver, DuplicateMatchResolver],
})
export class DuplicateModule {}
