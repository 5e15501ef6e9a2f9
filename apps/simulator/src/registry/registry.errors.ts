import { Refusal } from '@app/kernel';

/** Every way the demo's household registry can say no to whoever starts it. */
export const refuse = {
  portTaken: (host: string, port: number) =>
    new Refusal(
      'PORT_TAKEN',
      {
        zh: `模拟户籍登记系统的端口 ${host}:${port} 已被占用，请停止占用它的程序，或指定其他端口。`,
        en: `Port ${port} on ${host}, for the simulated household registry, is taken; stop the program that uses it, or name a free port.`,
      },
      { host, port },
    ),
};
