import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { DuplicateMatchResolver, DuplicateResolver } from './duplicate.resolver';
import { DuplicateRepository } from './duplicate.repository';
import { DuplicateSearchModule } from './duplicate-search.module';
import { DuplicateSearchRepository } from './duplicate-search.repository';
import { DuplicateService } from './duplicate.service';

/** Records that may be of one person: found, compared, and what an officer said of them. */
@Module({
  imports: [DivisionModule, DuplicateSearchModule],
  providers: [
    DuplicateRepository,
    DuplicateSearchRepository,
    DuplicateService,
    DuplicateResolver,
    DuplicateMatchResolver,
  ],
  exports: [DuplicateService, DuplicateSearchModule, DuplicateResolver, DuplicateMatchResolver],
})
export class DuplicateModule {}
