import type { Rule } from 'eslint';

type Name = 'no-parallel-in-transaction' | 'time-from-the-clock' | 'environment-in-config';

declare const own: { meta: { name: string }; rules: Record<Name, Rule.RuleModule> };
export default own;
