import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { NoticeEntry, NoticeHead, OpenBankNotice } from './bank-notice.types';
import { refuse } from './bankfile.errors';
import { Incoming } from './bytes';
import { scanCamt054 } from './camt054';

const BYTES_MAX = 256 * 1024 * 1024;

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
export async function openBankNotice(path: string): Promise<OpenBankNotice> {
  const { size } = await stat(path);
  if (size > BYTES_MAX) throw refuse.tooLarge(0, `> ${BYTES_MAX} bytes`);
  const scan = scanNotice(path);
  for (;;) {
    const next = await scan.next();
    if (next.done) return { ...next.value, entries: () => again(path, next.value.sha256) };
  }
}

async function* again(path: string, sha256: string): AsyncGenerator<NoticeEntry> {
  const scan = scanNotice(path);
  for (;;) {
    const next = await scan.next();
    if (!next.done) yield* next.value;
    else if (next.value.sha256 === sha256) return;
    else throw refuse.changed();
  }
}

async function* scanNotice(path: string): AsyncGenerator<NoticeEntry[], NoticeHead & { sha256: string }> {
  const incoming = new Incoming(createReadStream(path));
  if (!(await incoming.isXml())) throw refuse.kind('camt.054.001.08', 'CSV');
  const head = yield* scanCamt054(incoming);
  return { ...head, sha256: incoming.sha256 };
}
