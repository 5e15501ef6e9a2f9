import { PROCESS_SETTINGS, readSettings, VAULT_SETTINGS, WORKER_SETTINGS } from '@app/service';
import { z } from 'zod';

export const FEES_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...VAULT_SETTINGS,
  /** Where the other apps’ processes answer; several, separated by commas. */
  YANGYU_REGISTRATION_URL: z.string().min(1),
  YANGYU_SUBSIDY_URL: z.string().min(1),
} as const;
export const FEES_WORKER_SETTINGS = { ...FEES_SETTINGS, ...WORKER_SETTINGS } as const;

/** The only readers of the environment in this app, where it runs as processes of its own. */
export const readConfig = () => readSettings(FEES_SETTINGS, process.env);
export const readWorkerConfig = () => readSettings(FEES_WORKER_SETTINGS, process.env);
