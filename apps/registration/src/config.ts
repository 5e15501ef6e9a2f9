import { PROCESS_SETTINGS, readSettings, VAULT_SETTINGS, WORKER_SETTINGS } from '@app/service';

/** The only readers of the environment in this app, where it runs as processes of its own. */
export const readConfig = () => readSettings({ ...PROCESS_SETTINGS, ...VAULT_SETTINGS }, process.env);
export const readWorkerConfig = () => readSettings({ ...PROCESS_SETTINGS, ...WORKER_SETTINGS }, process.env);
