import { type Caller, type Role, ROLES } from './caller';
import { refuse } from './access.errors';
import { EQUAL_SERVICES } from './equal-services';
import { FEES_PERMISSIONS } from './fees-permissions';
import { MIGRANT_PERMISSIONS } from './migrant-permissions';
import { RECORD_PERMISSIONS } from './record-permissions';
import { REGISTER_PERMISSIONS } from './register-permissions';
import { OFFICERS, REVIEWERS, WATCHERS } from './role-groups';
import { SUBSIDY_PERMISSIONS } from './subsidy-permissions';
import { assertStepUp } from './step-up';

/** The four powers that no single role may join: who is entitled, whose money, paying it out, watching over it. */
export type Power = 'eligibility' | 'funds' | 'payment' | 'supervision';

export interface Permission {
  /** Who holds it; `everyone` needs no sign-in. */
  readonly roles: readonly Role[] | 'everyone';
  /** The power it exercises; reading exercises none. */
  readonly power?: Power;
  readonly lets: { readonly zh: string; readonly en: string };
}

/** One word is the check, the audit name and the line in the access list. Add words; never change what one means. */
export const PERMISSIONS = {
  ...REGISTER_PERMISSIONS,
  ...SUBSIDY_PERMISSIONS,
  'own.read': { roles: ['citizen'], lets: { zh: '查看本人和未成年子女的信息', en: 'see one’s own family’s matters' } },
  'audit.read': {
    roles: [...WATCHERS, 'citizen'],
    lets: { zh: '查看谁查阅过、办理过', en: 'see who looked and who acted' },
  },
  'registry.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看向户籍登记机关的查询记录', en: 'see what the household registry was asked' },
  },
  'registry.verify': {
    roles: REVIEWERS,
    lets: { zh: '向户籍登记机关核验身份', en: 'ask the household registry about somebody' },
  },
  'registry.compare': {
    roles: ['county-confirmer'],
    lets: { zh: '向户籍登记机关批量比对', en: 'have the household registry compare a batch of persons' },
  },
  'registry.settle': {
    roles: ['county-confirmer'],
    lets: { zh: '处理搁置的回复', en: 'look into replies of the registry that must not be used' },
  },
  'peer.read': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看与其他平台的往来', en: 'see how it stands with other installations' },
  },
  'peer.send': {
    roles: ['county-confirmer'],
    lets: { zh: '重发或放弃跨平台消息', en: 'send a message to another installation again, or give it up' },
  },
  'registry.nomination': {
    roles: [...REVIEWERS, ...WATCHERS],
    lets: { zh: '查看查询经办人', en: 'see which officers are named to the registry' },
  },
  'registry.nominate': {
    roles: ['county-confirmer'],
    lets: { zh: '指定查询经办人', en: 'name officers to the household registry' },
  },
  ...FEES_PERMISSIONS,
  ...MIGRANT_PERMISSIONS,
  ...RECORD_PERMISSIONS,
  ...EQUAL_SERVICES,
  'worklist.read': {
    roles: ['village-clerk', ...OFFICERS, ...WATCHERS],
    lets: { zh: '查看待办清单', en: 'see work-lists' },
  },
} as const satisfies Record<string, Permission>;

export type PermissionWord = keyof typeof PERMISSIONS;

/** In place of a word: an operation that needs no sign-in and shows nothing about anybody. */
export const PUBLIC = 'public';

/** What an operation may name: a permission, or that it needs none. */
export type Requirement = PermissionWord | typeof PUBLIC;

export const isRequirement = (word: string): word is Requirement => word === PUBLIC || Object.hasOwn(PERMISSIONS, word);

/** Whether money depends on it: such an operation wants a second factor, freshly shown. */
export const needsStepUp = (word: Requirement): boolean => {
  const { power }: Permission = word === PUBLIC ? PERMISSIONS['programme.read'] : PERMISSIONS[word];
  return power === 'funds' || power === 'payment';
};

/** Refuses with NOT_SIGNED_IN, NOT_PERMITTED or STEP_UP_REQUIRED; returns when the caller may. */
export function authorise(caller: Caller | undefined, word: Requirement, now?: Date): void {
  if (word === PUBLIC) return;
  const { roles }: Permission = PERMISSIONS[word];
  if (roles === 'everyone') return;
  if (!caller) throw refuse.notSignedIn(word);
  if (!caller.roles.some((role) => roles.includes(role))) throw refuse.notPermitted(word, caller.roles, roles);
  if (needsStepUp(word)) assertStepUp(caller, now);
}

/** The powers that somebody with these roles exercises. */
export function powersOf(held: readonly Role[]): Power[] {
  const permissions: readonly Permission[] = Object.values(PERMISSIONS);
  const exercised = permissions.flatMap(({ roles, power }) =>
    power !== undefined && (roles === 'everyone' ? ROLES : roles).some((role) => held.includes(role)) ? [power] : [],
  );
  return [...new Set(exercised)];
}
