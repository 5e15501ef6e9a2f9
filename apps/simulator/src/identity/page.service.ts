import { createHash } from 'node:crypto';
import type { Account } from './identity.types';

const STYLE = `
  body { margin: 0 auto; max-width: 34em; padding: 32px 20px; color: #1d2a33; background: #f6f8f9; font: 15px/1.6 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }
  h1 { font-size: 20px; margin: 0 0 4px; }
  p { margin: 8px 0; color: #5d6f7b; }
  button { font: inherit; display: block; width: 100%; text-align: left; margin: 6px 0; padding: 9px 14px; border: 1px solid #d9e1e6; border-radius: 6px; background: #fff; color: inherit; cursor: pointer; }
  button.first { background: #1f6f5c; border-color: #1f6f5c; color: #fff; font-weight: 600; }
  button small { opacity: 0.75; margin-left: 8px; }
  input { font: inherit; padding: 8px 10px; border: 1px solid #d9e1e6; border-radius: 6px; letter-spacing: 0.2em; }
  output { font: 600 22px ui-monospace, monospace; letter-spacing: 0.15em; color: #1d2a33; }
  .bad { color: #a8322a; }
  :focus-visible { outline: 2px solid #1f6f5c; outline-offset: 1px; }`;

/**
 * What these pages may do: show one style of their own, and send a form to here, from where it is led on to the desk.
 * @param origins Of the desk.
 */
export const pagePolicy = (origins: readonly string[]): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    ["form-action 'self'", ...origins].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`;

/** Who is it? The one that the desk suggested stands first; nobody is signed in without a press of the button. */
export function choicePage(action: string, accounts: readonly Account[], hint: string | undefined): string {
  const sorted = [...accounts].sort((a, b) => Number(b.id === hint) - Number(a.id === hint));
  const buttons = sorted.map(
    ({ id, name, roles }) =>
      `<button name="user" value="${escaped(id)}"${id === hint ? ' class="first" autofocus' : ''}>${escaped(name)}<small>${escaped(id)} · ${escaped(roles.join(', '))}</small></button>`,
  );
  return page(
    '登录 Sign in',
    `<h1>选择演示用户 <small>Choose a demo user</small></h1>
<p>这是演示：点选即登录，不问密码。 This is a demo: a press of the button stands for the password.</p>
<form method="post" action="${escaped(action)}">${buttons.join('\n')}</form>`,
  );
}

/** The second factor. A demo has no telephone to send it to, so the page shows it. */
export function codePage(action: string, account: Account, code: string, isWrong: boolean): string {
  return page(
    '第二因素 Second factor',
    `<h1>第二因素 <small>Second factor</small></h1>
<p>${escaped(account.name)} <small>${escaped(account.id)}</small></p>
${isWrong ? '<p class="bad" role="alert">验证码不对或已用过。 The code is wrong or was used before.</p>' : ''}
<p>演示：真实系统里验证码只在本人的设备上。 This is a demo: a real code is shown on the person’s own device only.</p>
<p>验证码 code: <output>${code}</output></p>
<form method="post" action="${escaped(action)}">
<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required autofocus aria-label="验证码 code">
<button class="first">继续 Continue</button></form>`,
  );
}

/** @param form The provider's own, with its protection against forgery in it. */
export const signOutPage = (form: string): string =>
  page(
    '退出 Sign out',
    `<h1>退出登录？ <small>Sign out?</small></h1>${form}
<button class="first" autofocus form="op.logoutForm" name="logout" value="yes">退出 Sign out</button>
<button form="op.logoutForm">保持登录 Stay signed in</button>`,
  );

export const signedOutPage = (): string => page('已退出 Signed out', '<h1>已退出登录 <small>Signed out</small></h1>');

export const failurePage = (code: string, detail: string): string =>
  page(
    '无法登录 Cannot sign in',
    `<h1>无法登录 <small>Cannot sign in</small></h1>
<p class="bad">${escaped(code)} ${escaped(detail)}</p><p>请回到原页面重新登录。 Go back to the page you came from and sign in again.</p>`,
  );
