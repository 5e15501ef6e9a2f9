import * as path from 'node:path';
import { DEMO_USERS } from '@app/access';
import { every } from '@app/jobs';
import { systemClock } from '@app/kernel';
import { live, report } from '@app/service';
import { BankCounter } from './bank/counter.simulator';
import { readConfig } from './config';
import { citizensOf } from './county/citizens.service';
import { IdentityProvider } from './identity/identity.simulator';

const ROUND = 1_000;

/** The world outside as a process: the issuer that signs the demo's people in, and the bank. */
void live('simulator', readConfig, async (life, settings) => {
  const folder = settings.YANGYU_DATA;
  const bank = await BankCounter.open({
    folder: settings.YANGYU_BANK_FOLDER,
    failures: settings.YANGYU_BANK_FAILURES,
    clock: systemClock,
  });
  const rounds = every(
    ROUND,
    () => bank.serve(),
    (error) => report('bank', error),
  );
  life.ends('bank', () => rounds.stop());
  const issuer = await IdentityProvider.open({
    folder: path.join(folder, 'identity'),
    clock: systemClock,
    host: settings.YANGYU_HOST,
    port: settings.YANGYU_PORT,
    officers: DEMO_USERS,
    citizens: () => citizensOf(path.join(folder, 'demo', 'county')),
    report: (error) => report('issuer', error),
  });
  life.ends('issuer', () => issuer.close());
  issuer.openDesk(settings.YANGYU_DESK);
  return issuer.issuer;
});
