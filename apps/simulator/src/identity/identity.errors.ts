import { Refusal } from '@app/kernel';

/** Every way the demo's identity provider can say no to whoever starts or visits it. */
export const refuse = {
  portTaken: (host: string, port: number) =>
    new Refusal(
      'PORT_TAKEN',
      {
        zh: `登录服务的端口 ${host}:${port} 已被占用，请停止占用它的程序，或用 YANGYU_ISSUER_PORT 指定其他端口。`,
        en: `Port ${port} on ${host}, for signing in, is taken; stop the program that uses it, or set YANGYU_ISSUER_PORT to a free port.`,
      },
      { host, port },
    ),
  signInUnknown: (user: string) =>
    new Refusal(
      'SIGN_IN_UNKNOWN',
      {
        zh: `没有名为“${user}”的演示用户，请从 npm start 列出的登录中选择。`,
        en: `There is no demo user "${user}"; choose one of those that npm start lists.`,
      },
      { user },
    ),
  notSignedIn: (user: string, reason: string) =>
    new Refusal(
      'SIGN_IN_FAILED',
      {
        zh: `未能以“${user}”登录：${reason}。请确认 npm start 正在运行后重试。`,
        en: `Could not sign in as "${user}": ${reason}. See that npm start is running, and try again.`,
      },
      { user, reason },
    ),
};
