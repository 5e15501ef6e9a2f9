import * as fs from 'node:fs';
import * as path from 'node:path';
import { inContext, systemContext } from '@app/database';
import { withoutTyped } from '@app/kernel';
import { CourierService } from '../../subsidy/src/reconciliation/courier.service';
import type { Config } from './config';
import { bankFolders } from './folders';
import type { Installation } from './installation';
import { Steps } from './steps';
import { openTerminal, type Terminal } from './terminal';

const ROUND = 3_000;

/**
 * Goes between us and the simulated bank while the installation serves: what waits is planned, the queue sends it and
 * takes the answers in, and the bank answers what lies in its folder. Where a real bank is, its own transfer does that.
 */
export function bankCourier(installation: Installation, config: Config, terminal: Terminal): { stop(): Promise<void> } {
  const folders = bankFolders(config);
  const steps = new Steps(installation, openTerminal(true), config);
  const courier = installation.app.get(CourierService, { strict: false });
  // Whether a file was answered before a start, nobody knows; the bank says the same again, and we take it in once.
  const answered = new Set<string>();
  let isStopping = false;
  const context = systemContext('bank courier', { actor: 'system:courier' });
  const round = async (): Promise<void> => {
    await courier.round();
    const names = namesIn(folders.out).filter((name) => !answered.has(name));
    for (const name of names) {
      await steps.bank(path.join(folders.out, name), { out: folders.in, fail: String(config.bankFailures) });
      answered.add(name);
    }
    if (names.length > 0)
      terminal.say(`银行已答复 ${names.length} 个文件`, 'files were answered by the simulated bank');
  };
  const loop = (async () => {
    while (!isStopping) {
      await inContext(context, round).catch((error: unknown) =>
        terminal.say(`银行往来出错：${withoutTyped(String(error))}`, 'the courier will try again'),
      );
      for (let waited = 0; waited < ROUND && !isStopping; waited += 100) await new Promise((go) => setTimeout(go, 100));
    }
  })();
  return {
    stop: () => {
      isStopping = true;
      return loop;
    },
  };
}

const namesIn = (folder: string): string[] =>
  fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
