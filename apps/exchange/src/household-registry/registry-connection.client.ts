import type { Clock } from '@app/kernel';
import type { RegistryCallbacks } from '../callback/callback.types';
import { AbsentRegistry } from './absent.client';
import type { HouseholdRegistry } from './household-registry.types';
import { MinistryRegistry } from './ministry.client';
import type { RegistrySettings } from './registry-settings.types';
import { SpdciRegistry } from './spdci.client';

/** The registry as it is spoken to here, and what it sends by itself where it does. */
export interface RegistryConnection {
  readonly registry: HouseholdRegistry;
  readonly callbacks: RegistryCallbacks | null;
  close(): Promise<void>;
}

export function openRegistry(settings: RegistrySettings, clock: Clock): RegistryConnection {
  switch (settings.kind) {
    case 'none':
      return { registry: new AbsentRegistry(), callbacks: null, close: () => Promise.resolve() };
    case 'ministry': {
      const registry = new MinistryRegistry({ ...settings, clock });
      return { registry, callbacks: null, close: () => registry.close() };
    }
    case 'spdci': {
      const registry = new SpdciRegistry({ ...settings, key: settings.key, clock });
      return { registry, callbacks: registry, close: () => registry.close() };
    }
  }
}
