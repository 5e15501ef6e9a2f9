/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Seconds that `work` took, and its result. */
export async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1000, result];
}

const INTERVAL_MILLISECONDS = 20;
const megabytes = (): number => Math.round(process.memoryUsage.rss() / 1048576);

/** Resident memory of this process in megabytes, sampled while it is watched. */
export class PeakMemory {
  readonly before = megabytes();
  peak = this.before;

  /** Samples until the function it returns is called. */
  watch(): () => void {
    const sample = (): void => void (this.peak = Math.max(this.peak, megabytes()));
    sample();
    const timer = setInterval(sample, INTERVAL_MILLISECONDS);
    return () => {
      clearInterval(timer);
      sample();
    };
  }
}
