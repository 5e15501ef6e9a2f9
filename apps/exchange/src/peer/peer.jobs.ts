import { defineJob } from '@app/jobs';

/** Send another installation what is due for it; of several of these at a time one is on its way. */
export const sendToPeer = defineJob<{ peer: string }>({
  queue: 'exchange',
  name: 'peer.pump',
  key: ({ peer }) => peer,
});

/** Look after all that waits for other installations, and forget what was read long enough ago. */
export const ringPeers = defineJob<{ bell: string }>({ queue: 'exchange', name: 'peer.ring', key: ({ bell }) => bell });
