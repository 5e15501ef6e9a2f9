export { failpoint } from './failpoint';
export { defineJob, type Delivery, type JobDefinition, type JobHandler, type Payload } from './job';
export { type JobsApp, type JobsOptions, JobsRuntime, type Timings } from './jobs-runtime';
export { Outbox } from './outbox.repository';
export { prepareQueue } from './queue';
