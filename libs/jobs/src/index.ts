export { every } from './every';
export { failpoint } from './failpoint';
export { type Bundle, defineJob, type Delivery, type JobDefinition, type JobHandler, type Payload } from './job';
export { type JobsApp, type JobsOptions, JobsRuntime, type Timings } from './jobs-runtime';
export { Outbox } from './outbox.repository';
export { prepareQueue } from './queue-postgres';
export { assertQueueKeeps } from './queue-redis';
export type { QueuePlace } from './queue.types';
export { type RedisServer, startRedisServer } from './redis-server';
