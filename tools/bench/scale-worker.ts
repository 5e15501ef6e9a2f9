import { openInstallation } from '../../apps/standalone/src/installation';
import { benchClock, configOf } from './scale-site';

/** A worker of the scale bench: it visits the installation that the bench has opened and handles its queue, one message at a time. */
async function main(): Promise<void> {
  const installation = await openInstallation(configOf(process.argv[2]!), {
    clock: benchClock,
    concurrency: 1,
    onError: (error, where) =>
      process.stderr.write(`worker: ${where}: ${(error as { code?: string }).code ?? String(error)}\n`),
  });
  installation.jobs.start();
  const before = process.cpuUsage();
  process.on('message', (asked) => {
    const { user, system } = process.cpuUsage(before);
    if (asked === 'cpu') process.send!({ cpu: (user + system) / 1e6 });
    else if (asked === 'stop') void installation.close().then(() => process.exit(0));
  });
  process.once('disconnect', () => process.exit(1)); // The bench was killed.
  process.send!({ ready: true });
}

main().catch((error: unknown) => {
  process.stderr.write(`worker: ${String(error)}\n`);
  process.exit(1);
});
