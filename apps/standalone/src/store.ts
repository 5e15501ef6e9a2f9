const AGAIN_MILLISECONDS = 300;

/** A server that this process started. */
interface Store {
  readonly port: number;
  /** When it is gone, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * PostgreSQL or Redis, started anew on the same port whenever it dies, as Docker's `restart: unless-stopped` does. What
 * comes back differs in nothing that anybody was told of the first one.
 */
export async function keepUp<S extends Store>(start: (port: number | undefined) => Promise<S>): Promise<S> {
  const first = await start(undefined);
  let [current, isStopping, starting] = [first, false, Promise.resolve()];
  const again = async (): Promise<void> => {
    while (!isStopping) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS));
      if (isStopping) return;
      try {
        watch((current = await start(first.port)));
        return;
      } catch {
        // What the last one left behind may still hold its files or its port: tried until it does not.
      }
    }
  };
  const watch = (one: S): void => void one.ended.then(() => (starting = again()));
  watch(first);
  return {
    ...first,
    stop: async () => {
      isStopping = true;
      await starting;
      await current.stop();
    },
  };
}
