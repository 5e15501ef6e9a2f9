import { Refusal } from '@app/kernel';

/** Every way access can be refused. Codes are part of the API: add, never rename. */
export const refuse = {
  notSignedIn: (permission: string) =>
    new Refusal(
      'NOT_SIGNED_IN',
      {
        zh: '请先登录，并在请求头 Authorization 中附上令牌。',
        en: 'Sign in first, and send the token in the Authorization header.',
      },
      { permission },
    ),
  notPermitted: (permission: string, roles: readonly string[], needed: readonly string[]) =>
    new Refusal(
      'NOT_PERMITTED',
      {
        zh: `您的岗位无权办理“${permission}”，请由具有该权限的岗位办理。`,
        en: `Your role may not do "${permission}"; ask somebody whose role may.`,
      },
      { permission, roles, needed },
    ),
  outsideDivision: (own: string, asked: string) =>
    new Refusal(
      'OUTSIDE_DIVISION',
      {
        zh: `区划 ${asked} 不在您的辖区 ${own} 之内，请由该地经办人办理。`,
        en: `Division ${asked} lies outside yours, ${own}; ask an officer there.`,
      },
      { own, asked },
    ),
  divisionUnreadable: (text: string) =>
    new Refusal(
      'DIVISION_CODE_UNREADABLE',
      {
        zh: `“${text}”不是区划代码，应为 2、4、6、9 或 12 位数字，如 340202。`,
        en: `"${text}" is no division code; write 2, 4, 6, 9 or 12 digits, such as 340202.`,
      },
      { division: text },
    ),
  purposeNotPermitted: (asked: string, allowed: readonly string[]) =>
    new Refusal(
      'PURPOSE_NOT_PERMITTED',
      {
        zh: `您的岗位不能以“${asked}”为目的办理，可用：${allowed.join('、') || '（无）'}。`,
        en: `Your role does not act for the purpose "${asked}"; choose from ${allowed.join(', ') || '(none)'}.`,
      },
      { asked, allowed },
    ),
  /** One code for every reason, so that an attacker does not learn which check failed. */
  tokenNotAccepted: () =>
    new Refusal('TOKEN_NOT_ACCEPTED', {
      zh: '登录令牌无效或已过期，请重新登录。',
      en: 'The sign-in token is invalid or has expired; sign in again.',
    }),
  /** The issuer's keys cannot be had: nobody is let in on trust. */
  signInUnavailable: () =>
    new Refusal('SIGN_IN_UNAVAILABLE', {
      zh: '暂时无法核对登录信息，请稍后重试。',
      en: 'Sign-ins cannot be checked at the moment; try again shortly.',
    }),
  stepUpRequired: (maxAge: number, acr: string) =>
    new Refusal(
      'STEP_UP_REQUIRED',
      {
        zh: `涉及资金的操作须在 ${maxAge / 60} 分钟内以第二因素登录，请重新验证后再试。`,
        en: `What moves money needs a second factor shown within the last ${maxAge / 60} minutes; show it and try again.`,
      },
      { max_age: maxAge, acr },
    ),
  /** One answer for every reason, as with tokens. */
  serviceNotAuthenticated: () =>
    new Refusal('SERVICE_NOT_AUTHENTICATED', {
      zh: '此接口只供本系统各进程调用，请经网关访问。',
      en: 'This address is for processes of this system only; ask the gateway.',
    }),
  serviceKeyUnreadable: (service: string) =>
    new Refusal(
      'SERVICE_KEY_UNREADABLE',
      {
        zh: `进程 ${service} 的密钥无法使用，应为 PEM 格式的 Ed25519 密钥，请重新生成。`,
        en: `The key of the process ${service} cannot be used; it must be an Ed25519 key in PEM, make a new one.`,
      },
      { service },
    ),
  signInUnknown: (id: string) =>
    new Refusal(
      'SIGN_IN_UNKNOWN',
      {
        zh: `没有名为“${id}”的演示用户，请从列表中选择。`,
        en: `There is no demo user "${id}"; choose one from the list.`,
      },
      { id },
    ),
};
