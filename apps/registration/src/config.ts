import { PROCESS_SETTINGS, readSettings, VAULT_SETTINGS, WORKER_SETTINGS } from '@app/service';
import { z } from 'zod';

export const REGISTRATION_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...VAULT_SETTINGS,
  /** The Ed25519 private key (PEM) that voucher credentials are signed with; without it vouchers are documents only. */
  YANGYU_VOUCHER_KEY: z.string().min(1).optional(),
  /** Where the exchange's processes answer; several, separated by commas. */
  YANGYU_EXCHANGE_URL: z.string().min(1),
  /** Where migrant's processes answer: what became of questions to other places. */
  YANGYU_MIGRANT_URL: z.string().min(1),
} as const;
export const REGISTRATION_WORKER_SETTINGS = { ...REGISTRATION_SETTINGS, ...WORKER_SETTINGS } as const;

/** The only readers of the environment in this app, where it runs as processes of its own. */
export const readConfig = () => readSettings(REGISTRATION_SETTINGS, process.env);
export const readWorkerConfig = () => readSettings(REGISTRATION_WORKER_SETTINGS, process.env);
