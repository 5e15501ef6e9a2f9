import { Refusal } from '@app/kernel';

/** Why the sealer does not sign: it must never put its name to a log that does not continue the one it signed before. */
export const refuse = {
  treeBroken: (schema: string, size: number) =>
    new Refusal(
      'AUDIT_TREE_BROKEN',
      {
        zh: `${schema} 的审计日志与前 ${size} 条的签名检查点不符，已停止封存。请运行 audit verify 查明，并与外部保存的检查点核对。`,
        en: `The audit log of ${schema} no longer fits the signed checkpoint over its first ${size} leaves; nothing more is sealed. Run audit verify and compare with the checkpoint that others keep.`,
      },
      { schema, size },
    ),
  behindPublication: (schema: string, size: number, published: number) =>
    new Refusal(
      'AUDIT_BEHIND_PUBLICATION',
      {
        zh: `${schema} 的审计日志与已对外发布的检查点（${published} 条）不符：数据库中的检查点止于 ${size} 条，或同一大小的根不同。已停止封存，请运行 audit verify。`,
        en: `The audit log of ${schema} does not continue its published checkpoint of ${published} leaves: the database ends at ${size}, or has another root there. Nothing more is sealed; run audit verify.`,
      },
      { schema, size, published },
    ),
  decisionUnknown: (claim: string) =>
    new Refusal(
      'AUDIT_DECISION_UNKNOWN',
      {
        zh: `审计日志中没有关于申请 ${claim} 的决定。请核对申请编号；尚未审核确认的申请没有可证明的决定。`,
        en: `The audit log holds no decision about claim ${claim}. Compare the number; a claim that is not confirmed or refused yet has no decision to prove.`,
      },
      { claim },
    ),
  decisionUnsealed: (claim: string) =>
    new Refusal(
      'AUDIT_DECISION_UNSEALED',
      {
        zh: `关于申请 ${claim} 的决定尚未封存（有更早的事务仍在运行）。请一分钟后再试。`,
        en: `The decision about claim ${claim} is not sealed yet: an older transaction is still running. Try again in a minute.`,
      },
      { claim },
    ),
};

/** Something that is wrong with a log: what, from which leaf on, and which entry it is about. */
export interface Finding {
  readonly code: string;
  readonly sentence: { readonly zh: string; readonly en: string };
  /** The first bad leaf; null when the leaves are right and something that speaks of them is not. */
  readonly leaf: number | null;
  readonly entry: string | null;
}

const about =
  (code: string, zh: (leaf: number, entry: string) => string, en: (leaf: number, entry: string) => string) =>
  (leaf: number, entry: string | null = null): Finding => ({
    code,
    sentence: { zh: zh(leaf, entry ?? '?'), en: en(leaf, entry ?? '?') },
    leaf,
    entry,
  });

