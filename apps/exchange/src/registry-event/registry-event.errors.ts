import { Refusal } from '@app/kernel';

/** Every way the feed of the registry's changes can say no. */
export const refuse = {
  positionUnreadable: (position: string) =>
    new Refusal(
      'REGISTRY_EVENT_POSITION_UNREADABLE',
      {
        zh: `读取位置“${position}”无效。请传入上一页返回的 next，或传空字符串从头重读。`,
        en: `The position "${position}" is not one. Pass the \`next\` of the page before, or '' to read from the start.`,
      },
      { position },
    ),
};
