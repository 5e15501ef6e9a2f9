export { contradict, joinLines, joinStatus, STATUS_RANK } from './answer-join';
export * from './bank-answer';
export * from './bank-answer.types';
export { codeOfReason, reasonOfCode, statusOfCode } from './bank-codes';
export { findTransferProblem } from './payment-check';
export * from './payment-file';
export * from './payment-file.types';
