import { peerMessageWanted } from '@app/contracts';
import type { JobHandler, Payload } from '@app/jobs';
import { Injectable } from '@nestjs/common';
import { ringPeers, sendToPeer } from './peer.jobs';
import { PeerService } from './peer.service';
import { SendingService } from './sending.service';

/** A message that an app wants sent, the rounds in which they are sent, and the bell. */
@Injectable()
export class PeerProcessor {
  readonly handlers: readonly JobHandler<Payload>[];

  constructor(sending: SendingService, peers: PeerService) {
    // Each looks first whether there is anything to do, so they need no inbox row for their effect.
    const keep: JobHandler<{ message: string }> = {
      job: peerMessageWanted,
      handle: ({ message }) => sending.keep(message),
    };
    const send: JobHandler<{ peer: string }> = {
      job: sendToPeer,
      handle: ({ peer }, { signal }) => sending.send(peer, signal),
    };
    const ring: JobHandler<{ bell: string }> = { job: ringPeers, handle: () => peers.ring() };
    this.handlers = [keep, send, ring];
  }
}
