import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { NoticeEntry, NoticeHead, OpenBankNotice } from './bank-notice.types';
import { refuse } from './bankfile.errors';
import { Incoming } from './bytes';
import { scanCamt054 } from './camt054';

/** Larger notices come in several files; more than this is no notice of an office's account. */
const LIMITS = { bytes: 256 * 1024 * 1024, entries: 200_000 } as const;
type Limits = Readonly<Record<keyof typeof LIMITS, number>>;

/** Whether a file is XML, by its first bytes: a name is no evidence. */
export async function isXmlFile(path: string): Promise<boolean> {
  const stream = createReadStream(path, { end: 63 });
  try {
    return await new Incoming(stream).isXml();
  } finally {
    stream.destroy();
  }
}

/** Reads a camt.054 notice to its end with constant memory; a Refusal says why nothing of it counts. */
export async function openBankNotice(path: string, limits: Limits = LIMITS): Promise<OpenBankNotice> {
  const { size } = await stat(path);
  if (size > limits.bytes) throw refuse.tooLarge(0, `> ${limits.bytes} bytes`);
  const scan = scanNotice(path, limits);
  for (;;) {
    const next = await scan.next();
    if (next.done) return { ...next.value, entries: () => again(path, limits, next.value.sha256) };
  }
}

async function* again(path: string, limits: Limits, sha256: string): AsyncGenerator<NoticeEntry> {
  const scan = scanNotice(path, limits);
  for (;;) {
    const next = await scan.next();
    if (!next.done) yield* next.value;
    else if (next.value.sha256 === sha256) return;
    else throw refuse.changed();
  }
}

async function* scanNotice(
  path: string,
  limits: Limits,
): AsyncGenerator<NoticeEntry[], NoticeHead & { sha256: string }> {
  const incoming = new Incoming(createReadStream(path));
  if (!(await incoming.isXml())) throw refuse.kind('camt.054.001.08', 'CSV');
  const head = yield* scanCamt054(incoming, limits.entries);
  return { ...head, sha256: incoming.sha256 };
}
