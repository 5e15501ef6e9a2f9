import * as path from 'node:path';
import { PROCESS_SETTINGS, readSettings, VAULT_SETTINGS, WORKER_SETTINGS } from '@app/service';
import { z } from 'zod';
import type { BankFolders } from './disbursement/disbursement.types';

export const SUBSIDY_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...VAULT_SETTINGS,
  /** Where registration's processes answer; several, separated by commas. */
  YANGYU_REGISTRATION_URL: z.string().min(1),
  /** Where migrant's processes answer: what became of questions to other places. */
  YANGYU_MIGRANT_URL: z.string().min(1),
  /** Where the exchange's processes answer. */
  YANGYU_EXCHANGE_URL: z.string().min(1),
  /** Folder that this app and its bank exchange files in: `to/` and `from/`. The bank's own transfer empties and fills it. */
  YANGYU_BANK_FOLDER: z.string().min(1),
  YANGYU_BANK_FORMAT: z.enum(['pain.001', 'csv']).default('pain.001'),
  /** Milliseconds between looks for batches to send and answers to take in. */
  YANGYU_COURIER_INTERVAL: z.coerce.number().int().min(100).default(3_000),
} as const;

export const SUBSIDY_WORKER_SETTINGS = { ...SUBSIDY_SETTINGS, ...WORKER_SETTINGS } as const;

/** The only readers of the environment in this app, where it runs as processes of its own. */
export const readConfig = () => readSettings(SUBSIDY_SETTINGS, process.env);
export const readWorkerConfig = () => readSettings(SUBSIDY_WORKER_SETTINGS, process.env);

export const bankFolders = (settings: ReturnType<typeof readConfig>): BankFolders => ({
  out: path.join(settings.YANGYU_BANK_FOLDER, 'to'),
  in: path.join(settings.YANGYU_BANK_FOLDER, 'from'),
  format: settings.YANGYU_BANK_FORMAT,
});
