import { Refusal, withoutTyped } from '@app/kernel';

/** Work that was started and is to be ended in good order. */
interface Started {
  readonly what: string;
  readonly end: () => Promise<unknown> | void;
}

/** Bugs and outages in the log, for whoever looks after the process; never the sentence of what somebody typed. */
export const report = (where: string, error: unknown): void =>
  void process.stderr.write(
    `${where}: ${withoutTyped(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
  );

/** Whatever takes longer than this to end is left where it is: nothing is lost by a kill. */
const END_MILLISECONDS = 25_000;

/** How long a process lives: from its start to a signal, or to the moment when it can no longer do its work. */
export class Life {
  private readonly started: Started[] = [];
  private ending: Promise<void> | undefined;
  /** For `/readyz`: false from the signal on. */
  isReady = true;

  constructor(
    readonly name: string,
    private readonly drainSeconds: number,
  ) {}

  /** Notes how something ends; what was begun last ends first. */
  ends(what: string, end: Started['end']): void {
    this.started.push({ what, end });
  }

  /** Ends everything, then the process. A second signal does not wait. */
  end(code: number): Promise<void> {
    if (this.ending) process.exit(code || 1);
    this.isReady = false;
    return (this.ending = (async () => {
      const late = setTimeout(() => process.exit(1), this.drainSeconds * 1_000 + END_MILLISECONDS);
      if (code === 0) await new Promise((resolve) => setTimeout(resolve, this.drainSeconds * 1_000));
      for (const { what, end } of this.started.reverse()) {
        await Promise.resolve(end()).catch((error: unknown) => report(`${this.name}: ${what}`, error));
      }
      clearTimeout(late);
      process.exit(code);
    })());
  }
}

/**
 * Runs one process of the house: says in one line when it serves, ends in order on SIGTERM or SIGINT (exit 0), says in two
 * languages why it does not start (exit 1), and ends with 70 on a bug, so that whoever supervises it starts it anew.
 */
export async function live<Settings extends { readonly YANGYU_DRAIN_SECONDS: number }>(
  name: string,
  read: () => Settings,
  start: (life: Life, settings: Settings) => Promise<string>,
): Promise<void> {
  let life: Life | undefined;
  try {
    const settings = read();
    const begun = (life = new Life(name, settings.YANGYU_DRAIN_SECONDS));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void begun.end(0));
    process.stdout.write(`${name} ${await start(begun, settings)}\n`);
  } catch (error) {
    const code = error instanceof Refusal ? 1 : 70;
    if (error instanceof Refusal) process.stderr.write(`${error.code}\n${error.sentence.zh}\n${error.sentence.en}\n`);
    else report(name, error);
    if (life) await life.end(code);
    process.exit(code);
  }
}
