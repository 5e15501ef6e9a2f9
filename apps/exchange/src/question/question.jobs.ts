import { defineJob } from '@app/jobs';

/** Ask one question, if it still waits and is due. */
export const askQuestion = defineJob<{ id: string }>({ queue: 'exchange', name: 'question.ask', key: ({ id }) => id });

/** Look through the questions: those that are due are asked, those beyond their deadline end without a reply. */
export const ringQuestions = defineJob<{ bell: string }>({
  queue: 'exchange',
  name: 'question.ring',
  key: ({ bell }) => bell,
});
