import * as path from 'node:path';
import type { TreasuryFolder } from '../../fees/src/treasury-file/treasury-file.types';
import type { BankFolders } from '../../subsidy/src/disbursement/disbursement.types';
import type { Config } from './config';

/** Where this installation and its bank leave files for each other. */
export const bankFolders = ({ dataFolder }: Pick<Config, 'dataFolder'>): BankFolders => ({
  out: path.join(dataFolder, 'bank', 'to'),
  in: path.join(dataFolder, 'bank', 'from'),
  format: 'pain.001',
});

/** Where it leaves files for the treasury's bank. */
export const treasuryFolder = ({ dataFolder }: Pick<Config, 'dataFolder'>): TreasuryFolder => ({
  out: path.join(dataFolder, 'bank', 'treasury'),
  format: 'pain.001',
});
