export { contradict, joinLines, joinStatus } from './answer-join';
export * from './bank-answer';
export * from './bank-answer.types';
export * from './bank-notice';
export * from './bank-notice.types';
export { codeOfReason, reasonOfCode } from './bank-codes';
export { findTransferProblem } from './payment-check';
export * from './payment-file';
export * from './payment-file.types';
