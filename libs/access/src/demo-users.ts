import type { DivisionCode } from '@app/kernel';
import { refuse } from './access.errors';
import type { Caller, Role } from './caller';

const COUNTY = '340202000000' as DivisionCode;
const TOWNSHIP = '340202100000' as DivisionCode;

const demoUser = (id: string, name: string, role: Role, division: DivisionCode = COUNTY): Caller => ({
  id: `demo-${id}`,
  name,
  roles: [role],
  division,
});

/** The officers of 示例县. Two confirmers and two finance officers, because what changes an amount and what pays it needs two different ones. Their names are invented. */
export const DEMO_USERS: readonly Caller[] = [
  demoUser('village-clerk', '村级专干 田小禾', 'village-clerk', TOWNSHIP),
  demoUser('township-reviewer', '乡镇初审 石溪', 'township-reviewer', TOWNSHIP),
  demoUser('county-reviewer', '县级代审 林初', 'township-reviewer'),
  demoUser('county-confirmer', '县级确认 江明', 'county-confirmer'),
  demoUser('county-confirmer-2', '县级复核 江清', 'county-confirmer'),
  demoUser('finance-officer-1', '财政经办 钱一', 'finance-officer'),
  demoUser('finance-officer-2', '财政复核 钱二', 'finance-officer'),
  demoUser('payment-clerk', '发放专员 付清', 'bank-operator'),
  demoUser('auditor', '审计 沈直', 'auditor'),
  demoUser('supervisor', '监督 卫平', 'supervisor'),
  demoUser('archivist', '档案管理 书存', 'archivist'),
];

/** The demo user of that id; refuses with SIGN_IN_UNKNOWN. */
export function getDemoUser(id: string): Caller {
  const user = DEMO_USERS.find((candidate) => candidate.id === id);
  if (!user) throw refuse.signInUnknown(id);
  return user;
}
