import { Module } from '@nestjs/common';
import { HouseholdRegistryModule } from '../household-registry/household-registry.module';
import { NominationModule } from '../nomination/nomination.module';
import { ParameterModule } from '../parameter/parameter.module';
import { QuestionModule } from '../question/question.module';
import { RegistryEventModule } from '../registry-event/registry-event.module';
import { SetAsideModule } from '../set-aside/set-aside.module';
import { ConnectionBellService } from './connection-bell.service';
import { ConnectionResolver } from './connection.resolver';
import { ConnectionService } from './connection.service';

/** How the connection to the household registry is doing, and the bell that keeps it busy. */
@Module({
  imports: [
    HouseholdRegistryModule,
    ParameterModule,
    NominationModule,
    QuestionModule,
    SetAsideModule,
    RegistryEventModule,
  ],
  providers: [ConnectionService, ConnectionResolver, ConnectionBellService],
  exports: [ConnectionBellService],
})
export class ConnectionModule {}
