import * as fs from 'node:fs';
import { inContext, systemContext } from '@app/database';
import { withoutTyped } from '@app/kernel';
import type { Config } from './config';
import { demoFolders, exchangeWithBank } from './demo';
import type { Installation } from './installation';
import { Steps } from './steps';
import { openTerminal, type Terminal } from './terminal';

const ROUND = 3_000;

/**
 * Carries files between us and the simulated bank while the installation serves: approved batches out, answers in.
 * Where a real bank is, its own transfer does this.
 */
export function bankCourier(installation: Installation, config: Config, terminal: Terminal): { stop(): Promise<void> } {
  const folders = demoFolders(config);
  const steps = new Steps(installation, openTerminal(true), config);
  let isStopping = false;
  // Whether files may lie unanswered: after a start, and after a round that failed, nobody knows.
  let isOwed = true;
  const context = systemContext('bank courier', { actor: 'system:courier' });
  const round = async (): Promise<void> => {
    fs.mkdirSync(folders.toBank, { recursive: true });
    const sent = await steps.pay({ out: folders.toBank, format: 'pain.001' });
    isOwed ||= sent.length > 0;
    if (!isOwed) return;
    const { reconciled } = await exchangeWithBank(steps, config);
    isOwed = false;
    if (sent.length + reconciled.length === 0) return;
    terminal.say(
      `已发送 ${sent.length} 个批次，对账 ${reconciled.length} 个`,
      'batches went to the bank and were reconciled',
    );
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