/** Every way a log can be found wrong. Codes are part of the interface: add, never rename. */
export const found = {
  entryEdited: about(
    'AUDIT_ENTRY_EDITED',
    (leaf, entry) => `第 ${leaf} 片叶：条目 ${entry} 被改动，内容与封存时的散列不符。`,
    (leaf, entry) => `Leaf ${leaf}: entry ${entry} was edited; it no longer has the hash it was sealed with.`,
  ),
  entryMissing: about(
    'AUDIT_ENTRY_MISSING',
    (leaf, entry) => `第 ${leaf} 片叶：条目 ${entry} 已被删除。`,
    (leaf, entry) => `Leaf ${leaf}: entry ${entry} was deleted.`,
  ),
  leafMissing: about(
    'AUDIT_LEAF_MISSING',
    (leaf) => `第 ${leaf} 片叶缺失。`,
    (leaf) => `Leaf ${leaf} is missing from between the others.`,
  ),
  leafAltered: about(
    'AUDIT_LEAF_ALTERED',
    (leaf, entry) => `第 ${leaf} 片叶的散列被改动；条目 ${entry} 与外部保存的散列相符。`,
    (leaf, entry) => `Leaf ${leaf}: its hash was altered; entry ${entry} still has the hash that others keep.`,
  ),
  tailCut: about(
    'AUDIT_TAIL_CUT',
    (leaf) => `日志自第 ${leaf} 片叶起被截断，签名检查点含有更多条目。`,
    (leaf) => `The log was cut at leaf ${leaf}: a signed checkpoint has more leaves.`,
  ),
  reordered: about(
    'AUDIT_REORDERED',
    (leaf, entry) => `第 ${leaf} 片叶：次序被改动，条目 ${entry} 不在原位。`,
    (leaf, entry) => `Leaf ${leaf}: the order was changed; entry ${entry} is not where it was sealed.`,
  ),
  inserted: about(
    'AUDIT_ENTRY_INSERTED',
    (leaf, entry) => `第 ${leaf} 片叶之前：条目 ${entry} 是事后插入的，未曾封存。`,
    (leaf, entry) => `Before leaf ${leaf}: entry ${entry} was inserted afterwards; it was never sealed.`,
  ),
  backDated: about(
    'AUDIT_ENTRY_BACK_DATED',
    (leaf, entry) => `第 ${leaf} 片叶：条目 ${entry} 的时间比封存它之前的检查点早一天以上。`,
    (leaf, entry) => `Leaf ${leaf}: entry ${entry} says a time more than a day before the checkpoint it came after.`,
  ),
  futureDated: about(
    'AUDIT_ENTRY_FUTURE_DATED',
    (leaf, entry) => `第 ${leaf} 片叶：条目 ${entry} 的时间比封存它的检查点晚一天以上。`,
    (leaf, entry) => `Leaf ${leaf}: entry ${entry} says a time more than a day after the checkpoint that seals it.`,
  ),
  recomputed: about(
    'AUDIT_RECOMPUTED',
    (leaf, entry) => `第 ${leaf} 片叶：条目 ${entry} 与散列一同被改写，与已签名保存的散列不符。`,
    (leaf, entry) =>
      `Leaf ${leaf}: entry ${entry} was rewritten together with its hash; the signed hashes that were kept say otherwise.`,
  ),
  nodeAltered: about(
    'AUDIT_NODE_ALTERED',
    (leaf) => `自第 ${leaf} 片叶起的子树散列被改动或缺失。`,
    (leaf) => `The stored subtree that begins at leaf ${leaf} was altered or is missing.`,
  ),
  rootDiffers: about(
    'AUDIT_ROOT_DIFFERS',
    (leaf) => `自第 ${leaf} 片叶起，内容与签名检查点的根不符（整段被重新计算）。`,
    (leaf) => `From leaf ${leaf} on the log was recomputed: it does not lead to the root of a signed checkpoint.`,
  ),
  forked: about(
    'AUDIT_FORKED',
    (leaf, entry) => `第 ${leaf} 片叶起分叉：给出的检查点签名有效，但与本日志（条目 ${entry}）不是同一份历史。`,
    (leaf, entry) =>
      `The log forks at leaf ${leaf}: the checkpoint given is signed with our key and tells another history than entry ${entry}.`,
  ),
  forkedBefore: (size: number): Finding => ({
    code: 'AUDIT_FORKED',
    sentence: {
      zh: `给出的检查点签名有效，但与本日志前 ${size} 条不是同一份历史；检查点旁没有散列文件（tile），无法指出是哪一条。`,
      en: `The checkpoint given is signed with our key and tells another history of the first ${size} leaves; without the tiles beside it the leaf cannot be named.`,
    },
    leaf: null,
    entry: null,
  }),
  checkpointForged: about(
    'AUDIT_CHECKPOINT_FORGED',
    (leaf) => `数据库中关于前若干条（自第 ${leaf} 片叶起）的检查点签名无效。`,
    (leaf) => `A checkpoint of the database over the leaves from ${leaf} on is not signed with our key.`,
  ),
  checkpointSwapped: about(
    'AUDIT_CHECKPOINT_SWAPPED',
    (leaf) => `数据库中自第 ${leaf} 片叶起的检查点被换成了另一个检查点。`,
    (leaf) => `The checkpoint of the database over the leaves from ${leaf} on was swapped for another one.`,
  ),
  checkpointMisdated: about(
    'AUDIT_CHECKPOINT_MISDATED',
    (leaf) => `数据库中自第 ${leaf} 片叶起的检查点，其时间与签名的时间相差一天以上，或比之前的检查点早一天以上。`,
    (leaf) =>
      `The checkpoint of the database over the leaves from ${leaf} on is dated more than a day off the time that was signed, or before an earlier one.`,
  ),
  checkpointMissing: about(
    'AUDIT_CHECKPOINT_MISSING',
    (leaf) => `自第 ${leaf} 片叶起没有签名检查点，或检查点已被删除。`,
    (leaf) => `No signed checkpoint covers the leaves from ${leaf} on, or it was deleted.`,
  ),
  keptForged: (): Finding => ({
    code: 'AUDIT_KEPT_CHECKPOINT_FORGED',
    sentence: {
      zh: '给出的检查点不是用本系统的密钥签名的。',
      en: 'The checkpoint given is not signed with the key of this installation.',
    },
    leaf: null,
    entry: null,
  }),
  keptTilesAltered: (): Finding => ({
    code: 'AUDIT_KEPT_TILES_ALTERED',
    sentence: {
      zh: '检查点旁的散列文件（tile）残缺或与检查点的根不符；日志本身与检查点相符。',
      en: 'The tiles beside the checkpoint are incomplete or do not lead to its root; the log itself does.',
    },
    leaf: null,
    entry: null,
  }),
};
