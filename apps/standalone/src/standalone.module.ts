import type { Database } from '@app/database';
import {
  COORDINATION_ANSWERS,
  COORDINATION_MATTERS,
  DIVISION_SUCCESSIONS,
  ENDED_CERTIFICATES,
  ENROLMENT_QUESTIONS,
  ENROLMENTS,
  NEWBORN_CLAIMS,
  NEWCOMERS,
  OVERPAYMENTS,
  PEER_INBOX,
  PEER_OUTBOX,
  PERSON_IDENTITIES,
  REGISTRATION_FEED,
  REGISTRY_EVENT_FEED,
  REGISTRY_QUESTIONS,
} from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { REGISTRY_CALLBACKS } from '../../exchange/src/callback/callback.types';
import { EnrolmentModule } from '../../exchange/src/enrolment/enrolment.module';
import { EnrolmentService } from '../../exchange/src/enrolment/enrolment.service';
import { ExchangeModule } from '../../exchange/src/exchange.module';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../../exchange/src/exchange.tokens';
import { HOUSEHOLD_REGISTRY } from '../../exchange/src/household-registry/household-registry.types';
import {
  openRegistry,
  type RegistryConnection,
} from '../../exchange/src/household-registry/registry-connection.client';
import { NO_PEERS } from '../../exchange/src/peer/peer-directory.client';
import { PeerModule } from '../../exchange/src/peer/peer.module';
import { PeerService } from '../../exchange/src/peer/peer.service';
import { type Peers, PEERS } from '../../exchange/src/peer/peer.types';
import { QuestionModule } from '../../exchange/src/question/question.module';
import { QuestionService } from '../../exchange/src/question/question.service';
import { RegistryEventModule } from '../../exchange/src/registry-event/registry-event.module';
import { RegistryEventService } from '../../exchange/src/registry-event/registry-event.service';
import { FeesModule } from '../../fees/src/fees.module';
import { FEES_DATABASE, FEES_OUTBOX } from '../../fees/src/fees.tokens';
import { TREASURY_FOLDER, type TreasuryFolder } from '../../fees/src/treasury-file/treasury-file.types';
import { CoordinationMessageService } from '../../migrant/src/coordination/coordination-message.service';
import { CoordinationModule } from '../../migrant/src/coordination/coordination.module';
import { CoordinationOpeningService } from '../../migrant/src/coordination/coordination-opening.service';
import { MigrantModule } from '../../migrant/src/migrant.module';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../../migrant/src/migrant.tokens';
import { ResidenceModule } from '../../migrant/src/residence/residence.module';
import { ResidenceService } from '../../migrant/src/residence/residence.service';
import { ElsewhereMatterService } from '../../registration/src/birth-registration/elsewhere-matter.service';
import { CertificateService } from '../../registration/src/certificate/certificate.service';
import { SuccessionService } from '../../registration/src/division/succession.service';
import { FeedService } from '../../registration/src/feed/feed.service';
import { NewbornClaimService } from '../../registration/src/newborn-matter/newborn-claim.service';
import { PersonIdentityService } from '../../registration/src/person/person-identity.service';
import { RegistrationModule } from '../../registration/src/registration.module';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../../registration/src/registration.tokens';
import { VOUCHER_SETTINGS, type VoucherSettings } from '../../registration/src/voucher/voucher.types';
import { BANK_FOLDERS, type BankFolders } from '../../subsidy/src/disbursement/disbursement.types';
import { EnrolmentModule as PaidHereModule } from '../../subsidy/src/enrolment/enrolment.module';
import { PaidHereService } from '../../subsidy/src/enrolment/paid-here.service';
import { OverpaymentModule } from '../../subsidy/src/overpayment/overpayment.module';
import { OverpaymentService } from '../../subsidy/src/overpayment/overpayment.service';
import { MatterService } from '../../subsidy/src/portability/matter.service';
import { PortabilityModule } from '../../subsidy/src/portability/portability.module';
import { SubsidyModule } from '../../subsidy/src/subsidy.module';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../../subsidy/src/subsidy.tokens';

export interface StandaloneParts {
  readonly registration: Database;
  readonly subsidy: Database;
  readonly migrant: Database;
  readonly fees: Database;
  readonly exchange: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Without them nothing is exchanged with the bank but by hand. */
  readonly bankFolders?: BankFolders;
  /** Without it nothing is handed over to the treasury's bank. */
  readonly treasuryFolder?: TreasuryFolder;
  /** Without it the household registry is not connected: what it is asked waits. */
  readonly household?: Pick<RegistryConnection, 'registry' | 'callbacks'>;
  /** Without them this is the only installation there is. */
  readonly peers?: Peers;
  /** Without a key vouchers are documents only, and no credentials. */
  readonly voucher?: VoucherSettings;
}

