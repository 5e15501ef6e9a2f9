import { Refusal } from '@app/kernel';

/** Every way reading a parameter can say no. */
export const refuse = {
  missing: (name: string, day: string) =>
    new Refusal(
      'EXCHANGE_PARAMETER_MISSING',
      {
        zh: `参数 ${name} 在 ${day} 没有可用的取值，请按协议补录并注明来源。`,
        en: `The parameter ${name} has no usable value on ${day}; add a dated row with its source.`,
      },
      { name, day },
    ),
};
