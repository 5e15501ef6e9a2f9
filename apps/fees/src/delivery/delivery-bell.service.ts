import { inContext, systemContext } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DeliveryService } from './delivery.service';

const AT_ONCE = 500;

/** Letters are served as days pass: where a public notice has run, whoever waits for that is told. */
@Injectable()
export class DeliveryBellService {
  constructor(private readonly deliveries: DeliveryService) {}

  ring(): Promise<void> {
    return inContext(systemContext('delivery.tell'), async () => {
      while ((await this.deliveries.tellDue(AT_ONCE)) === AT_ONCE);
    });
  }
}
