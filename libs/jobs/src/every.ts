/** Does `work` at once and every `milliseconds`, never twice at a time; stop() waits for the last. */
export function every(
  milliseconds: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  let doing: Promise<unknown> | undefined;
  const once = (): void => {
    doing ??= work()
      .catch(onError)
      .finally(() => (doing = undefined));
  };
  const timer = setInterval(once, milliseconds);
  once();
  return {
    stop: async () => {
      clearInterval(timer);
      await doing;
    },
  };
}
