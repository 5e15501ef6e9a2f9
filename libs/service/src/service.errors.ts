import { Refusal } from '@app/kernel';

/** Every way a call between processes can go wrong. Codes are part of the API: add, never rename. */
export const refuse = {
  configuration: (issues: readonly string[]) =>
    new Refusal(
      'CONFIGURATION',
      { zh: `环境变量有误：${issues.join('；')}。`, en: `The environment cannot be used: ${issues.join('; ')}.` },
      { issues },
    ),
  serviceUnavailable: (service: string) =>
    new Refusal(
      'SERVICE_UNAVAILABLE',
      {
        zh: `进程 ${service} 暂时没有应答，请稍后重试。`,
        en: `The process ${service} does not answer at the moment; try again shortly.`,
      },
      { service },
    ),
  bodyUnreadable: () =>
    new Refusal('BODY_UNREADABLE', {
      zh: '请求内容须为 JSON，请检查。',
      en: 'The request body must be JSON; check it.',
    }),
  bodyTooLarge: (max: number) =>
    new Refusal(
      'BODY_TOO_LARGE',
      { zh: `请求内容不得超过 ${max} 字节，请缩短。`, en: `A request body has at most ${max} bytes; shorten it.` },
      { max },
    ),
  notFound: (path: string) =>
    new Refusal(
      'NOT_FOUND',
      { zh: '此进程没有该地址，请核对双方版本。', en: 'This process has no such address; compare the versions.' },
      { path },
    ),
  portTaken: (host: string, port: number) =>
    new Refusal(
      'PORT_TAKEN',
      {
        zh: `${host} 的端口 ${port} 已被占用，请停止占用它的程序，或另选端口。`,
        en: `Port ${port} on ${host} is taken; stop the program that uses it, or choose another port.`,
      },
      { host, port },
    ),
};
