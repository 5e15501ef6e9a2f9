import * as path from 'node:path';
import { PROCESS_SETTINGS, readSettings, VAULT_SETTINGS, WORKER_SETTINGS } from '@app/service';
import { z } from 'zod';
import type { TreasuryFolder } from './treasury-file/treasury-file.types';

export const FEES_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...VAULT_SETTINGS,
  /** Where the other apps’ processes answer; several, separated by commas. */
  YANGYU_REGISTRATION_URL: z.string().min(1),
  YANGYU_SUBSIDY_URL: z.string().min(1),
  /** Folder that is shared with the bank; files for the treasury's bank go to its `treasury/`. Without it none is handed over. */
  YANGYU_BANK_FOLDER: z.string().min(1).optional(),
  YANGYU_TREASURY_FORMAT: z.enum(['pain.001', 'csv']).default('pain.001'),
} as const;
export const FEES_WORKER_SETTINGS = { ...FEES_SETTINGS, ...WORKER_SETTINGS } as const;

/** The only readers of the environment in this app, where it runs as processes of its own. */
export const readConfig = () => readSettings(FEES_SETTINGS, process.env);
export const readWorkerConfig = () => readSettings(FEES_WORKER_SETTINGS, process.env);

export function treasuryFolder(settings: ReturnType<typeof readConfig>): TreasuryFolder | undefined {
  const { YANGYU_BANK_FOLDER: folder, YANGYU_TREASURY_FORMAT: format } = settings;
  return folder === undefined ? undefined : { out: path.join(folder, 'treasury'), format };
}
