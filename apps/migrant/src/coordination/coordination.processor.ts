import { coordinationWanted, peerMessageArrived } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { CoordinationBellService } from './coordination-bell.service';
import { CoordinationMessageService } from './coordination-message.service';
import { CoordinationOpeningService } from './coordination-opening.service';
import { lookAtCoordination } from './coordination.jobs';

/** Matters of our apps, messages of other installations, and the bell. */
@Injectable()
export class CoordinationProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(
    opening: CoordinationOpeningService,
    messages: CoordinationMessageService,
    bell: CoordinationBellService,
  ) {
    // Matters and messages have a row each that lets them in once, so they need no inbox row for their effect.
    const wanted: JobHandler<{ app: string; matter: string }> = {
      job: coordinationWanted,
      handleAll: ({ payloads }) => opening.want(payloads),
    };
    const arrived: JobHandler<{ message: string }> = {
      job: peerMessageArrived,
      handle: ({ message }) => messages.arrived(message),
    };
    const look: JobHandler<{ bell: string }> = {
      job: lookAtCoordination,
      handle: async () => void (await bell.look()),
    };
    this.handlers = [wanted, arrived, look];
  }
}
