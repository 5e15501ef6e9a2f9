import { PROCESS_SETTINGS, readSettings, VAULT_SETTINGS, WORKER_SETTINGS } from '@app/service';
import { z } from 'zod';
import { peerSettings } from './peer/peer-settings.types';
import { registrySettings } from './household-registry/registry-settings.types';

export const EXCHANGE_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...VAULT_SETTINGS,
  /** Where the other apps' processes answer; several, separated by commas. */
  YANGYU_REGISTRATION_URL: z.string().min(1),
  YANGYU_SUBSIDY_URL: z.string().min(1),
  YANGYU_MIGRANT_URL: z.string().min(1),
  /** JSON of how the household registry is spoken to (README): it holds keys, so it is given as a file. */
  YANGYU_REGISTRY: registrySettings.default({ kind: 'none' }),
  /** JSON of which other installations there are (README): it holds our keys, so it is given as a file. */
  YANGYU_PEERS: peerSettings.default({ kind: 'none' }),
  /** Where calls of the registry and of other installations are taken in, by way of a proxy that speaks TLS; nowhere, where it is not said. */
  YANGYU_CALLBACK_PORT: z.coerce.number().int().min(0).max(65535).optional(),
} as const;

export const EXCHANGE_WORKER_SETTINGS = { ...EXCHANGE_SETTINGS, ...WORKER_SETTINGS } as const;

/** The only readers of the environment in this app, where it runs as processes of its own. */
export const readConfig = () => readSettings(EXCHANGE_SETTINGS, process.env);
export const readWorkerConfig = () => readSettings(EXCHANGE_WORKER_SETTINGS, process.env);
