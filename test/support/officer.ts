import { inContext, systemContext } from '@app/database';

/** Work in an officer's own context, over the whole installation: what bears a name is written by nobody else. */
export const asOfficer = <T>(actor: string, work: () => Promise<T>): Promise<T> =>
  inContext(systemContext('test', { actor }), work);
