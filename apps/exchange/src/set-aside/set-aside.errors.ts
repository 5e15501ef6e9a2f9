import { Refusal } from '@app/kernel';

/** Every way looking into a reply that was set aside can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'SET_ASIDE_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的待处理搁置回复。`,
        en: `There is no reply ${id} that is set aside and still open.`,
      },
      { id },
    ),
  noteMissing: () =>
    new Refusal('SET_ASIDE_NEEDS_A_NOTE', {
      zh: '请写明与登记机关核对的结果（2 至 500 字）。',
      en: 'Write down what came of asking the registry, in 2 to 500 characters.',
    }),
};
