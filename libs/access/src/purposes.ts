import type { Caller, Role } from './caller';
import { refuse } from './access.errors';

/** Why somebody looks at somebody's data or does something about them; a closed list, named in every line of the audit log. */
export const PURPOSES = {
  'claim-handling': { zh: '办理申领', en: 'handling a claim' },
  'register-keeping': { zh: '维护登记信息', en: 'keeping the register' },
  correction: { zh: '更正信息', en: 'correcting what is wrong' },
  complaint: { zh: '处理申诉、信访', en: 'answering a complaint' },
  funding: { zh: '资金管理', en: 'managing funds' },
  payment: { zh: '资金发放', en: 'paying out' },
  audit: { zh: '审计', en: 'auditing' },
  supervision: { zh: '社会监督', en: 'supervising' },
  'own-matters': { zh: '本人办事', en: 'a citizen’s own matters' },
  exchange: { zh: '部门数据共享', en: 'exchange between agencies' },
  coordination: { zh: '户籍地与居住地协同', en: 'co-ordination between places' },
} as const;

export type Purpose = keyof typeof PURPOSES;

/** What each role may act for; the first is meant where a request names none. */
const OF_ROLE: Readonly<Record<Role, readonly [Purpose, ...Purpose[]]>> = {
  'village-clerk': ['claim-handling', 'correction'],
  'township-reviewer': ['claim-handling', 'register-keeping', 'correction', 'complaint', 'coordination'],
  'county-confirmer': ['claim-handling', 'register-keeping', 'correction', 'complaint', 'coordination'],
  'finance-officer': ['funding', 'complaint'],
  'bank-operator': ['payment', 'complaint'],
  auditor: ['audit'],
  supervisor: ['supervision', 'complaint'],
  citizen: ['own-matters'],
  agency: ['exchange'],
};

export const defaultPurpose = (caller: Caller | undefined): Purpose | 'public' =>
  caller ? OF_ROLE[caller.roles[0]!][0] : 'public';

/** The purpose that a request names, or none; refuses with PURPOSE_NOT_PERMITTED one that no role of the caller has. */
export function askedPurpose(caller: Caller | undefined, asked: string | undefined): Purpose | undefined {
  if (asked === undefined) return undefined;
  const allowed = new Set(caller?.roles.flatMap((role) => OF_ROLE[role]));
  if (!allowed.has(asked as Purpose)) throw refuse.purposeNotPermitted(asked.slice(0, 60), [...allowed]);
  return asked as Purpose;
}
