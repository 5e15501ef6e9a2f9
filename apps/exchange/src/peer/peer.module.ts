import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { PeerLineService } from './peer-line.service';
import { PeerProcessor } from './peer.processor';
import { PeerRepository } from './peer.repository';
import { PeerResolver } from './peer.resolver';
import { PeerService } from './peer.service';
import { ReceivingService } from './receiving.service';
import { SendingService } from './sending.service';

/** Other installations: what they are told until they acknowledge it, what they tell, and how that is going. */
@Module({
  imports: [ParameterModule],
  providers: [
    PeerRepository,
    PeerLineService,
    SendingService,
    ReceivingService,
    PeerService,
    PeerProcessor,
    PeerResolver,
  ],
  exports: [PeerLineService, PeerService, ReceivingService, PeerProcessor],
})
export class PeerModule {}