/** What every app asks for by token, given once. */
@Global()
@Module({})
class PlatformModule {
  static of(parts: StandaloneParts): DynamicModule {
    const { registry, callbacks } = parts.household ?? openRegistry({ kind: 'none' }, parts.clock);
    const providers = [
      { provide: REGISTRATION_DATABASE, useValue: parts.registration },
      { provide: REGISTRATION_OUTBOX, useValue: new Outbox('registration') },
      { provide: SUBSIDY_DATABASE, useValue: parts.subsidy },
      { provide: SUBSIDY_OUTBOX, useValue: new Outbox('subsidy') },
      { provide: MIGRANT_DATABASE, useValue: parts.migrant },
      { provide: MIGRANT_OUTBOX, useValue: new Outbox('migrant') },
      { provide: FEES_DATABASE, useValue: parts.fees },
      { provide: FEES_OUTBOX, useValue: new Outbox('fees') },
      { provide: EXCHANGE_DATABASE, useValue: parts.exchange },
      { provide: EXCHANGE_OUTBOX, useValue: new Outbox('exchange') },
      { provide: HOUSEHOLD_REGISTRY, useValue: registry },
      { provide: REGISTRY_CALLBACKS, useValue: callbacks },
      { provide: PEERS, useValue: parts.peers ?? NO_PEERS },
      { provide: Vault, useValue: parts.vault },
      { provide: CLOCK, useValue: parts.clock },
      ...(parts.voucher ? [{ provide: VOUCHER_SETTINGS, useValue: parts.voucher }] : []),
      ...(parts.bankFolders ? [{ provide: BANK_FOLDERS, useValue: parts.bankFolders }] : []),
      ...(parts.treasuryFolder ? [{ provide: TREASURY_FOLDER, useValue: parts.treasuryFolder }] : []),
    ];
    return { module: PlatformModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** The register's change feed, newborn matters, ended certificates and who is who, asked within the process; over HTTP where the apps run apart. */
@Global()
@Module({
  imports: [RegistrationModule],
  providers: [
    { provide: REGISTRATION_FEED, useExisting: FeedService },
    { provide: NEWBORN_CLAIMS, useExisting: NewbornClaimService },
    { provide: ENDED_CERTIFICATES, useExisting: CertificateService },
    { provide: PERSON_IDENTITIES, useExisting: PersonIdentityService },
    { provide: DIVISION_SUCCESSIONS, useExisting: SuccessionService },
  ],
  exports: [REGISTRATION_FEED, NEWBORN_CLAIMS, ENDED_CERTIFICATES, PERSON_IDENTITIES, DIVISION_SUCCESSIONS],
})
class FeedModule {}

/** The household registry through the exchange, asked within the process; over HTTP where the apps run apart. */
@Global()
@Module({
  imports: [QuestionModule, RegistryEventModule],
  providers: [
    { provide: REGISTRY_QUESTIONS, useExisting: QuestionService },
    { provide: REGISTRY_EVENT_FEED, useExisting: RegistryEventService },
  ],
  exports: [REGISTRY_QUESTIONS, REGISTRY_EVENT_FEED],
})
class RegistryModule {}

/** Who is from elsewhere, asked within the process; over HTTP where the apps run apart. */
@Global()
@Module({
  imports: [ResidenceModule],
  providers: [{ provide: NEWCOMERS, useExisting: ResidenceService }],
  exports: [NEWCOMERS],
})
class NewcomerModule {}

/** Other installations through the exchange, asked within the process; over HTTP where the apps run apart. */
@Global()
@Module({
  imports: [PeerModule, EnrolmentModule],
  providers: [
    { provide: PEER_INBOX, useExisting: PeerService },
    { provide: ENROLMENT_QUESTIONS, useExisting: EnrolmentService },
  ],
  exports: [PEER_INBOX, ENROLMENT_QUESTIONS],
})
class ElsewhereModule {}

/** Matters that need another place, what other places are told of them, and what became of them, asked within the process; over HTTP where the apps run apart. */
@Global()
@Module({
  imports: [RegistrationModule, CoordinationModule],
  providers: [
    { provide: COORDINATION_MATTERS.registration, useExisting: ElsewhereMatterService },
    { provide: COORDINATION_ANSWERS, useExisting: CoordinationOpeningService },
    { provide: PEER_OUTBOX, useExisting: CoordinationMessageService },
  ],
  exports: [COORDINATION_MATTERS.registration, COORDINATION_ANSWERS, PEER_OUTBOX],
})
class PlacesModule {}

/** Who is paid here, what was overpaid, and what is wanted of other places, asked within the process; over HTTP where the apps run apart. */
@Global()
@Module({
  imports: [PaidHereModule, OverpaymentModule, PortabilityModule],
  providers: [
    { provide: ENROLMENTS, useExisting: PaidHereService },
    { provide: OVERPAYMENTS, useExisting: OverpaymentService },
    { provide: COORDINATION_MATTERS.subsidy, useExisting: MatterService },
  ],
  exports: [ENROLMENTS, OVERPAYMENTS, COORDINATION_MATTERS.subsidy],
})
class EntitlementsModule {}

/** All apps in one process: the default installation, big enough for a county. */
@Module({})
export class StandaloneModule {
  static of(parts: StandaloneParts): DynamicModule {
    return {
      module: StandaloneModule,
      imports: [
        PlatformModule.of(parts),
        FeedModule,
        RegistryModule,
        NewcomerModule,
        ElsewhereModule,
        PlacesModule,
        EntitlementsModule,
        RegistrationModule,
        SubsidyModule,
        MigrantModule,
        FeesModule,
        ExchangeModule,
      ],
    };
  }
}
