#!/usr/bin/env node
/**
 * Checks a proof that a decision stands in the audit log, with nothing but this file, the proof and Node: no network,
 * no package, nothing of the authority's. `node verify-proof.mjs PROOF [--key FILE] [--checkpoint FILE]`: a key or
 * checkpoint that you got elsewhere (newspaper, archive, another office) is better than the one inside the proof.
 * Exit code 0 when all of it holds, 1 when something does not, 2 when it cannot be read.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

class Doubt extends Error {
  constructor(zh, en, exitCode = 1) {
    super(en);
    Object.assign(this, { zh, en, exitCode });
  }
}

function main([file, ...options]) {
  const key = valueOf(options, '--key');
  const checkpoint = valueOf(options, '--checkpoint');
  if (!file) throw unreadable('verify-proof.mjs PROOF [--key FILE] [--checkpoint FILE]');
  const proof = readProof(file);
  checkContent(proof);
  const root = rootOf(proof);
  const trusted = readKey(key ? read(key) : proof.publicKey);
  const head = openNote(proof.checkpoint, trusted);
  if (!head.root.equals(root) || head.size !== proof.size) {
    throw new Doubt(
      '不成立：路径没有通向签名检查点的根，这条决定不在该日志中。',
      'Does not hold: the path does not lead to the root of the signed checkpoint; the decision is not in that log.',
    );
  }
  if (checkpoint) compareWith(openNote(read(checkpoint), trusted), head);
  const { claimNo, state, amountFen, day } = proof.decision;
  const key8 = trusted.id.toString('hex');
  const zh = `成立：申请 ${claimNo} 于 ${day} 的决定（${state}，${amountFen ?? '—'} 分）在日志 ${head.origin} 的第 ${proof.leafIndex} 片叶，检查点共 ${head.size} 条，密钥 ${key8}${key ? '' : '（取自证明本身，请与公布的密钥核对）'}。`;
  const en = `Holds: the decision on claim ${claimNo} of ${day} (${state}, ${amountFen ?? 'no'} fen) is leaf ${proof.leafIndex} of the log ${head.origin}, in a signed checkpoint of ${head.size} leaves, key ${key8}${key ? '' : ' (taken from the proof itself: compare it with the published one)'}.`;
  return { zh, en };
}

const valueOf = (options, name) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);

function unreadable(what) {
  return new Doubt(`无法读取：${what}。`, `Cannot be read: ${what}.`, 2);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw unreadable(file);
  }
}

function readProof(file) {
  let proof;
  try {
    proof = JSON.parse(read(file));
  } catch {
    throw unreadable(file);
  }
  const { format, decision, entry, leafIndex, path, checkpoint, publicKey } = proof ?? {};
  const isWhole =
    format === 'yangyu-proof-v1' &&
    [decision, entry].every((part) => typeof part === 'object' && part !== null) &&
    Number.isSafeInteger(leafIndex) &&
    Array.isArray(path) &&
    path.every((hash) => typeof hash === 'string' && Buffer.from(hash, 'base64').length === 32) &&
    [checkpoint, publicKey].every((text) => typeof text === 'string');
  if (!isWhole) throw unreadable(file);
  return { ...proof, path: path.map((hash) => Buffer.from(hash, 'base64')), size: Number(checkpoint.split('\n')[1]) };
}

/** The words of the decision are those whose hash the entry holds, and the entry is about that claim. */
function checkContent({ decision, entry }) {
  const content = sha256(canonical(decision)).toString('hex');
  const isSame = entry.kind === 'decided' && entry.content === content && entry.subjects?.[0] === decision.claim;
  if (isSame) return;
  throw new Doubt(
    '不成立：决定的内容与日志条目中的散列不符，内容被改动过。',
    'Does not hold: the words of the decision do not have the hash in its entry; they were altered.',
  );
}

/** JSON of RFC 8785 for what occurs here: texts, nulls, lists and objects. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.keys(value).sort();
  return `{${pairs.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/** RFC 9162, 2.1.3.2: up from the leaf, each time with the sibling on the side that the index says. */
function rootOf({ entry, leafIndex, path, size }) {
  const wrong = new Doubt(
    '不成立：路径与叶的位置和日志的大小不符。',
    'Does not hold: the path does not fit the place of the leaf and the size of the log.',
  );
  if (!Number.isSafeInteger(size) || leafIndex < 0 || leafIndex >= size) throw wrong;
  let [at, last, hash] = [leafIndex, size - 1, sha256(Buffer.of(0), canonical(entry))];
  for (const sibling of path) {
    if (last === 0) throw wrong;
    if (at % 2 === 1 || at === last) {
      hash = sha256(Buffer.of(1), sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = sha256(Buffer.of(1), hash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw wrong;
  return hash;
}

/** `<name>+<id>+<base64 of 01 and the Ed25519 key>`, the id being the first four bytes of a hash of the rest. */
function readKey(text) {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const expected = sha256(`${name}\n`, bytes).subarray(0, 4);
  if (bytes.length !== 33 || bytes[0] !== 1 || expected.toString('hex') !== id) throw unreadable('key');
  return {
    name,
    id: expected,
    key: createPublicKey({ key: Buffer.concat([SPKI, bytes.subarray(1)]), format: 'der', type: 'spki' }),
  };
}

/** The checkpoint in a signed note (C2SP), if the key signed it. */
function openNote(note, { name, id, key }) {
  const end = note.indexOf('\n\n') + 1;
  const [origin, size, root] = note.split('\n');
  const isSigned = [...note.slice(end + 1).matchAll(/^— (\S+) (\S+)$/gm)].some(([, signer, encoded]) => {
    const bytes = Buffer.from(encoded, 'base64');
    return (
      signer === name &&
      bytes.subarray(0, 4).equals(id) &&
      verify(null, Buffer.from(note.slice(0, end)), key, bytes.subarray(4))
    );
  });
  if (end === 0 || !isSigned) {
    throw new Doubt(
      '不成立：检查点不是用这把密钥签名的。',
      'Does not hold: the checkpoint is not signed with this key.',
    );
  }
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}

/** Two statements about the same number of leaves must name the same root; of other sizes nothing can be said here. */
function compareWith(kept, head) {
  if (kept.origin !== head.origin || (kept.size === head.size && !kept.root.equals(head.root))) {
    throw new Doubt(
      '不成立：您保存的检查点与证明中的检查点矛盾，同一日志出现了两份历史。',
      'Does not hold: the checkpoint you kept contradicts the one in the proof; two histories of one log were shown.',
    );
  }
  if (kept.size === head.size) return;
  throw new Doubt(
    `不能确定：您保存的检查点含 ${kept.size} 条，证明针对 ${head.size} 条；请取得同一大小的检查点（checkpoint-${head.size}）再验证。`,
    `Undecided: the checkpoint you kept has ${kept.size} leaves and the proof speaks of ${head.size}; compare with the one of that size (checkpoint-${head.size}).`,
  );
}

try {
  const { zh, en } = main(process.argv.slice(2));
  console.log(`${zh}\n${en}`);
} catch (error) {
  if (!(error instanceof Doubt)) throw error;
  console.error(`${error.zh}\n${error.en}`);
  process.exitCode = error.exitCode;
}
