/**
 * Loaded into every program that run.mjs starts: the program lives in a session of its own, so when its starter is
 * killed nobody would tell it. It then dies in the same way, and the next start recovers as after any crash.
 * Processes that the program forks in its turn (Jest's workers) inherit this line and have another parent.
 */
if (process.channel && process.env.YANGYU_STARTER === String(process.ppid)) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
