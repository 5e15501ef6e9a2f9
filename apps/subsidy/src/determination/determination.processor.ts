import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { decideChunk } from './determination.jobs';
import { RunService } from './run.service';

/** Parts of runs, one a job. */
@Injectable()
export class DeterminationProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(runs: RunService) {
    const decide: JobHandler<{ run: string; no: number }> = {
      job: decideChunk,
      handle: ({ run, no }, { signal }) => runs.decideNext(run, no, signal),
    };
    this.handlers = [decide];
  }
}
