import type { DivisionList } from '@app/contracts';
import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import type { Clock } from '@app/kernel';
import type { TestDatabase } from '@app/testing';
import { ParameterRepository } from '../parameter/parameter.repository';
import { ParameterService } from '../parameter/parameter.service';
import { FlowCountRepository } from './flow-count.repository';
import { FlowRepository } from './flow.repository';
import { FlowService } from './flow.service';

/** Somebody of a test and where they lived: places in order, with days as daterange texts. */
export interface MadeMover {
  readonly sex?: number;
  readonly born?: string | null;
  /** Hukou; null where nobody knows. */
  readonly origin?: string | null;
  readonly stays: readonly MadeStay[];
  readonly died?: string;
}

export interface MadeStay {
  readonly at: string;
  /** `[2025-03-05,)` */
  readonly valid: string;
  /** Default as valid. */
  readonly certain?: string;
  readonly from?: string;
  readonly isDisputed?: boolean;
  readonly recordedAt?: string;
}

/** Puts a mover straight into the tables, past every notice. Returns the id. */
export async function makeMover(
  world: TestDatabase,
  { sex = 1, born = '1990-05-05', origin = null, stays, died }: MadeMover,
): Promise<string> {
  const [row] = await world.admin<{ id: string }>(
    `insert into migrant.resident (name, sex, born, divisions, recorded_by, recorded_at) values ('王迁', $1, $2, '{}', 'test', now()) returning id`,
    [sex, born],
  );
  const id = row!.id;
  if (origin !== null) {
    await world.admin(
      `insert into migrant.resident_origin (resident_id, division_code, valid, basis, recorded_by, recorded_at)
       values ($1, $2, '(,)', 'registry', 'test', now())`,
      [id, origin],
    );
  }
  for (const stay of stays) await makeStay(world, id, stay);
  if (died !== undefined) {
    await world.admin(
      `insert into migrant.residence_notice (resident_id, source, reference, kind, ends, basis, recorded_by, recorded_at)
       values ($1, 'registry', gen_random_uuid()::text, 'death', $2, 'registry', 'test', now())`,
      [id, died],
    );
  }
  return id;
}

async function makeStay(world: TestDatabase, residentId: string, stay: MadeStay): Promise<string> {
  const { at, valid, certain = valid, from = null, isDisputed = false, recordedAt = '2025-01-01' } = stay;
  const [notice] = await world.admin<{ id: string }>(
    `insert into migrant.residence_notice (resident_id, source, reference, kind, place_code, starts, basis, recorded_by, recorded_at)
     values ($1, 'own', gen_random_uuid()::text, 'stay', $2, 'unknown', 'declared', 'test', $3) returning id`,
    [residentId, at, recordedAt],
  );
  const [row] = await world.admin<{ id: string }>(
    `insert into migrant.residence_period (resident_id, notice_id, place_code, came_from, valid, certain, basis, is_disputed, recorded_by, recorded_at)
     values ($1, $2, $3, $4, $5, $6, 'declared', $7, 'test', $8) returning id`,
    [residentId, notice!.id, at, from, valid, certain, isDisputed, recordedAt],
  );
  return row!.id;
}

/** Figures over a database, with registration as a list that the test holds. */
export function openFlows(database: Database, clock: Clock, list: DivisionList): FlowService {
  const parameters = new ParameterService(database, clock, new ParameterRepository());
  const divisions = { all: () => Promise.resolve(list) };
  return new FlowService(
    database,
    new Outbox('migrant'),
    clock,
    divisions,
    parameters,
    new FlowCountRepository(),
    new FlowRepository(),
  );
}
