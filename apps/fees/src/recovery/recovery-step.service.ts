import type { Tx } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { refuse } from './recovery.errors';
import { type RecoveryChange, RecoveryRepository } from './recovery.repository';
import { leadsTo, type RecoveryAct } from './recovery.state';
import type { RecoveryRow } from './recovery.types';

/** Takes one step of a case: what is written for it and the event, which PostgreSQL guards again. */
@Injectable()
export class RecoveryStepService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly cases: RecoveryRepository,
  ) {}

  /** Locks a case for its step; refuses where it is unknown, or the step does not fit its state. */
  async load(tx: Tx, id: string, act: RecoveryAct): Promise<RecoveryRow> {
    const row = await this.cases.forUpdate(tx, id);
    if (!row) throw refuse.unknown(id);
    if (leadsTo(act, row.state) === undefined) throw refuse.cannot(act, row.state);
    return row;
  }

  async take(
    tx: Tx,
    row: Pick<RecoveryRow, 'id' | 'state' | 'events'>,
    act: RecoveryAct,
    change: RecoveryChange = {},
    note: string | null = null,
  ): Promise<void> {
    const to = leadsTo(act, row.state);
    if (to === undefined) throw refuse.cannot(act, row.state);
    await this.cases.change(tx, row.id, change);
    const at = { onDay: this.clock.today(), at: this.clock.now() };
    await this.cases.event(tx, { caseId: row.id, seq: row.events + 1, act, from: row.state, to, note, ...at });
    tx.concern('recovery', [row.id]);
  }
}

/** A text that an officer or a person gives: trimmed, not empty, not endless. */
export function textOf(text: string, what: string, most: number): string {
  const trimmed = text.trim();
  if ([...trimmed].length < 4 || [...trimmed].length > most) throw refuse.textMissing(what, most);
  return trimmed;
}
