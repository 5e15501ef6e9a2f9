import type { Caller } from '@app/access';
import type { ServiceClient } from '@app/service';

/** Adds to a citizen the family that registration knows of, where registration is another process. */
export const familyFrom =
  (registration: ServiceClient) =>
  async (caller: Caller): Promise<Caller> => {
    const { idNumber } = caller;
    if (idNumber === undefined) return caller;
    const family = await registration.call<Caller['family']>('/family', { idNumber }, { isRead: true });
    return { ...caller, family };
  };
