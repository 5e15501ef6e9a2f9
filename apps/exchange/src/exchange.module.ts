import type { JobHandler, Payload } from '@app/jobs';
import { Module } from '@nestjs/common';
import { CallbackModule } from './callback/callback.module';
import { CallbackProcessor } from './callback/callback.processor';
import { ComparisonModule } from './comparison/comparison.module';
import { ComparisonProcessor } from './comparison/comparison.processor';
import { ConnectionModule } from './connection/connection.module';
import { EnrolmentModule } from './enrolment/enrolment.module';
import { EnrolmentProcessor } from './enrolment/enrolment.processor';
import { EXCHANGE_HANDLERS } from './exchange.tokens';
import { HouseholdRegistryModule } from './household-registry/household-registry.module';
import { NominationModule } from './nomination/nomination.module';
import { ParameterModule } from './parameter/parameter.module';
import { PeerModule } from './peer/peer.module';
import { PeerProcessor } from './peer/peer.processor';
import { QuestionModule } from './question/question.module';
import { QuestionProcessor } from './question/question.processor';
import { RegistryEventModule } from './registry-event/registry-event.module';
import { RegistryEventProcessor } from './registry-event/registry-event.processor';
import { SetAsideModule } from './set-aside/set-aside.module';

const PROCESSORS = [
  QuestionProcessor,
  ComparisonProcessor,
  RegistryEventProcessor,
  CallbackProcessor,
  PeerProcessor,
  EnrolmentProcessor,
];

/**
 * Other agencies and other installations: what was agreed with them, who is named to them, what they were asked, what they tell. Needs from
 * outside, provided globally: EXCHANGE_DATABASE, EXCHANGE_OUTBOX, HOUSEHOLD_REGISTRY,
 * REGISTRY_CALLBACKS, PEERS, PEER_OUTBOX, PERSON_IDENTITIES, ENROLMENTS, CLOCK and Vault.
 */
@Module({
  imports: [
    ParameterModule,
    NominationModule,
    HouseholdRegistryModule,
    SetAsideModule,
    QuestionModule,
    ComparisonModule,
    RegistryEventModule,
    CallbackModule,
    PeerModule,
    EnrolmentModule,
    ConnectionModule,
  ],
  providers: [
    {
      provide: EXCHANGE_HANDLERS,
      useFactory: (...processors: { readonly handlers: readonly JobHandler<Payload>[] }[]) =>
        processors.flatMap(({ handlers }) => handlers),
      inject: PROCESSORS,
    },
  ],
  exports: [EXCHANGE_HANDLERS],
})
export class ExchangeModule {}
