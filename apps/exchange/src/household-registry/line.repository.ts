import type { Read, Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { LineState } from './line.types';

/** What the circuit breakers of all processes did. */
@Injectable()
export class LineRepository {
  async note(tx: Tx, state: LineState, process: string, at: Date): Promise<void> {
    await tx.query('insert into line_state (state, process, at) values ($1, $2, $3)', [state, process, at]);
  }

  async latest(read: Read): Promise<{ state: LineState; at: Date } | undefined> {
    const [row] = await read.query<{ state: LineState; at: Date }>(
      'select state, at from line_state order by at desc, id desc limit 1',
    );
    return row;
  }
}
