import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';

/** Something that must never be, found. */
export interface Violation {
  /** `V1`…`V21`. */
  readonly check: string;
  /** Of the row it was found in. */
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

const SQL = fs.readFileSync(path.join(__dirname, 'verify.sql'), 'utf8');

@Injectable()
export class VerifyRepository {
  run(read: Pick<Read, 'query'>, today: Day): Promise<Violation[]> {
    return read.query<Violation>(SQL, [today]);
  }
}
