import { type Day, dayInChina, type Sentence } from '@app/kernel';
import { daysOf, deadlineEnd } from './deadline.rules';

/** Ways to serve a letter (民事诉讼法 2023, arts 87–95). */
export const MODES = [
  'direct',
  'household-member',
  'agent',
  'left',
  'electronic',
  'commissioned',
  'mail',
  'through-unit',
  'public-notice',
] as const;
export type Mode = (typeof MODES)[number];

/** Why an attempt failed; `proof-wrong` is what a correction says of a proof that proves nothing. */
export const FAILURES = [
  'absent',
  'refused',
  'moved-away',
  'unknown-there',
  'returned',
  'unreachable',
  'proof-wrong',
  'other',
] as const;
export type Failure = (typeof FAILURES)[number];

/** What proves that a letter was served; each mode demands its own part of it. */
export interface Proof {
  /** Number of the receipt, the mail piece or the issue in the file. */
  readonly reference: string | null;
  /** The day beside a signature on the receipt. */
  readonly signedOn: Day | null;
  /** The day on which it was left where it had been refused. */
  readonly leftOn: Day | null;
  /** The day that the mail's receipt states. */
  readonly receivedOn: Day | null;
  /** When it came into the recipient's own account. */
  readonly arrivedAt: Date | null;
  /** The day on which the notice appeared. */
  readonly publishedOn: Day | null;
  readonly signerName: string | null;
  /** How whoever signed is related. */
  readonly signerTie: string | null;
  readonly isAdult: boolean | null;
  readonly livesTogether: boolean | null;
  /** By what an agent acts; which authority was commissioned; which unit or prison passed it on. */
  readonly authority: string | null;
  /** Why it was refused. */
  readonly refusal: string | null;
  readonly witnesses: readonly string[];
  readonly recording: 'photo' | 'video' | null;
  /** SHA-256 of the recording, in hex. */
  readonly recordingSha256: string | null;
  /** Where a notice appeared. */
  readonly medium: string | null;
  /** What the proof says besides: where it was left, why and after what a notice was published. */
  readonly said: string | null;
}

export const NO_PROOF: Proof = {
  reference: null,
  signedOn: null,
  leftOn: null,
  receivedOn: null,
  arrivedAt: null,
  publishedOn: null,
  signerName: null,
  signerTie: null,
  isAdult: null,
  livesTogether: null,
  authority: null,
  refusal: null,
  witnesses: [],
  recording: null,
  recordingSha256: null,
  medium: null,
  said: null,
};

interface Demand extends Sentence {
  readonly isThere: (proof: Proof) => boolean;
}

const demand = (zh: string, en: string, isThere: Demand['isThere']): Demand => ({ zh, en, isThere });
const receipt = demand('送达回证编号', 'the number of the receipt', ({ reference }) => !!reference);
const signature = demand('签收日期', 'the day beside the signature', ({ signedOn }) => signedOn !== null);
const signer = demand('签收人姓名', 'the name of whoever signed', ({ signerName }) => !!signerName);
const SHA256 = /^[0-9a-f]{64}$/;

