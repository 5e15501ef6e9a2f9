import * as path from 'node:path';
import type { BankFolders } from '../../subsidy/src/disbursement/disbursement.types';
import type { Config } from './config';

/** Where this installation and its bank leave files for each other. */
export const bankFolders = ({ dataFolder }: Pick<Config, 'dataFolder'>): BankFolders => ({
  out: path.join(dataFolder, 'bank', 'to'),
  in: path.join(dataFolder, 'bank', 'from'),
  format: 'pain.001',
});
