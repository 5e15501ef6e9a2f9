import { readSettings } from '@app/service';
import { z } from 'zod';

export const SIMULATOR_SETTINGS = {
  YANGYU_HOST: z.string().default('127.0.0.1'),
  /** Of the demo issuer. */
  YANGYU_PORT: z.coerce.number().int().min(0).max(65535),
  /** The issuer's keys, and the made-up county whose applicants sign in. */
  YANGYU_DATA: z.string().min(1),
  /** Addresses at which the desk's page may sign people in, separated by commas. */
  YANGYU_DESK: z.string().transform((text) => text.split(',')),
  /** Folder that the bank fetches payment files from (`to/`) and delivers answers to (`from/`). */
  YANGYU_BANK_FOLDER: z.string().min(1),
  /** Share of payments that the bank fails by chance; planted accounts fail always. */
  YANGYU_BANK_FAILURES: z.coerce.number().min(0).max(1).default(0.02),
  YANGYU_DRAIN_SECONDS: z.coerce.number().min(0).default(0),
} as const;

/** The only reader of the environment in this app, where it runs as a process of its own. */
export const readConfig = () => readSettings(SIMULATOR_SETTINGS, process.env);