/** What each mode demands as its proof. */
const DEMANDS: Record<Mode, readonly Demand[]> = {
  direct: [receipt, signature], // Art 87: the recipient writes the day and signs.
  'household-member': [
    receipt,
    signature,
    signer,
    demand('与受送达人的关系', 'how they are related', ({ signerTie }) => !!signerTie),
    demand('签收人已成年', 'that whoever signed is of age', ({ isAdult }) => isAdult === true),
    demand('签收人与受送达人同住', 'that they live together', ({ livesTogether }) => livesTogether === true),
  ],
  agent: [
    receipt,
    signature,
    signer,
    demand('授权委托书或者指定代收的依据', 'by what the agent acts', ({ authority }) => !!authority),
  ],
  left: [
    receipt,
    demand('留置日期', 'the day on which it was left', ({ leftOn }) => leftOn !== null),
    demand('拒收事由', 'why it was refused', ({ refusal }) => !!refusal),
    demand(
      '两名见证人的姓名，或者拍照、录像及其校验值',
      'two witnesses, or a photograph or video with its SHA-256',
      ({ witnesses, recording, recordingSha256 }) =>
        new Set(witnesses.map((name) => name.trim()).filter(Boolean)).size >= 2 ||
        (recording !== null && SHA256.test(recordingSha256 ?? '')),
    ),
  ],
  electronic: [demand('到达账户的时间', 'when it arrived in the account', ({ arrivedAt }) => arrivedAt !== null)],
  commissioned: [
    receipt,
    signature,
    signer,
    demand('受委托机关', 'which authority was commissioned', ({ authority }) => !!authority),
  ],
  mail: [
    demand('邮件号码', 'the number of the mail piece', ({ reference }) => !!reference),
    demand('回执上注明的收件日期', 'the day that the receipt states', ({ receivedOn }) => receivedOn !== null),
  ],
  'through-unit': [
    receipt,
    signature,
    demand('代为转交的机关、单位', 'which unit or prison passed it on', ({ authority }) => !!authority),
  ],
  'public-notice': [
    demand('公告编号或者期号', 'the number of the notice or issue', ({ reference }) => !!reference),
    demand('公告日期', 'the day on which it appeared', ({ publishedOn }) => publishedOn !== null),
    demand('公告载体', 'where it appeared', ({ medium }) => !!medium),
    demand('公告的原因和经过', 'why it was published and what was tried before', ({ said }) => !!said),
  ],
};

/** Everything that a proof lacks, in one list (一次性告知). */
export const missingOf = (mode: Mode, proof: Proof): Sentence[] =>
  DEMANDS[mode].filter(({ isThere }) => !isThere(proof)).map(({ zh, en }) => ({ zh, en }));

/** What holds of time and place where a letter is served. */
export interface Terms {
  /** Days of a public notice: 30 since 2022-01-01. */
  readonly noticeDays: number;
}

/** The day on which a letter is served, mode by mode, of a proof that lacks nothing. */
const SERVED_ON: Record<Mode, (proof: Proof, terms: Terms) => Day> = {
  direct: ({ signedOn }) => signedOn!, // Art 87: the day of the recipient's signature.
  'household-member': ({ signedOn }) => signedOn!, // Art 88: the day on which the relative signed.
  agent: ({ signedOn }) => signedOn!, // Art 88: the day on which the agent signed.
  left: ({ leftOn }) => leftOn!, // Art 89: it is deemed served when left.
  electronic: ({ arrivedAt }) => dayInChina(arrivedAt!), // Art 90: the day of arrival in the recipient's system.
  commissioned: ({ signedOn }) => signedOn!, // Art 91: the signature counts, never the day of commissioning.
  mail: ({ receivedOn }) => receivedOn!, // Art 91: the day on the receipt, never that of posting.
  'through-unit': ({ signedOn }) => signedOn!, // Art 94: the recipient's signature, never the unit's receipt.
  // Art 95: when the days are over; a last day that is off rolls forward, which is in the recipient's favour.
  'public-notice': ({ publishedOn }, { noticeDays }) =>
    deadlineEnd(daysOf('civil-procedure', noticeDays), publishedOn!),
};

/** The day on which a proof says that a letter is served. Assert first that it lacks nothing. */
export const servedDay = (mode: Mode, proof: Proof, terms: Terms): Day => SERVED_ON[mode](proof, terms);

/** The day that a proof states, whatever it means; null where it states none. */
export const statedDay = ({ signedOn, leftOn, receivedOn, arrivedAt, publishedOn }: Proof): Day | null =>
  signedOn ?? leftOn ?? receivedOn ?? publishedOn ?? (arrivedAt && dayInChina(arrivedAt));

/** Letters that tell without a period running from them need not be served. */
export const TOLD_ONLY: readonly string[] = ['legacy-closing'];
