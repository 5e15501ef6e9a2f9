import { Refusal } from '@app/kernel';

/** Every way speaking with other installations can say no. */
export const refuse = {
  unreadable: (id: string) =>
    new Refusal(
      'PEER_MESSAGE_UNREADABLE',
      {
        zh: `消息 ${id} 的编号、主题或区划代码不正确，无法发送，请由开发人员检查。`,
        en: `The message ${id} has no usable id, topic or divisions and cannot be sent; a developer has to look at it.`,
      },
      { id },
    ),
  tooLarge: (id: string, bytes: number) =>
    new Refusal(
      'PEER_MESSAGE_TOO_LARGE',
      {
        zh: `消息 ${id} 超过 ${bytes} 字节，请拆分后再发送。`,
        en: `The message ${id} has more than ${bytes} bytes; send it in parts.`,
      },
      { id, bytes },
    ),
  otherContent: (id: string) =>
    new Refusal(
      'PEER_MESSAGE_CHANGED',
      {
        zh: `消息 ${id} 已以另一内容登记待发，同一编号不得改变内容，请使用新编号。`,
        en: `The message ${id} is kept with another content already; a changed one needs an id of its own.`,
      },
      { id },
    ),
  notOurs: (division: string) =>
    new Refusal(
      'PEER_DIVISION_NOT_OURS',
      {
        zh: `${division} 不在本平台服务的区划内，不能以其名义发送。请检查 YANGYU_PEERS 中的 prefixes。`,
        en: `${division} is not a division of this installation, so nothing is sent in its name; check "prefixes" in YANGYU_PEERS.`,
      },
      { division },
    ),
  nobodyThere: (division: string) =>
    new Refusal(
      'PEER_OF_NOBODY',
      {
        zh: `没有已知平台服务于 ${division}，请在 YANGYU_PEERS 中登记对方平台。`,
        en: `No other installation is known to serve ${division}; name it in YANGYU_PEERS.`,
      },
      { division },
    ),
  unknown: (id: string) =>
    new Refusal(
      'PEER_MESSAGE_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的待送达消息。`,
        en: `There is no message ${id} that still waits to be delivered.`,
      },
      { id },
    ),
  noteMissing: () =>
    new Refusal('PEER_GIVING_UP_NEEDS_A_NOTE', {
      zh: '放弃送达须写明原因和替代办法（2 至 500 字）。',
      en: 'Write down why it is given up and what is done instead, in 2 to 500 characters.',
    }),
};
