import { COORDINATION_ANSWERS, PEER_OUTBOX } from '@app/contracts';
import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { CoordinationBellService } from './coordination-bell.service';
import {
  CoordinationActResolver,
  CoordinationReminderResolver,
  CoordinationResponseRateResolver,
} from './coordination-detail.resolver';
import { CoordinationMessageRepository } from './coordination-message.repository';
import { CoordinationMessageService } from './coordination-message.service';
import { CoordinationOpeningService } from './coordination-opening.service';
import { CoordinationProcessor } from './coordination.processor';
import { CoordinationRepository } from './coordination.repository';
import { CoordinationResolver } from './coordination.resolver';
import { CoordinationService } from './coordination.service';
import { CoordinationStepService } from './coordination-step.service';
import { CoordinationTermsService } from './coordination-terms.service';

/** Requests between the place somebody came from and the place they live in: asked, answered, handed over, never left with nobody. */
@Module({
  imports: [ParameterModule],
  providers: [
    CoordinationRepository,
    CoordinationMessageRepository,
    CoordinationTermsService,
    CoordinationStepService,
    CoordinationOpeningService,
    CoordinationMessageService,
    CoordinationBellService,
    CoordinationService,
    CoordinationResolver,
    CoordinationActResolver,
    CoordinationReminderResolver,
    CoordinationResponseRateResolver,
    CoordinationProcessor,
    { provide: COORDINATION_ANSWERS, useExisting: CoordinationOpeningService },
    { provide: PEER_OUTBOX, useExisting: CoordinationMessageService },
  ],
  exports: [
    CoordinationOpeningService,
    CoordinationMessageService,
    CoordinationBellService,
    CoordinationProcessor,
    COORDINATION_ANSWERS,
    PEER_OUTBOX,
  ],
})
export class CoordinationModule {}
