import { Module } from '@nestjs/common';
import { DuplicateProcessor } from './duplicate.processor';
import { DuplicateRepository } from './duplicate.repository';
import { DuplicateSearchRepository } from './duplicate-search.repository';
import { DuplicateSearchService } from './duplicate-search.service';

/** The search over the register. Compares blind indexes, so it runs where no key is. */
@Module({
  providers: [DuplicateRepository, DuplicateSearchRepository, DuplicateSearchService, DuplicateProcessor],
  exports: [DuplicateSearchService, DuplicateProcessor],
})
export class DuplicateSearchModule {}
