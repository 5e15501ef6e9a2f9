import { Refusal } from '@app/kernel';

/** Every way asking for a programme can be refused. */
export const refuse = {
  unknown: (name: string, known: readonly string[]) =>
    new Refusal(
      'PROGRAMME_UNKNOWN',
      {
        zh: `没有名为“${name}”的项目，可选：${known.join('、')}。`,
        en: `There is no programme "${name}"; there are ${known.join(', ')}.`,
      },
      { name, known },
    ),
};
