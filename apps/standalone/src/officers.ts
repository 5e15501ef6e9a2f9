/** The demo officers who act when the command line is not told otherwise; see libs/access. */
export const OFFICERS = {
  township: 'demo-county-reviewer',
  county: 'demo-county-confirmer',
  maker: 'demo-payment-clerk',
  funds: 'demo-finance-officer-1',
  approvers: ['demo-finance-officer-1', 'demo-finance-officer-2'],
} as const;

/** Who acts at production's command line: no officer, and a name that no sign-in may bear. */
export const OPERATOR = 'system:operator';
