import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { searchDuplicates } from './duplicate.jobs';
import { DuplicateSearchService } from './duplicate-search.service';

/** The search after imports. */
@Injectable()
export class DuplicateProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(search: DuplicateSearchService) {
    const after: JobHandler<{ register: string }> = {
      job: searchDuplicates,
      handle: async () => void (await search.run()),
    };
    this.handlers = [after];
  }
}
